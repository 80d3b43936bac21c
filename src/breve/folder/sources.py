"""Where a cluster reads: a folder that all nodes see, or a place that Arrow's file systems reach."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from breve.errors import OptionError, UnreadableInput
from breve.folder.files import OnError, Wanted, list_files, read_file


class Source:
    """Files under one place, listed by relative paths; ``prefix`` and a relative path make a full one."""

    def __init__(self, place: str, leave_out: Path | None = None) -> None:
        from pyarrow.fs import FileSystem, LocalFileSystem

        self.place, self._leave_out = place, leave_out
        self._modified: dict[str, float] = {}
        self.filesystem: Any = LocalFileSystem()
        if is_uri(place):
            try:
                self.filesystem, root = FileSystem.from_uri(place)
            except (ValueError, OSError) as error:
                raise OptionError(f"{place} can't be reached: {error}") from error
        else:
            root = str(Path(place).resolve())
        self.prefix = root.rstrip("/") + "/"

    def paths(self, wanted: Wanted, on_error: OnError) -> Iterator[str]:
        """Yield the relative paths of the files, hidden ones left out."""
        if not is_uri(self.place):
            folder = Path(self.prefix)
            yield from list_files(folder, wanted, self._leave_out or folder, on_error)
            return
        from pyarrow.fs import FileSelector, FileType

        for info in self.filesystem.get_file_info(FileSelector(self.prefix.rstrip("/"), recursive=True)):
            path = info.path[len(self.prefix) :]
            if info.type == FileType.File and wanted(path) and not any(p.startswith(".") for p in path.split("/")):
                self._modified[path] = info.mtime.timestamp() if info.mtime else 0.0
                yield path

    def modified(self, path: str) -> float:
        """Return the time of a file's last change, 0 if it isn't known."""
        if path not in self._modified and not is_uri(self.place):
            try:
                return Path(self.prefix, path).stat().st_mtime
            except OSError:
                return 0.0
        return self._modified.get(path, 0.0)

    def check(self, path: str) -> None:
        """Raise UnreadableInput if a file can't be read."""
        if not is_uri(self.place):
            read_file(Path(self.prefix, path), sys.maxsize)
            return
        try:
            with self.filesystem.open_input_stream(self.prefix + path) as stream:
                stream.read(1)
        except OSError as error:
            raise UnreadableInput(f"{path}: {error}", hint="make it readable, then --retry-failed") from error


def is_uri(place: str) -> bool:
    """Return whether a place is a URI, not a path."""
    return "://" in place
