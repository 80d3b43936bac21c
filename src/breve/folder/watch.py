"""A folder as it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from breve.folder.files import list_files

FIRST_MS = 200  # until the first pass: the watcher is under way by then, so that no change falls between


def changes(folder: Path, leave_out: Path, stop: Event) -> Iterator[Sequence[str] | None]:
    """Yield None for a first pass over the whole folder, then the paths of new and changed files, until ``stop``.

    Changes that come while the caller works are yielded next. Nothing under ``leave_out`` is.
    """
    folder, leave_out, first = folder.resolve(), leave_out.resolve(), True
    for found in watch(folder, stop_event=stop, rust_timeout=FIRST_MS, yield_on_timeout=True):
        if first:
            first = False
            yield None
            continue
        new = [Path(path) for change, path in found if change is not Change.deleted]
        if paths := sorted({p for path in new if leave_out not in path.parents for p in _files(folder, path)}):
            yield paths


def _files(folder: Path, path: Path) -> Iterator[str]:
    """Yield a path relative to the folder, or the files below it if it is a folder; hidden ones are passed over."""
    relative = path.relative_to(folder).as_posix()
    if any(part.startswith(".") for part in relative.split("/")):
        return
    if path.is_dir():
        yield from (f"{relative}/{below}" for below in list_files(path, lambda _: True, path, lambda p, e: None))
    else:
        yield relative
