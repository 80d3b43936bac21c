"""The one way through the house: read, segment, translate, condense, verify."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Unpack

from breve.condenser import Check, Condenser, ExtractiveCondenser
from breve.document import Article, Block, Kind, Segment, Summary, Timing, Translation
from breve.engines import load_engine
from breve.engines.base import Engine
from breve.engines.profiles import load_profile
from breve.options import Options, OptionValues
from breve.prompts import load_prompt
from breve.reader import read
from breve.segmenter import segment
from breve.style import house_style
from breve.translator import Progress, Translator
from breve.verifier import verify_bullet, verify_translation
from breve.version import own_version

Source = str | bytes | Path


@dataclass(frozen=True, slots=True)
class Draft:
    """An article that was read and segmented, and the seconds that it took."""

    article: Article
    segments: tuple[Segment, ...]
    read_s: float = 0.0


class Pipeline:
    """The stages, wired for one set of options; the models load when the first segment is translated.

    ``engine`` takes the place of the profile's translation model.
    """

    def __init__(self, options: Options, *, engine: Engine | None = None) -> None:
        self.options, self._engine = options, engine
        self._choice = load_profile(options.profile).choice("translate")

    def draft(self, source: Source | Article) -> Draft:
        """Read and segment an article; a ``str`` is its text, a ``Path`` its file. Raises InputError."""
        started = time.perf_counter()
        article = source if isinstance(source, Article) else read(source, language_check=self.options.language_check)
        segments = segment(article, max_words=self.options.max_segment_words)
        return Draft(article, segments, time.perf_counter() - started)

    def translations(self, segments: Sequence[Segment]) -> Iterator[list[Translation]]:
        """Yield the translations of segments in order, a batch at a time, in house style.

        The segments may be of several articles: a batch of many is faster. Raises ModelError.
        """
        for batch in self.translator.batches(segments):
            yield [replace(t, text=house_style(t.text)) for t in batch]

    def summary(self, draft: Draft, translations: Sequence[Translation], translate_s: float = 0.0) -> Summary:
        """Condense an article's translations, one a segment in the same order, to its brief."""
        started = time.perf_counter()
        final = list(translations)

        def retranslate(number: int) -> Translation:
            new = self.translator.again(draft.segments[number])
            final[number] = replace(new, text=house_style(new.text))
            return final[number]

        bullets = self.condenser.condense(
            draft.segments, translations, check=_check_of(draft.segments), retranslate=retranslate
        )
        condense_s = time.perf_counter() - started
        timing = Timing(draft.read_s, translate_s, condense_s, draft.read_s + translate_s + condense_s)
        return Summary(
            draft.article, draft.segments, tuple(final), bullets, self.options, self.signature(), timing
        )  # fmt: skip

    def signature(self) -> dict[str, Any]:
        """Return every setting that affects the text of a result."""
        prompt = {"prompt": load_prompt(self._choice.prompt).signature} if self._choice.prompt else {}
        return {
            "breve": own_version(),
            "profile": self.options.profile,
            "translator": dict(self.translator.engine.signature()) | prompt,
            "condenser": dict(self.condenser.signature()),
            "options": self.options.as_dict(),
        }

    @cached_property
    def translator(self) -> Translator:
        """The translation stage; the first use loads its model."""
        engine = self._engine or _loaded(self.options.profile, self.options.threads)
        return Translator(engine, _template(self._choice.prompt), self.options, check=verify_translation)

    @cached_property
    def condenser(self) -> Condenser:
        """The condensing stage."""
        return ExtractiveCondenser(bullets=self.options.bullets, max_words=self.options.max_bullet_words)


def summarize(
    source: Source | Article, *, engine: Engine | None = None, progress: Progress | None = None,
    **options: Unpack[OptionValues],
) -> Summary:  # fmt: skip
    """Return the English brief of a French article.

    A ``str`` is the article's text, a ``Path`` its file. ``options`` are the fields of Options.
    ``progress`` gets (segments translated, segments in all). Raises InputError, ModelError, OptionError.
    """
    pipeline = Pipeline(Options(**options), engine=engine)
    draft = pipeline.draft(source)
    started = time.perf_counter()
    translations = _all(pipeline, draft.segments, progress)
    return pipeline.summary(draft, translations, time.perf_counter() - started)


def translate(
    source: Source | Article, *, engine: Engine | None = None, progress: Progress | None = None,
    **options: Unpack[OptionValues],
) -> tuple[Translation, ...]:  # fmt: skip
    """Return the translation of each segment of a French article, in order; see summarize()."""
    pipeline = Pipeline(Options(**options), engine=engine)
    return _all(pipeline, pipeline.draft(source).segments, progress)


def translate_lines(
    lines: Sequence[str], *, engine: Engine | None = None, progress: Progress | None = None,
    **options: Unpack[OptionValues],
) -> list[str]:  # fmt: skip
    """Return the translation of each line, as many as came; a line may hold several sentences.

    No house style: the text is as the model gave it.
    """
    spans: list[Block] = []
    start = 0
    for line in lines:
        spans.append(Block(Kind.PARAGRAPH, start, start + len(line)))
        start += len(line) + 1
    pipeline = Pipeline(Options(**options), engine=engine)
    segments = pipeline.draft(Article("\n".join(lines), tuple(spans))).segments
    result: list[list[str]] = [[] for _ in lines]
    for part, done in zip(segments, pipeline.translator.translate(segments, progress), strict=True):
        result[part.block].append(" ".join(done.text.split()))
    return [" ".join(parts) for parts in result]


def _all(pipeline: Pipeline, segments: Sequence[Segment], progress: Progress | None) -> tuple[Translation, ...]:
    done: list[Translation] = []
    for batch in pipeline.translations(segments):
        done += batch
        if progress:
            progress(len(done), len(segments))
    return tuple(done)


def _template(prompt: str | None) -> Callable[[str], str]:
    """Return what makes a model's input of a source text: its prompt's template, or the text itself."""
    if prompt is None:
        return str
    loaded = load_prompt(prompt)
    return lambda text: loaded.render(source=text)


@lru_cache(maxsize=2)
def _loaded(profile: str, threads: int) -> Engine:
    """Load a profile's engine once a process: loading takes a second, translating a sentence less."""
    return load_engine(profile, "translate", Options(profile=profile, threads=threads))


def _check_of(segments: Sequence[Segment]) -> Check:
    return lambda text, ids: verify_bullet(text, [segments[i].source for i in ids])
