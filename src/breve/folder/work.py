"""Articles to briefs, a group at a time: sentences of many articles share the engine's batches.

The same worker runs in this process, in others, and as an actor of a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from breve.document import Timing, Translation
from breve.engines.base import Engine
from breve.errors import ModelError
from breve.folder.journal import digest_of
from breve.folder.settings import FORMATS, Brief, Job, Result, failure_of
from breve.options import Options
from breve.pipeline import Draft, Pipeline
from breve.reader import format_of, read
from breve.renderer import Format, render

SHARED_BATCH = 64  # segments: see docs/batch.md


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """All that a worker needs to start, in whatever process.

    ``threads`` are an engine's, if not those of the options; they change no text.
    """

    options: Options
    formats: tuple[str, ...]
    engine: Engine | None = None
    threads: int | None = None


class Worker:
    """Makes briefs. A bad article never harms its neighbours."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.pipeline = Pipeline(spec.options, engine=spec.engine, threads=spec.threads)
        self.formats = spec.formats

    @property
    def signature(self) -> str:
        """A digest of every setting that affects a brief; loads the model."""
        return digest_of(self.pipeline.signature())

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """Return a brief or a failure for each job, in order. Raises ModelError: no other article would do better."""
        drafts = [self._draft(job) for job in jobs]
        good = {n: draft for n, draft in enumerate(drafts) if isinstance(draft, Draft)}
        try:
            translated = dict(zip(good, self._translations(list(good.values())), strict=True))
        except ModelError:
            raise
        except Exception:  # whatever one article provoked, the others are done: each by itself
            translated = {}
        return [
            self._brief(job, draft, translated.get(n)) if isinstance(draft, Draft) else draft
            for n, (job, draft) in enumerate(zip(jobs, drafts, strict=True))
        ]

    def _draft(self, job: Job) -> Draft | Result:
        try:
            article = read(
                job.data, format=format_of(job.path), language_check=self.pipeline.options.language_check
            )  # fmt: skip
            return self.pipeline.draft(article)
        except Exception as error:  # a fault of a reader's library must not end the run
            return failure_of(job.path, error)

    def _translations(self, drafts: Sequence[Draft]) -> list[list[Translation]]:
        """Return the translations of each draft; sentences of similar length share a batch if that changes no text."""
        if not self._may_share():
            return [[t for batch in self.pipeline.translations(d.segments) for t in batch] for d in drafts]
        done = iter(self.pipeline.together([s for draft in drafts for s in draft.segments], SHARED_BATCH))
        return [list(islice(done, len(draft.segments))) for draft in drafts]

    def _may_share(self) -> bool:
        """Return whether a text is the same whatever its batch; a second retry is sampled, so it would not be."""
        engine = self.pipeline.translator.engine
        return getattr(engine, "batch_invariant", False) and self.pipeline.options.retries < 2

    def _brief(self, job: Job, draft: Draft, translations: Sequence[Translation] | None) -> Result:
        try:
            if translations is None:
                [translations] = self._translations([draft])
            # The time of one article among many has no meaning, and the same input must give the same file.
            summary = replace(self.pipeline.summary(draft, translations), timing=Timing())
            texts = {suffix: render(summary, _renderer(suffix)) for suffix in self.formats}
        except ModelError:
            raise
        except Exception as error:
            return failure_of(job.path, error)
        flags = sum(len(bullet.flags) for bullet in summary.bullets)
        return Brief(job.path, texts, summary.title, tuple(b.text for b in summary.bullets), flags)


def _renderer(suffix: str) -> Format:
    return FORMATS[suffix]  # type: ignore[return-value]  # a test renders each of them
