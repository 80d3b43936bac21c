"""The run: reading ahead, translating, writing behind, each file journalled when its brief is on the disk."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Unpack

from breve.engines.base import Engine
from breve.errors import OptionError, OutputError
from breve.folder.files import output_name
from breve.folder.journal import HIDDEN, Entry, Journal
from breve.folder.local import Group, Workers, local_workers
from breve.folder.lock import output_folder, stop_signals
from breve.folder.outputs import OutputFull, write_files
from breve.folder.plan import GROUP_BYTES, GROUP_FILES, Plan, Settled
from breve.folder.report import write_report
from breve.folder.settings import BatchSettings, Brief, Failure, Job, Report, Result, SettingValues, failure_of
from breve.folder.work import WorkerSpec
from breve.options import Options, OptionValues

Progress = Callable[[Report], None]


class BatchValues(OptionValues, SettingValues, total=False):
    """The fields of Options and of BatchSettings as keyword arguments."""


def batch(
    in_dir: str | os.PathLike[str], out_dir: str | os.PathLike[str], *, engine: Engine | None = None,
    progress: Progress | None = None, **values: Unpack[BatchValues],
) -> Report:  # fmt: skip
    """Write a brief of every article under a folder into another, and say what was done.

    ``values`` are the fields of Options and of BatchSettings; ``engine`` takes the place of the profile's model.
    What is done already is not done again. A file that can't be used is recorded and the rest goes on.
    Raises OptionError for a wrong call or an output folder in use, ModelError, and OutputError when no further
    result can be written.
    """
    names = {field.name for field in dataclasses.fields(BatchSettings)}
    settings = BatchSettings(**{k: v for k, v in values.items() if k in names})  # type: ignore[arg-type]
    options = Options(**{k: v for k, v in values.items() if k not in names})  # type: ignore[arg-type]
    spec = WorkerSpec(options, settings.formats, engine)
    return Run(Path(in_dir), Path(out_dir), settings, spec, progress).run()


class Run:
    """One run over a folder."""

    def __init__(
        self, in_dir: Path, out_dir: Path, settings: BatchSettings, spec: WorkerSpec, progress: Progress | None = None
    ) -> None:
        self.in_dir, self.out_dir, self.settings, self.spec = in_dir, out_dir, settings, spec
        self.progress = progress or (lambda report: None)
        self.report = Report(str(out_dir))
        self.stop = Event()

    def run(self) -> Report:
        """Do it all, and write the report."""
        started = time.monotonic()
        _check_folders(self.in_dir, self.out_dir)
        with ExitStack() as stack:
            stack.enter_context(output_folder(self.out_dir, wait=self.settings.wait))
            stack.enter_context(stop_signals(self._stopped_by))
            workers = local_workers(self.spec, self.settings.workers)
            stack.callback(workers.close)
            journal = Journal(self.out_dir)
            stack.callback(journal.close)
            plan = Plan(self.in_dir, self.out_dir, self.settings, journal, workers.signature())
            try:
                self._work(plan, workers)
                if not (self.stop.is_set() or self.settings.globs or self.settings.retry_failed or self.settings.limit):
                    journal.forget_unseen_failures()
            finally:
                write_report(self.out_dir, journal)
        self.report.seconds = time.monotonic() - started
        return self.report

    def _work(self, plan: Plan, workers: Workers) -> None:
        with ThreadPoolExecutor(1, "write") as writer, ThreadPoolExecutor(1, "read") as reader:
            writing: Future[None] | None = None
            for group, results in workers.results(self._groups(plan, reader)):
                if writing is not None:
                    writing.result()
                writing = writer.submit(self._write, plan, list(zip(group, results, strict=True)))
            if writing is not None:
                writing.result()

    def _groups(self, plan: Plan, reader: ThreadPoolExecutor) -> Iterator[Group]:
        """Yield groups of jobs; the next one is read while one is worked on."""
        groups = self._read(plan)
        ahead = reader.submit(next, groups, None)
        while (group := ahead.result()) is not None and not self.stop.is_set():
            ahead = reader.submit(next, groups, None)
            yield group

    def _read(self, plan: Plan) -> Iterator[list[Job]]:
        group: list[Job] = []
        for step in plan.steps():
            if self.stop.is_set():
                return
            if isinstance(step, Job):
                group.append(step)
            else:
                self._settle(plan, step)
            if sum(len(job.data) for job in group) >= GROUP_BYTES or len(group) == GROUP_FILES:
                yield group
                group = []
        if group:
            yield group

    def _settle(self, plan: Plan, step: Settled | Failure) -> None:
        """Do what needs no model: count what is done, copy the brief of a renamed file, record a failure."""
        if isinstance(step, Failure):
            plan.journal.put([_failed(step, None, 0.0)])
            self._fail(step)
        elif step.how == "copied":
            plan.journal.put([_copied(plan, step)])
            self.report.copied += 1
        elif step.how == "known":
            self.report.known += 1
        else:
            self.report.skipped += 1
        self.progress(self.report)

    def _write(self, plan: Plan, pairs: Iterable[tuple[Job, Result]]) -> None:
        """Write a group's briefs, then journal them."""
        entries: list[Entry] = []
        try:
            for job, result in pairs:
                entry, failure = self._written(job, result)
                entries.append(entry)
                if failure is not None:
                    self._fail(failure)
                else:
                    self.report.done += 1
        finally:
            plan.journal.put(entries)
        self.progress(self.report)

    def _written(self, job: Job, result: Result) -> tuple[Entry, Failure | None]:
        if isinstance(result, Failure):
            return _failed(result, job.key, job.modified), result
        try:
            return _write_brief(self.out_dir, job, result), None
        except OutputFull:
            raise
        except OutputError as error:
            failure = failure_of(job.path, error)
            return _failed(failure, None, job.modified), failure

    def _fail(self, failure: Failure) -> None:
        self.report.add_failure(failure)
        if self.settings.fail_fast:
            self.stop.set()

    def _stopped_by(self, number: int) -> None:
        self.report.signal = number
        self.stop.set()


def _write_brief(out_dir: Path, job: Job, brief: Brief) -> Entry:
    files = {suffix: text.encode("utf-8", "replace") for suffix, text in brief.texts.items()}
    write_files({out_dir / output_name(job.path, suffix): data for suffix, data in files.items()})
    sizes = {suffix: len(data) for suffix, data in files.items()}
    return Entry(job.path, job.key, "done", job.modified, sizes, brief.title, brief.bullets, brief.flags)


def _copied(plan: Plan, step: Settled) -> Entry:
    suffixes = plan.settings.formats
    twin = {suffix: plan.out_dir / output_name(step.entry.path, suffix) for suffix in suffixes}
    write_files({plan.out_dir / output_name(step.path, suffix): twin[suffix].read_bytes() for suffix in suffixes})
    return dataclasses.replace(step.entry, path=step.path, modified=step.modified)


def _failed(failure: Failure, key: str | None, modified: float) -> Entry:
    return Entry(
        failure.path, key, "failed", modified, error=failure.error, message=failure.message, hint=failure.hint
    )  # fmt: skip


def _check_folders(in_dir: Path, out_dir: Path) -> None:
    if not in_dir.is_dir():
        raise OptionError(f"{in_dir} is no folder; give the folder of the articles")
    if out_dir.exists() and not out_dir.is_dir():
        raise OptionError(f"{out_dir} is a file; give a folder for the briefs")
    if out_dir.exists() and in_dir.samefile(out_dir):
        raise OptionError(f"{in_dir} can't hold both articles and briefs; give another output folder")


__all__ = ["HIDDEN", "BatchValues", "Progress", "Run", "batch"]
