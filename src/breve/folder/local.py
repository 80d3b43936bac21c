"""Groups of articles through one worker in this process, or through several in processes of their own."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from typing import Protocol

from breve.engines.base import cores
from breve.errors import WorkerDied
from breve.folder.settings import Job, Result, failure_of
from breve.folder.work import Worker, WorkerSpec

WORKER_BYTES = 2_000_000_000  # memory of the machine that a worker is reckoned to need: it takes 1.15 GB at most
Group = Sequence[Job]
Done = tuple[Group, list[Result]]


class Workers(Protocol):
    """Whatever turns groups of articles into results."""

    def signature(self) -> str:
        """Return the digest of every setting that affects a brief."""
        ...

    def results(self, groups: Iterator[Group]) -> Iterator[Done]:
        """Yield each group and its results, not necessarily in order."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...


def default_workers(spec: WorkerSpec) -> int:
    """Return a worker a core, as far as memory goes, for the embedded model; one for models of unknown size."""
    options = spec.options
    if spec.engine is not None or options.profile != "embedded" or options.translator or options.condenser:
        return 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return max(1, min(options.threads or cores(), memory // WORKER_BYTES))


def local_workers(spec: WorkerSpec, number: int) -> Workers:
    """Return one worker in this process, or so many in processes of their own that share the cores."""
    if number == 1:
        return InProcess(spec)
    return Processes(replace(spec, threads=max(1, (spec.options.threads or cores()) // number)), number)


class InProcess:
    """One worker here."""

    def __init__(self, spec: WorkerSpec) -> None:
        self._worker = Worker(spec)

    def signature(self) -> str:
        """Return the digest of every setting that affects a brief."""
        return self._worker.signature

    def results(self, groups: Iterator[Group]) -> Iterator[Done]:
        """Yield each group and its results, in order."""
        for group in groups:
            yield group, self._worker.run(group)

    def close(self) -> None:
        """Do nothing: the worker ends with the process."""


class Processes:
    """Workers in processes of their own. An article that ends its process is recorded; the others are done again."""

    def __init__(self, spec: WorkerSpec, number: int) -> None:
        self._spec, self._number = spec, number
        self._pool = self._start(number)

    def signature(self) -> str:
        """Return the digest of every setting that affects a brief."""
        return self._pool.submit(_signature).result()

    def results(self, groups: Iterator[Group]) -> Iterator[Done]:
        """Yield each group and its results, in order."""
        waiting: deque[tuple[Group, Future[list[Result]]]] = deque()
        for group in groups:
            waiting.append((group, self._pool.submit(_run, group)))
            if len(waiting) > self._number:  # one more than works: none is idle while a result is written
                yield self._result(waiting)
        while waiting:
            yield self._result(waiting)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)

    def _start(self, number: int) -> ProcessPoolExecutor:
        # A fork would copy the threads' locks of a runtime that is already loaded.
        return ProcessPoolExecutor(
            number, mp_context=get_context("spawn"), initializer=_initialize, initargs=(self._spec,)
        )  # fmt: skip

    def _result(self, waiting: deque[tuple[Group, Future[list[Result]]]]) -> Done:
        group, future = waiting.popleft()
        try:
            return group, future.result()
        except BrokenProcessPool:
            self._pool.shutdown()
            done = group, self._one_by_one(group)
            self._pool = self._start(self._number)
            again = [(g, f if _succeeded(f) else self._pool.submit(_run, g)) for g, f in waiting]
            waiting.clear()
            waiting.extend(again)
            return done

    def _one_by_one(self, group: Group) -> list[Result]:
        """Return the results of articles of which one at a time is in a process, so that it is known which ends it."""
        results: list[Result] = []
        pool = self._start(1)
        for job in group:
            try:
                results += pool.submit(_run, [job]).result()
            except BrokenProcessPool:
                hint = "--retry-failed tries it again; the memory may have been too small"
                results.append(failure_of(job.path, WorkerDied("its process was killed or crashed", hint=hint)))
                pool.shutdown()
                pool = self._start(1)
        pool.shutdown()
        return results


class _Held:
    """The worker of this process, if it is one of the pool's."""

    worker: Worker | None = None


def _initialize(spec: WorkerSpec) -> None:
    # Ctrl-C goes to the whole group of processes; what is in flight is finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Held.worker = Worker(spec)


def _run(group: Group) -> list[Result]:
    return _held().run(group)


def _signature() -> str:
    return _held().signature


def _held() -> Worker:
    if _Held.worker is None:
        raise RuntimeError("this process has no worker")
    return _Held.worker


def _succeeded(future: Future[list[Result]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
