"""Which files are articles, how they are read, and what their briefs are called."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from breve.errors import TooLarge, UnreadableInput

LONGEST_NAME = 200  # bytes; file systems allow 255, a format's suffix and a temporary name's need some
OWN_NAMES = frozenset({"index.html", "report.jsonl"})  # what the run itself writes at the top of the output folder
Wanted = Callable[[str], bool]
OnError = Callable[[str, OSError], None]  # a folder's path, and why it can't be listed


def list_files(root: Path, wanted: Wanted, leave_out: Path, on_error: OnError) -> Iterator[str]:
    """Yield the paths of the files under a folder, relative and with slashes, sorted within each folder.

    Hidden files and folders are passed over, and so is ``leave_out``. A folder that is reached twice through
    symbolic links is listed once, so that loops end. Only one folder's names are in memory at a time.
    """
    seen = {_identity(leave_out), _identity(root)}
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        below = []
        try:
            entries = _entries(root / folder)
        except OSError as error:
            on_error(folder, error)
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not _is_folder(entry):
                if wanted(path):
                    yield path
            elif (found := _identity(root / path)) not in seen:
                seen.add(found)
                below.append(path)
        waiting += reversed(below)


def wanted_by(globs: Sequence[str]) -> Wanted:
    """Return whether a relative path is wanted: ``*.txt`` looks at the name, ``2024/**/*.txt`` at the whole path."""
    rules = [("/" in glob, re.compile(_pattern(glob))) for glob in globs]
    return lambda path: (
        not rules or any(rule.fullmatch(path if whole else PurePosixPath(path).name) for whole, rule in rules)
    )


def read_file(path: Path, max_bytes: int) -> tuple[bytes, float]:
    """Return a file's bytes and the time of its last change. Raises TooLarge or UnreadableInput."""
    try:
        # A pipe without a writer would block for ever.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:  # noqa: PTH123 - a descriptor
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableInput(f"{path.name} is no regular file", hint="give files of text, Markdown or HTML")
            if found.st_size > max_bytes:
                raise too_large(path.name, found.st_size, max_bytes)
            data = stream.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableInput(f"{path.name}: {reason}", hint="make it readable, then --retry-failed") from error
    return data, found.st_mtime


def too_large(name: str, size: int, max_bytes: int) -> TooLarge:
    """Return the error of a file that has too many bytes."""
    said = f"{name} has {size / 1e6:,.1f} MB; it may have {max_bytes / 1e6:,.1f} MB"
    return TooLarge(said, hint="split it, or allow more with --max-mb")


def output_name(path: str, suffix: str) -> str:
    """Return the name of a brief: the article's whole name and the format's suffix, so that none collide.

    A name that is too long for a file system, or one of the report's own, is made another by a hash.
    """
    folder, _, name = path.rpartition("/")
    made = f"{name}.{suffix}"
    size = len(os.fsencode(name))
    if size > LONGEST_NAME or (not folder and made.lower() in OWN_NAMES):
        digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
        short = os.fsencode(name)[: LONGEST_NAME - 13].decode("utf-8", "ignore")
        made = f"{short}-{digest}.{suffix}"
    return f"{folder}/{made}" if folder else made


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted((e for e in found if not e.name.startswith(".")), key=lambda e: e.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a loop
        return False


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _pattern(glob: str) -> str:
    """Return the regular expression of a glob: ``**/`` is any number of folders, ``*`` stays within one."""
    parts = []
    for piece in re.split(r"(\*\*/|\*\*|\*)", glob.removeprefix("./")):
        plain = fnmatch.translate(piece).removeprefix("(?s:").removesuffix(r")\Z")
        parts.append({"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}.get(piece, plain))
    return "".join(parts)
