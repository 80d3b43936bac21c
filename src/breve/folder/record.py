"""Results to files and to the journal, in that order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from breve.errors import OutputError
from breve.folder.files import output_name
from breve.folder.journal import Entry, Journal
from breve.folder.outputs import OutputFull, sync_folders, write_file
from breve.folder.plan import Settled
from breve.folder.settings import Brief, Failure, Job, Result, failure_of

THREADS = 8  # that write files: each waits for the disk most of the time

Outcome = tuple[Entry | None, Failure | None, OutputFull | None]


class Recorder:
    """Writes briefs whole, then journals them: what the journal says is done is on the disk."""

    def __init__(self, out_dir: Path, journal: Journal, formats: tuple[str, ...]) -> None:
        self._out_dir, self._journal, self._formats = out_dir, journal, formats
        self._pool = ThreadPoolExecutor(THREADS, "write")

    def write(self, pairs: Iterable[tuple[Job, Result]]) -> list[Failure | None]:
        """Record the results of a group; return for each its failure, if it is one.

        Raises OutputFull when no more can be written; what could be is journalled before.
        """
        outcomes = list(self._pool.map(self._written, pairs))
        entries = [entry for entry, _, _ in outcomes if entry is not None]
        sync_folders(self._paths(entry, suffix).parent for entry in entries for suffix in entry.outputs or {})
        self._journal.put(entries)
        for _, _, full in outcomes:
            if full is not None:
                raise full
        return [failure for _, failure, _ in outcomes]

    def copy(self, step: Settled) -> Failure | None:
        """Give a file the brief of another that has the same key."""
        try:
            for suffix in self._formats:
                write_file(self._out_dir / output_name(step.path, suffix), self._paths(step.entry, suffix).read_bytes())
        except OutputFull:
            raise
        except (OutputError, OSError) as error:
            failure = failure_of(step.path, error)
            self.fail(failure)
            return failure
        entry = dataclasses.replace(step.entry, path=step.path, modified=step.modified)
        sync_folders(self._paths(entry, suffix).parent for suffix in self._formats)
        self._journal.put([entry])
        return None

    def fail(self, failure: Failure) -> None:
        """Journal a failure that has no key: the file could not be read."""
        self._journal.put([_failed(failure, None, 0.0)])

    def close(self) -> None:
        """Wait for what is being written."""
        self._pool.shutdown()

    def _paths(self, entry: Entry, suffix: str) -> Path:
        return self._out_dir / output_name(entry.path, suffix)

    def _written(self, pair: tuple[Job, Result]) -> Outcome:
        job, result = pair
        if isinstance(result, Failure):
            return _failed(result, job.key or None, job.modified), result, None
        try:
            return self._brief(job, result), None, None
        except OutputFull as full:
            return None, None, full
        except OutputError as error:
            failure = failure_of(job.path, error)
            return _failed(failure, None, job.modified), failure, None

    def _brief(self, job: Job, brief: Brief) -> Entry:
        sizes = {}
        for suffix, text in brief.texts.items():
            data = text.encode("utf-8", "replace")
            write_file(self._out_dir / output_name(job.path, suffix), data)
            sizes[suffix] = len(data)
        return Entry(job.path, job.key, "done", job.modified, sizes, brief.title, brief.bullets, brief.flags)


def _failed(failure: Failure, key: str | None, modified: float) -> Entry:
    return Entry(
        failure.path, key, "failed", modified, error=failure.error, message=failure.message, hint=failure.hint
    )  # fmt: skip
