"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from breve.errors import OutputError

TEMPORARY = ".breve-"  # how the names of files begin that aren't complete
# What concerns the whole output folder, not one file.
FATAL = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO, errno.ENODEV})


class OutputFull(OutputError):
    """No further result can be written to the output folder."""


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole: under a temporary name in its folder, flushed to the disk, then renamed.

    Raises OutputFull when the whole folder can't take any more, OutputError for a fault of this file. The new name
    is on the disk after sync_folders().
    """
    with whole_file(path) as stream:
        stream.write(data)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose content becomes the file when the block ends; an error leaves what was there."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor
            yield stream
            stream.flush()
            os.fchmod(descriptor, 0o644)
            os.fsync(descriptor)
        os.replace(temporary, path)  # noqa: PTH105 - strings
        temporary = None
    except OSError as error:
        raise _output_error(path, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - a string


def sync_folders(folders: Iterable[Path]) -> None:
    """Flush the names in folders to the disk, where the system can."""
    for folder in set(folders):
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def remove_temporary(folder: Path) -> None:
    """Remove what a killed run left in a folder: its incomplete files. The caller holds the output folder's lock."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(TEMPORARY) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)  # noqa: PTH108 - a string


def _output_error(path: Path, error: OSError) -> OutputError:
    kind = OutputFull if error.errno in FATAL else OutputError
    return kind(
        f"{path} can't be written: {error.strerror}", hint="free some space or make it writable, then run again"
    )
