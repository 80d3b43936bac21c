"""The models of a server: one user of them at a time, counted, so that it can warm up, say no and drain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from breve.document import Article, Segment, Summary, Translation
from breve.engines.base import Engine
from breve.errors import BreveError
from breve.options import Options
from breve.pipeline import Draft, Pipeline

# Small, so that a cancelled run ends within a second or two. Smaller costs more: the Xiaomi article took 5.1 s of
# processor time in batches of 32, 6.1 in batches of 16, 8.8 of 8, 12.0 of 4.
BATCH_SIZE = 16
# The first ones are smaller yet, so that sentences appear at once. On one thread of a busy machine the Xiaomi article
# took 7.8 to 8.2 s in batches of 4, 12 and 16, the first of them 1.2 to 1.4 s; 9.2 to 9.9 and 2.9 s in batches of 12.
FIRST_BATCHES = (4, 12)
WARM_UP = "Merci."
REHEARSALS = ("Le maire de Lyon a annoncé mardi la fermeture du pont.", "<p>Le pont de Lyon est fermé mardi.</p>")
T = TypeVar("T")


class ShuttingDown(BreveError):
    """The server takes no new work."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is: the translations of the first segments, and at the end the summary."""

    draft: Draft
    done: tuple[Translation, ...] = ()
    summary: Summary | None = None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The article's segments."""
        return self.draft.segments


class Service:
    """Runs articles through the pipeline; ``engine`` takes the place of the profile's translation model."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine
        self._model = threading.Lock()  # a cancelled run may still be in its last batch when the next one starts
        self._idle = threading.Condition()
        self._warm = False
        self._active = 0
        self._draining = False

    @property
    def active(self) -> int:
        """How many runs are under way."""
        return self._active

    @property
    def draining(self) -> bool:
        """True when no new work is taken."""
        return self._draining

    def warm(self) -> None:
        """Load the model and run it, once. Raises ModelError.

        To be called by the main thread: when the thread that first loaded the model's runtime ends, every
        translation after it is slow. The Xiaomi article took 59 s of processor time instead of 7.
        """
        if not self._warm:
            pipeline = self.pipeline(Options(language_check=False))
            draft = pipeline.draft(WARM_UP)
            self._alone(lambda: list(pipeline.translations(draft.segments)))
            self._warm = True

    def rehearse(self) -> None:
        """Load what reading the first article would wait for: the language check's data, the reader of HTML."""
        for text in REHEARSALS:
            self.pipeline(Options()).draft(text)

    def pipeline(self, options: Options) -> Pipeline:
        """Return the stages for a run; the models are shared."""
        return Pipeline(options, engine=self._engine)

    def run(self, source: str | Path | Article, options: Options) -> Generator[Step]:
        """Yield a step once the article is read, after each batch, and at the end; closing it ends the work.

        Raises BreveError.
        """
        with self._counted():
            pipeline = self.pipeline(options)
            draft = pipeline.draft(source)
            yield Step(draft)
            done: list[Translation] = []
            translate_s = 0.0
            batches = pipeline.translations(draft.segments, FIRST_BATCHES)
            while True:
                started = time.perf_counter()
                batch = self._alone(partial(next, batches, None))
                translate_s += time.perf_counter() - started
                if batch is None:
                    break
                done += batch
                yield Step(draft, tuple(done))
            summary = self._alone(partial(pipeline.summary, draft, done, translate_s))
            yield Step(draft, summary.translations, summary)

    def summarize(self, source: str | Path | Article, options: Options) -> Summary:
        """Return the brief of an article. Raises BreveError."""
        summary = None
        for step in self.run(source, options):
            summary = step.summary
        assert summary is not None  # noqa: S101 - the last step of a run has it
        return summary

    def translate(self, source: str | Path | Article, options: Options) -> list[dict[str, Any]]:
        """Return for each segment its id, source, translation and flags. Raises BreveError."""
        with self._counted():
            pipeline = self.pipeline(options)
            segments = pipeline.draft(source).segments
            batches = pipeline.translations(segments)
            done: list[Translation] = []
            while batch := self._alone(partial(next, batches, None)):
                done += batch
        return [
            {"id": s.id, "source": s.source, "translation": t.text, "flags": [asdict(flag) for flag in t.flags]}
            for s, t in zip(segments, done, strict=True)
        ]

    def drain(self, timeout_s: float) -> bool:
        """Take no new work and wait for what runs; return whether all of it ended in time."""
        with self._idle:
            self._draining = True
            return self._idle.wait_for(lambda: self._active == 0, timeout_s)

    def _alone(self, work: Callable[[], T]) -> T:
        with self._model:
            return work()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            if self._draining:
                raise ShuttingDown("the server is shutting down", hint="try again in a minute")
            self._active += 1
        try:
            yield
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()
