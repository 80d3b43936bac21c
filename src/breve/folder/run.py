"""The run: reading ahead, translating, writing behind, each file journalled when its brief is on the disk."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock
from typing import Unpack

from breve.engines.base import Engine
from breve.errors import OptionError
from breve.folder.journal import Journal
from breve.folder.local import Group, InProcess, default_workers, local_workers
from breve.folder.lock import output_folder, stop_signals
from breve.folder.plan import GROUP_FILES, Plan, Settled, group_bytes
from breve.folder.record import Recorder
from breve.folder.report import write_report
from breve.folder.settings import PARQUET, BatchSettings, Failure, Job, Report, Result, SettingValues
from breve.folder.watch import changes
from breve.folder.work import WorkerSpec
from breve.options import Options, OptionValues

Progress = Callable[[Report], None]


class BatchValues(OptionValues, SettingValues, total=False):
    """The fields of Options and of BatchSettings as keyword arguments."""


def batch(
    in_dir: str | os.PathLike[str], out_dir: str | os.PathLike[str], *, engine: Engine | None = None,
    progress: Progress | None = None, watch: bool = False, **values: Unpack[BatchValues],
) -> Report:  # fmt: skip
    """Write a brief of every article under a folder into another, and say what was done.

    ``values`` are the fields of Options and of BatchSettings; ``engine`` takes the place of the profile's model.
    What is done already is not done again. With ``watch`` it goes on with new and changed files until a signal or
    KeyboardInterrupt. A file that can't be used is recorded and the rest goes on.
    Raises OptionError for a wrong call or an output folder in use, ModelError, and OutputError when no further
    result can be written.
    """
    settings, spec = _told(values, engine)
    if settings.runner == "ray":
        from breve.folder.cluster_run import ClusterRun
        from breve.folder.parquet import ParquetRun

        if watch:
            raise OptionError("a cluster's job can't watch a folder; run it again, or use the local engine")
        if settings.formats == (PARQUET,):
            return ParquetRun(os.fspath(in_dir), os.fspath(out_dir), settings, spec).run()
        return ClusterRun(os.fspath(in_dir), os.fspath(out_dir), settings, spec, progress).run()
    return Run(os.fspath(in_dir), os.fspath(out_dir), settings, spec, progress).run(watch=watch)


def planned(
    in_dir: str | os.PathLike[str], out_dir: str | os.PathLike[str], *, engine: Engine | None = None,
    **values: Unpack[BatchValues],
) -> Iterator[str]:  # fmt: skip
    """Yield the paths that batch() would work on, and write nothing."""
    settings, spec = _told(values, engine)
    _check_folders(Path(in_dir), Path(out_dir))
    journal = Journal(Path(out_dir), read_only=True)
    try:
        plan = Plan(Path(in_dir), Path(out_dir), settings, journal, InProcess(spec).signature())
        yield from (step.path for step in plan.steps() if not isinstance(step, Settled))
    finally:
        journal.close()


class Run:
    """One run over a folder."""

    def __init__(
        self, in_dir: str, out_dir: str, settings: BatchSettings, spec: WorkerSpec, progress: Progress | None = None
    ) -> None:
        self.place, self.in_dir, self.out_dir = in_dir, Path(in_dir), Path(out_dir)
        self.settings, self.spec = settings, spec
        self.progress = progress
        self.report = Report(str(out_dir))
        self.stop = Event()
        self._counting = Lock()  # files are read in one thread and written in another
        self.started = time.monotonic()

    def run(self, *, watch: bool = False) -> Report:
        """Do it all, and write the report."""
        self._check()
        with ExitStack() as stack:
            stack.enter_context(output_folder(self.out_dir, wait=self.settings.wait))
            signature = self._open(stack)
            stack.enter_context(stop_signals(self._stopped_by))
            journal = Journal(self.out_dir)
            stack.callback(journal.close)
            self.recorder = Recorder(self.out_dir, journal, self.settings.formats)
            stack.callback(self.recorder.close)
            plan = Plan(self.in_dir, self.out_dir, self.settings, journal, signature)
            if self.progress:
                self.report.total = self._count(plan)
            for paths in changes(self.in_dir, self.out_dir, self.stop) if watch else [None]:
                try:
                    self._work(plan, paths)
                    if paths is None and self._saw_all():
                        journal.forget_unseen_failures()
                finally:
                    write_report(self.out_dir, journal)
        self._tell()
        return self.report

    def _check(self) -> None:
        _check_folders(self.in_dir, self.out_dir)

    def _open(self, stack: ExitStack) -> str:
        """Start the workers and return the digest of their settings."""
        self.worker_count = self.settings.workers or default_workers(self.spec)
        self.workers = local_workers(self.spec, self.worker_count)
        stack.callback(self.workers.close)
        return self.workers.signature()

    def _count(self, plan: Plan) -> int:
        return sum(1 for _ in plan.paths())

    def _saw_all(self) -> bool:
        s = self.settings
        return not (self.stop.is_set() or s.globs or s.retry_failed or s.limit)

    def _tell(self) -> None:
        self.report.seconds = time.monotonic() - self.started
        if self.progress:
            self.progress(self.report)

    def _work(self, plan: Plan, paths: Sequence[str] | None) -> None:
        with ThreadPoolExecutor(1, "write") as writer, ThreadPoolExecutor(1, "read") as reader:
            writing: Future[None] | None = None
            for group, results in self.workers.results(self._groups(self._read(plan, paths), reader)):
                if writing is not None:
                    writing.result()
                writing = writer.submit(self._write, list(zip(group, results, strict=True)))
            if writing is not None:
                writing.result()

    def _groups(self, groups: Iterator[Group], reader: ThreadPoolExecutor) -> Iterator[Group]:
        """Yield groups of jobs; the next one is read while one is worked on."""
        ahead = reader.submit(next, groups, None)
        while (group := ahead.result()) is not None and not self.stop.is_set():
            ahead = reader.submit(next, groups, None)
            yield group

    def _read(self, plan: Plan, paths: Sequence[str] | None) -> Iterator[Group]:
        group: list[Job] = []
        number = 0
        for step in plan.steps(paths):
            if self.stop.is_set():
                return
            if isinstance(step, Job):
                group.append(step)
            else:
                self._settle(step)
            full = sum(len(job.data) for job in group) >= group_bytes(number, self.worker_count)
            if full or len(group) == GROUP_FILES:
                yield group
                group, number = [], number + 1
        if group:
            yield group

    def _settle(self, step: Settled | Failure) -> None:
        """Do what needs no model: count what is done, copy the brief of a renamed file, record a failure."""
        failure = None
        if isinstance(step, Failure):
            self.recorder.fail(failure := step)
        elif step.how == "copied":
            failure = self.recorder.copy(step)
        with self._counting:
            if failure is not None:
                self._count_failure(failure)
            elif isinstance(step, Settled):
                setattr(self.report, step.how, getattr(self.report, step.how) + 1)
        self._tell()

    def _write(self, pairs: Sequence[tuple[Job, Result]]) -> None:
        """Record a group's results."""
        failures = self.recorder.write(pairs)
        with self._counting:
            self.report.done += failures.count(None)
            for failure in filter(None, failures):
                self._count_failure(failure)
        self._tell()

    def _count_failure(self, failure: Failure) -> None:
        self.report.add_failure(failure)
        if self.settings.fail_fast:
            self.stop.set()

    def _stopped_by(self, number: int) -> None:
        self.report.signal = number
        self.stop.set()


def _told(values: BatchValues, engine: Engine | None) -> tuple[BatchSettings, WorkerSpec]:
    """Return the settings, and what a worker needs; raises OptionError for a value out of range."""
    names = {field.name for field in dataclasses.fields(BatchSettings)}
    settings = BatchSettings(**{k: v for k, v in values.items() if k in names})  # type: ignore[arg-type]  # TypedDicts
    options = Options(**{k: v for k, v in values.items() if k not in names})  # type: ignore[arg-type]
    return settings, WorkerSpec(options, settings.formats, engine)


def _check_folders(in_dir: Path, out_dir: Path) -> None:
    if not in_dir.is_dir():
        raise OptionError(f"{in_dir} is no folder; give the folder of the articles")
    if out_dir.exists() and not out_dir.is_dir():
        raise OptionError(f"{out_dir} is a file; give a folder for the briefs")
    if out_dir.exists() and in_dir.samefile(out_dir):
        raise OptionError(f"{in_dir} can't hold both articles and briefs; give another output folder")
