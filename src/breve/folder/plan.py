"""What there is to do: each file against the journal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from breve.errors import InputError
from breve.folder.files import list_files, output_name, read_file, wanted_by
from breve.folder.journal import Entry, Journal, key_of
from breve.folder.settings import BatchSettings, Failure, Job, failure_of
from breve.reader import format_of

GROUP_BYTES = 16_000  # about eight articles: sentences enough to fill batches, soon finished after Ctrl-C
FIRST_GROUP_BYTES = 4_000
GROUP_FILES = 32


@dataclass(frozen=True, slots=True)
class Settled:
    """A file that needs no model: its brief is there already, lies elsewhere, or it failed before."""

    path: str
    how: Literal["skipped", "known", "copied"]
    entry: Entry
    modified: float = 0.0


Step = Job | Failure | Settled


def group_bytes(number: int, workers: int) -> int:
    """Return how much of articles makes the group of a number, from 0: small at first, so that all workers get some."""
    return GROUP_BYTES if workers == 1 else min(GROUP_BYTES, FIRST_GROUP_BYTES << min(number // workers, 8))


class Plan:
    """Decides about files: the journal says what is done, the output folder whether it is still there."""

    def __init__(self, in_dir: Path, out_dir: Path, settings: BatchSettings, journal: Journal, signature: str) -> None:
        self.in_dir, self.out_dir, self.settings = in_dir, out_dir, settings
        self.journal, self.signature = journal, signature
        self.wanted = wanted_by(settings.globs)

    def steps(self, paths: Sequence[str] | None = None) -> Iterator[Step]:
        """Yield what is to be done about each file, or about some; ends when the limit of jobs is reached."""
        taken = 0
        for step in self._all(paths):
            yield step
            taken += not isinstance(step, Settled)
            if taken == self.settings.limit:
                return

    def paths(self) -> Iterator[str]:
        """Yield the files that the settings choose, without looking into them."""
        if self.settings.retry_failed:
            yield from (entry.path for entry in self.journal.rows("failed") if self.wanted(entry.path))
        else:
            yield from list_files(self.in_dir, self.wanted, self.out_dir, lambda path, error: None)

    def step(self, path: str) -> Step:
        """Return what is to be done about a file; reads it."""
        try:
            format = format_of(path)  # noqa: A001 - the reader's word
            data, modified = read_file(self.in_dir / path, self.settings.max_file_bytes)
        except InputError as error:
            return failure_of(path, error)
        return self._known(path, key_of(data, format, self.signature), data, modified)

    def has_outputs(self, entry: Entry) -> bool:
        """Return whether the files of a row are there, as long as they were, in every format of the settings."""
        outputs = entry.outputs or {}
        return all(
            suffix in outputs and _size(self.out_dir / output_name(entry.path, suffix)) == outputs[suffix]
            for suffix in self.settings.formats
        )

    def _all(self, paths: Sequence[str] | None) -> Iterator[Step]:
        if paths is not None or self.settings.retry_failed:
            yield from map(self.step, self.paths() if paths is None else filter(self.wanted, paths))
            return
        unlisted: list[Failure] = []

        def on_error(path: str, error: OSError) -> None:
            hint = "make the folder readable, then run again"
            unlisted.append(Failure(path, "UnreadableInput", f"the folder can't be listed: {error.strerror}", hint))

        for path in list_files(self.in_dir, self.wanted, self.out_dir, on_error):
            self.journal.see([path])
            yield self.step(path)
        self.journal.see([failure.path for failure in unlisted])
        yield from unlisted

    def _known(self, path: str, key: str, data: bytes, modified: float) -> Step:
        job = Job(path, data, key, modified)
        if self.settings.force:
            return job
        entry = self.journal.get(path)
        if entry is not None and entry.key == key:
            if entry.status == "failed" and not self.settings.retry_failed:
                return Settled(path, "known", entry, modified)
            if entry.status == "done" and self.has_outputs(entry):
                return Settled(path, "skipped", entry, modified)
        twin = self.journal.same(key)
        if twin is not None and self.has_outputs(twin):
            return Settled(path, "copied", twin, modified)
        return job


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - called once a file
    except OSError:
        return -1
