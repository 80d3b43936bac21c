"""The same batch on a Ray cluster: Ray Data reads the files, a pool of actors holds the model.

The driver writes and journals the results, or the workers write them as Parquet. Nothing here schedules, queues or
retries: Ray does. What comes back from no worker is tried once more, each file by itself, and then recorded.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Any

from breve.errors import InputError, ModelMissing, WorkerDied
from breve.folder.files import too_large
from breve.folder.journal import key_of
from breve.folder.plan import Plan, Settled
from breve.folder.settings import BatchSettings, Brief, Failure, Job, Result, failure_of
from breve.folder.sources import Source
from breve.folder.work import Worker, WorkerSpec
from breve.reader import format_of

if TYPE_CHECKING:
    import pyarrow

ARTICLES = 8  # a call of an actor: sentences enough to fill batches, and little to do again when it dies
TASK_RETRIES = 4  # of a call whose actor died: a node may be lost, but an article that kills must not go on
INIT_DEATHS = 5  # of actors in a row, before it is taken for a fault of the set-up
BLOCKS = 2000  # the most read tasks: each costs the scheduler some milliseconds
CPUS = 1  # of an actor; see docs/batch.md

Row = dict[str, Any]
Pairs = list[tuple[Job, Result]]


@dataclass(frozen=True, slots=True)
class Known:
    """What needs no work: paths with their keys, and all keys that have a brief somewhere."""

    pairs: frozenset[tuple[str, str]] = frozenset()
    keys: frozenset[str] = frozenset()


class Briefs:
    """An actor: rows of a path and its bytes become rows of results."""

    def __init__(self, spec: WorkerSpec, prefix: str, known: Known, max_file_bytes: int) -> None:
        self._worker = Worker(spec)
        self._signature = self._worker.signature
        self._prefix, self._known, self._max_file_bytes = prefix, known, max_file_bytes

    def __call__(self, batch: pyarrow.Table) -> pyarrow.Table:
        """Return a row for each row, in no order."""
        rows: list[Row] = []
        jobs: list[Job] = []
        for path, data in zip(batch["path"].to_pylist(), batch["bytes"].to_pylist(), strict=True):
            relative = path[len(self._prefix) :]
            job, row = self._job(relative, data)
            if row is None:
                jobs.append(job)
            else:
                rows.append(row)
        rows += [row_of(job, result) for job, result in zip(jobs, self._worker.run(jobs), strict=True)]
        return table_of(rows)

    def _job(self, path: str, data: bytes) -> tuple[Job, Row | None]:
        job = Job(path, data, "")
        try:
            job = replace(job, key=key_of(data, format_of(path), self._signature))
            if len(data) > self._max_file_bytes:
                raise too_large(path, len(data), self._max_file_bytes)
        except InputError as error:
            return job, row_of(replace(job, key=""), failure_of(path, error))
        if (path, job.key) in self._known.pairs:
            return job, _settled(job, "known")
        return job, _settled(job, "copied") if job.key in self._known.keys else None


class Cluster:
    """A pool of actors on the Ray cluster of ``RAY_ADDRESS``, or on one of this machine."""

    def __init__(self, spec: WorkerSpec, settings: BatchSettings) -> None:
        try:
            import ray
        except ImportError as error:
            raise ModelMissing("--engine ray needs Ray", hint='pip install "breve[ray]"') from error
        if not ray.is_initialized():
            ray.init(logging_level=logging.ERROR, log_to_driver=False)
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what failed is in our report
        self._spec, self._settings = replace(spec, threads=CPUS), settings

    def signature(self) -> str:
        """Return the digest of every setting that affects a brief, from a worker: the driver needs no model."""
        import ray

        try:
            found: str = ray.get(ray.remote(num_cpus=CPUS)(_signature).remote(self._spec))
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        return found

    def results(self, source: Source, paths: Sequence[str], known: Known, stop: Event) -> Iterator[list[Row]]:
        """Yield rows of results as they come; every path is in one of them, whatever happened to its worker."""
        left = dict.fromkeys(paths)
        for alone in (False, True):
            if alone:
                rows = [row_of(Job(path, b"", ""), failure) for path in left if (failure := unreadable(source, path))]
                for row in rows:
                    left.pop(row["path"])
                yield rows
            if not left or stop.is_set():
                return
            for rows in self._pass(source, list(left), known, alone=alone):
                yield [row for row in rows if left.pop(row["path"], row) is None]
                if stop.is_set():
                    return
        hint = "--retry-failed tries it again; the memory may have been too small"
        died = WorkerDied("each worker that took it was killed or crashed", hint=hint)
        yield [row_of(Job(path, b"", ""), failure_of(path, died)) for path in left]

    def _pass(self, source: Source, paths: Sequence[str], known: Known, *, alone: bool) -> Iterator[list[Row]]:
        try:
            with lenient():
                dataset = self.dataset(source, paths, known, alone=alone)
                for table in dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                    yield table.to_pylist()
        except ValueError as error:  # what Ray says when not one of the files is there
            if "No files found" not in str(error):
                raise

    def dataset(self, source: Source, paths: Sequence[str], known: Known, *, alone: bool) -> Any:
        """Return the Ray dataset of the files' results; ``alone``: each file is a task by itself."""
        import ray

        blocks = len(paths) if alone else max(1, min(len(paths) // ARTICLES, BLOCKS))
        workers = self._settings.workers or 1
        files = ray.data.read_binary_files(
            [source.prefix + path for path in paths], filesystem=source.filesystem, include_paths=True,
            ignore_missing_paths=True, override_num_blocks=blocks, num_cpus=0, concurrency=workers + 1,
        )  # fmt: skip
        return files.map_batches(
            Briefs, batch_format="pyarrow", batch_size=1 if alone else ARTICLES, zero_copy_batch=False,
            fn_constructor_args=(self._spec, source.prefix, known, self._settings.max_file_bytes),
            # One call at a time in the second try: what waits for an actor that dies is lost with it.
            compute=ray.data.ActorPoolStrategy(
                min_size=1, max_size=workers, max_tasks_in_flight_per_actor=1 if alone else None
            ),
            num_cpus=CPUS, max_task_retries=0 if alone else TASK_RETRIES,
        )  # fmt: skip


def unreadable(source: Source, path: str) -> Failure | None:
    """Return why a file that came back from no worker can't be read; None if it can be."""
    try:
        source.check(path)
    except InputError as error:
        return failure_of(path, error)
    return None


def pairs_of(rows: Sequence[Row], source: Source) -> Pairs:
    """Return the results among rows, with their jobs."""
    return [
        (Job(row["path"], b"", row["key"], source.modified(row["path"])), _result(row))
        for row in rows if row["status"] in {"done", "failed"}
    ]  # fmt: skip


def known_of(plan: Plan) -> Known:
    """Return what the journal says is done, if its files are there, and what failed and is not to be tried again."""
    if plan.settings.force:
        return Known()
    done = frozenset((e.path, e.key) for e in plan.journal.rows("done") if e.key and plan.has_outputs(e))
    failed = () if plan.settings.retry_failed else ((e.path, e.key) for e in plan.journal.rows("failed") if e.key)
    return Known(done.union(failed), frozenset(key for _, key in done))


def settled_of(row: Row, plan: Plan) -> Settled | None:
    """Return what is to be done about a row that needed no work; None when its brief must be made after all."""
    entry = plan.journal.get(row["path"])
    if row["status"] == "known" and entry is not None:
        return Settled(row["path"], "skipped" if entry.status == "done" else "known", entry)
    twin = plan.journal.same(row["key"])
    return Settled(row["path"], "copied", twin) if twin is not None and plan.has_outputs(twin) else None


def _signature(spec: WorkerSpec) -> str:
    return Worker(spec).signature


@contextmanager
def lenient() -> Iterator[None]:
    """Have Ray Data go on after a block or an actor that failed, and draw no bars of its own."""
    from ray.data import DataContext

    context = DataContext.get_current()
    ours = {"max_errored_blocks": -1, "max_consecutive_actor_init_deaths": INIT_DEATHS, "enable_progress_bars": False}
    before = {name: getattr(context, name) for name in ours}
    for name, value in ours.items():
        setattr(context, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(context, name, value)


def _settled(job: Job, status: str) -> Row:
    return {"path": job.path, "key": job.key, "status": status}


def row_of(job: Job, result: Result) -> Row:
    """Return a result as a row of the dataset."""
    if isinstance(result, Failure):
        said = {"error": result.error, "message": result.message, "hint": result.hint}
        return _settled(job, "failed") | said
    shown = {"title": result.title, "bullets": list(result.bullets), "flags": result.flags}
    return _settled(job, "done") | shown | {"texts": json.dumps(result.texts)}


def _result(row: Row) -> Result:
    if row["status"] == "failed":
        return Failure(row["path"], row["error"], row["message"], row["hint"])
    return Brief(row["path"], json.loads(row["texts"]), row["title"], tuple(row["bullets"]), row["flags"])


def table_of(rows: Sequence[Row]) -> pyarrow.Table:
    """Return rows as a table whose columns are always the same."""
    import pyarrow as pa

    text = ("path", "key", "status", "error", "message", "hint", "title", "texts")
    fields = [(name, pa.string()) for name in text]
    return pa.Table.from_pylist(
        list(rows), pa.schema([*fields, ("flags", pa.int64()), ("bullets", pa.list_(pa.string()))])
    )
