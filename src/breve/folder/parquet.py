"""A cluster's results as Parquet, in any place that Arrow can write to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from threading import Event
from uuid import uuid4

from breve.folder.cluster import Cluster, Known, Row, row_of, table_of
from breve.folder.files import wanted_by
from breve.folder.lock import stop_signals
from breve.folder.settings import BatchSettings, Failure, Job, Report
from breve.folder.sources import Source
from breve.folder.work import WorkerSpec

TEXTS = ("md", "json")  # the formats in the column of texts
PART_ROWS = 500  # rows a file: what a killed run loses at most
KEPT = frozenset({"done", "failed"})


class ParquetRun:
    """One run into a folder of Parquet files: a row a brief or a failure, with its path and key.

    The rows themselves are the journal: what has one with its path and key is not done again.
    """

    def __init__(self, in_dir: str, out_dir: str, settings: BatchSettings, spec: WorkerSpec) -> None:
        self.source, self.target, self.settings = Source(in_dir), Source(out_dir), settings
        self.cluster = Cluster(replace(spec, formats=TEXTS), settings)
        self.report = Report(out_dir)
        self.stop = Event()

    def run(self) -> Report:
        """Do it all."""
        started = time.monotonic()
        self.target.filesystem.create_dir(self.target.prefix, recursive=True)
        known, failed = self._known()
        paths = list(self.source.paths(wanted_by(self.settings.globs), self._unlisted))
        if self.settings.retry_failed:
            paths = [path for path in paths if path in failed]
        waiting: list[Row] = []
        with stop_signals(self._stopped_by):
            for rows in self.cluster.results(self.source, paths[: self.settings.limit], known, self.stop):
                waiting += [row for row in rows if row["status"] in KEPT]
                self.report.skipped += sum(row["status"] not in KEPT for row in rows)
                if len(waiting) >= PART_ROWS:
                    self._write(waiting)
                    waiting = []
        self._write(waiting)
        self.report.seconds = time.monotonic() - started
        return self.report

    def _known(self) -> tuple[Known, set[str]]:
        """Return what has a row that counts, and the paths that failed."""
        import pyarrow.dataset as ds

        columns = ["path", "key", "status"]
        found = ds.dataset(self.target.prefix.rstrip("/"), filesystem=self.target.filesystem, format="parquet")
        rows = found.to_table(columns=columns).to_pylist() if found.files else []
        failed = {row["path"] for row in rows if row["status"] == "failed"}
        if self.settings.force:
            return Known(), failed
        counted = (row for row in rows if row["status"] == "done" or not self.settings.retry_failed)
        return Known(frozenset((row["path"], row["key"]) for row in counted)), failed

    def _write(self, rows: Sequence[Row]) -> None:
        """Write a part and count its rows; readers don't see a file before it is complete."""
        import pyarrow.parquet as pq

        if not rows:
            return
        name = f"part-{uuid4().hex}.parquet"
        hidden = f"{self.target.prefix}.{name}"
        pq.write_table(table_of(rows), hidden, filesystem=self.target.filesystem)
        self.target.filesystem.move(hidden, self.target.prefix + name)
        for row in rows:
            if row["status"] == "done":
                self.report.done += 1
            else:
                self.report.add_failure(Failure(row["path"], row["error"], row["message"], row["hint"]))

    def _unlisted(self, path: str, error: OSError) -> None:
        failure = Failure(path, "UnreadableInput", f"the folder can't be listed: {error.strerror}")
        self._write([row_of(Job(path, b"", ""), failure)])

    def _stopped_by(self, number: int) -> None:
        self.report.signal = number
        self.stop.set()
