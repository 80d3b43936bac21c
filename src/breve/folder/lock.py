"""One run at a time on an output folder, and a run that ends in good order when it is told to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from breve.errors import OptionError
from breve.folder.journal import HIDDEN
from breve.folder.outputs import remove_temporary


@contextmanager
def output_folder(folder: Path, *, wait: bool) -> Iterator[None]:
    """Make an output folder and hold its lock; what a killed run left incomplete is removed first.

    Raises OptionError when the folder can't be written, or when another run holds it and ``wait`` is False.
    """
    hidden = folder / HIDDEN
    lock = FileLock(hidden / "lock")
    mark = hidden / "under-way"
    try:
        hidden.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=-1 if wait else 0)
        if mark.exists():
            for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
                remove_temporary(place)
        mark.touch()
    except Timeout as error:
        hint = "wait for its end with --wait, or give another folder"
        raise OptionError(f"another run is writing into {folder}", hint=hint) from error
    except OSError as error:
        lock.release()
        raise OptionError(f"{folder} can't be written: {error.strerror}", hint="give a folder that can be") from error
    try:
        yield
        with suppress(OSError):
            mark.unlink()
    finally:
        lock.release()


@contextmanager
def stop_signals(stop: Callable[[int], None]) -> Iterator[None]:
    """Have the first SIGINT or SIGTERM call ``stop`` with its number; the second ends the process as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def handle(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, before[each])
        stop(number)

    for number in numbers:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])
