"""The one way through the house: read, segment, translate, condense, verify."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Unpack

from breve.condenser import AbstractiveCondenser, Check, Condenser, ExtractiveCondenser, LlmCondenser
from breve.document import Article, Block, Kind, Segment, Summary, Timing, Translation
from breve.engines import engine_of
from breve.engines.base import Engine, Task
from breve.engines.profiles import ModelChoice, choices
from breve.errors import ModelMissing
from breve.options import Options, OptionValues
from breve.prompts import Prompt, as_data, load_prompt
from breve.reader import read
from breve.segmenter import segment
from breve.style import house_style
from breve.translator import Progress, Translator
from breve.verifier import first_fault, verify_bullet, verify_translation
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

    ``engine`` takes the place of the profile's translation model, ``condense_engine`` of the one that condenses;
    ``threads`` that of the options' for a process that shares the cores, since it changes no text. ``style`` is what
    becomes of a translation before it is checked and shown.
    """

    def __init__(
        self, options: Options, *, engine: Engine | None = None, condense_engine: Engine | None = None,
        threads: int | None = None, style: Callable[[str], str] = house_style,
    ) -> None:  # fmt: skip
        self.options, self._engine, self._condense_engine, self._style = options, engine, condense_engine, style
        self._threads = options.threads if threads is None else threads
        self._choices = choices(options)

    def draft(self, source: Source | Article) -> Draft:
        """Read and segment an article; a ``str`` is its text, a ``Path`` its file. Raises InputError."""
        started = time.perf_counter()
        article = source if isinstance(source, Article) else read(source, language_check=self.options.language_check)
        segments = segment(article, max_words=self.options.max_segment_words)
        return Draft(article, segments, time.perf_counter() - started)

    def translations(self, segments: Sequence[Segment], first: Sequence[int] = ()) -> Iterator[list[Translation]]:
        """Yield the translations of segments in order, a batch at a time.

        The segments may be of several articles; ``first`` holds the sizes of the first batches. Raises ModelError.
        """
        yield from self.translator.batches(segments, first)

    def together(self, segments: Sequence[Segment], batch_size: int) -> list[Translation]:
        """Return the translations of segments of many articles, in order; see Translator.together()."""
        return self.translator.together(segments, batch_size)

    def summary(self, draft: Draft, translations: Sequence[Translation], translate_s: float = 0.0) -> Summary:
        """Condense an article's translations, one a segment in the same order, to its brief."""
        started = time.perf_counter()
        final = list(translations)

        def retranslate(number: int) -> Translation:
            searched = bool(translations[number].flags)
            final[number] = self.translator.again(number, draft.segments, searched=searched)
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
        prompt = self._translate_prompt
        return {
            "breve": own_version(),
            "profile": self.options.profile,
            "translator": {
                **self.translator.engine.signature(),
                **({"prompt": prompt.signature} if prompt else {}),
                **({"digits": True} if self._in_digits else {}),
            },
            "condenser": dict(self.condenser.signature()),
            "options": self.options.as_dict(),
        }

    @cached_property
    def translator(self) -> Translator:
        """The translation stage; the first use loads its model."""
        prompt = self._translate_prompt
        return Translator(
            self._translate_engine, _template(prompt), self.options, check=verify_translation, locate=first_fault,
            digits=self._in_digits, style=self._style, system=prompt.system if prompt else "",
        )  # fmt: skip

    @cached_property
    def condenser(self) -> Condenser:
        """The condensing stage; the first use loads its model, if it has one."""
        bullets, max_words = self.options.bullets, self.options.max_bullet_words
        extractive = ExtractiveCondenser(bullets=bullets, max_words=max_words)
        if self._condense_engine is None and self._choices["condense"] is None:
            return extractive
        engine, prompt = self._condense_engine or self._load("condense"), self._prompt("condense")
        if prompt is None and engine.signature().get("kind") == "encoder-decoder":
            return AbstractiveCondenser(engine, fallback=extractive, bullets=bullets)
        prompt = prompt or load_prompt("condense", self._folder)
        repair = load_prompt("condense-repair", self._folder)
        return LlmCondenser(engine, prompt, repair, fallback=extractive, bullets=bullets, max_words=max_words)

    @cached_property
    def _translate_engine(self) -> Engine:
        return self._engine or self._load("translate")

    @property
    def _in_digits(self) -> bool:
        choice = self._choices["translate"]
        return choice is not None and choice.digits

    @cached_property
    def _translate_prompt(self) -> Prompt | None:
        prompt = self._prompt("translate")
        chat = prompt is None and self._translate_engine.signature().get("kind") == "decoder"
        return load_prompt("translate", self._folder) if chat else prompt

    @property
    def _folder(self) -> Path | None:
        return Path(self.options.prompts) if self.options.prompts else None

    def _prompt(self, task: Task) -> Prompt | None:
        choice = self._choices[task]
        return load_prompt(choice.prompt, self._folder) if choice and choice.prompt else None

    def _load(self, task: Task) -> Engine:
        choice = self._choices[task]
        assert choice is not None  # noqa: S101 - choose() gives a translator always, and a prompt comes with a choice
        if choice.engine == "server":  # nothing to load, and its URL may change
            return engine_of(choice, self.options)
        try:
            return _loaded(choice.model_copy(update={"prompt": None}), self._threads, self.options.device)
        except ModelMissing as error:
            error.hint = error.hint or _command(self.options)
            raise


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
    pipeline = Pipeline(Options(**options), engine=engine, style=str)
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


def _template(prompt: Prompt | None) -> Callable[[str], str]:
    """Return what makes a model's input of a source text: its prompt's template, or the text itself."""
    if prompt is None:
        return str
    if prompt.system:  # a chat model, which takes what looks like an instruction for one
        return lambda text: prompt.render(source=as_data(text))
    return lambda text: prompt.render(source=text)


@lru_cache(maxsize=2)
def _loaded(choice: ModelChoice, threads: int, device: str) -> Engine:
    """Load an engine once a process: loading takes a second, translating a sentence less."""
    return engine_of(choice, Options(threads=threads, device=device))


def _command(options: Options) -> str:
    """Return the command that prepares the models for these options."""
    flags = {
        "profile": options.profile, "translator": options.translator, "condenser": options.condenser,
        "engine": options.backend, "device": None if options.device == "auto" else options.device,
    }  # fmt: skip
    return shlex.join(["breve", "models", "prepare", *(f for k, v in flags.items() if v for f in (f"--{k}", v))])


def _check_of(segments: Sequence[Segment]) -> Check:
    return lambda text, ids: verify_bullet(text, [segments[i].source for i in ids])
