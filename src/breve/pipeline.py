"""The one way through the house: read, segment, translate, condense, verify."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Unpack

from breve.condenser import condense
from breve.document import Article, Flag, Segment, Summary, Timing, Translation
from breve.engines import load_engine
from breve.engines.base import Engine
from breve.options import Options, OptionValues
from breve.prompts import load_prompt
from breve.reader import read
from breve.segmenter import segment
from breve.style import house_style
from breve.translator import Progress, Translator
from breve.verifier import verify_bullet, verify_translation

Source = str | bytes | Path
TRANSLATE_PROMPT = "embedded-translate"


def summarize(
    source: Source | Article, *, engine: Engine | None = None, progress: Progress | None = None,
    **options: Unpack[OptionValues],
) -> Summary:  # fmt: skip
    """Return the English brief of a French article.

    A ``str`` is the article's text, a ``Path`` its file. ``options`` are the fields of Options.
    ``progress`` gets (segments translated, segments in all). Raises InputError, ModelError, OptionError.
    """
    chosen = Options(**options)
    started = time.perf_counter()
    article = source if isinstance(source, Article) else read(source, language_check=chosen.language_check)
    segments = segment(article, max_words=chosen.max_segment_words)
    was_read = time.perf_counter()
    translator = _translator(engine, chosen)
    raw = translator.translate(segments, progress)
    translations = tuple(Translation(t.segment, house_style(t.text), t.flags) for t in raw)
    was_translated = time.perf_counter()
    bullets = condense(
        segments, translations, bullets=chosen.bullets, max_words=chosen.max_bullet_words, check=_check_of(segments)
    )
    ended = time.perf_counter()
    timing = Timing(was_read - started, was_translated - was_read, ended - was_translated, ended - started)
    return Summary(
        article, segments, translations, bullets, chosen, signature(chosen, translator.engine), timing
    )  # fmt: skip


def translate(
    source: Source | Article, *, engine: Engine | None = None, progress: Progress | None = None,
    **options: Unpack[OptionValues],
) -> tuple[Translation, ...]:  # fmt: skip
    """Return the translation of each segment of a French article, in order; see summarize()."""
    chosen = Options(**options)
    article = source if isinstance(source, Article) else read(source, language_check=chosen.language_check)
    segments = segment(article, max_words=chosen.max_segment_words)
    return _translator(engine, chosen).translate(segments, progress)


def translate_lines(
    lines: Sequence[str], *, engine: Engine | None = None, progress: Progress | None = None,
    **options: Unpack[OptionValues],
) -> list[str]:  # fmt: skip
    """Return the translation of each line, as many as came; a line may hold several sentences."""
    from breve.document import Block, Kind

    chosen = Options(**options)
    spans: list[Block] = []
    start = 0
    for line in lines:
        spans.append(Block(Kind.PARAGRAPH, start, start + len(line)))
        start += len(line) + 1
    article = Article("\n".join(lines), tuple(spans))
    segments = segment(article, max_words=chosen.max_segment_words)
    result: list[list[str]] = [[] for _ in lines]
    for part, done in zip(segments, _translator(engine, chosen).translate(segments, progress), strict=True):
        result[part.block].append(" ".join(done.text.split()))
    return [" ".join(parts) for parts in result]


def signature(options: Options, engine: Engine) -> dict[str, Any]:
    """Return every setting that affects the text of a result."""
    described: Mapping[str, Any] = engine.signature()
    translator = dict(described) | {"prompt": load_prompt(TRANSLATE_PROMPT).signature}
    return {
        "breve": version("breve"),
        "profile": options.profile,
        "translator": translator,
        "condenser": {"engine": "extractive"},
        "options": options.as_dict(),
    }


def _translator(engine: Engine | None, options: Options) -> Translator:
    prompt = load_prompt(TRANSLATE_PROMPT)
    chosen = engine or _loaded(options.profile, options.threads)
    return Translator(chosen, lambda text: prompt.render(source=text), options, check=verify_translation)


@lru_cache(maxsize=2)
def _loaded(profile: str, threads: int) -> Engine:
    """Load a profile's engine once a process: loading takes a second, translating a sentence less."""
    return load_engine(profile, "translate", Options(profile=profile, threads=threads))


def _check_of(segments: Sequence[Segment]) -> Callable[[str, Sequence[int]], tuple[Flag, ...]]:
    def check(text: str, ids: Sequence[int]) -> tuple[Flag, ...]:
        return verify_bullet(text, [segments[i].source for i in ids])

    return check
