"""Segments and an engine give translations: one for each segment, in the same order, each checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple

from breve import addresses
from breve.casing import Casing, in_capitals
from breve.digits import in_digits
from breve.document import Flag, Segment, Translation
from breve.engines.base import GREEDY, Decoding, Engine, Hypothesis, Request, Streaming

if TYPE_CHECKING:
    from breve.options import Options

Progress = Callable[[int, int], None]
Check = Callable[[str, str], tuple[Flag, ...]]
Prompt = Callable[[str], str]
Style = Callable[[str], str]
Locate = Callable[[str, str], int]
Search = Iterator[tuple[int, "_Judged"]]  # other translations, by the numbers of their items

MIN_RATIO, MAX_RATIO = 0.3, 3.0  # characters of English for one of French
RATIO_SLACK = 12  # characters added to both sides: "Oui." may become "Yes, it is."
BEAMS = Decoding(beam_size=4, num_hypotheses=4)  # for what failed a check
# A penalty breaks loops, but costs facts: over 200 lines of FLORES dev 96.3 % of the numbers stayed, 98.5 % without it.
PENALTY = Decoding(beam_size=4, num_hypotheses=4, repetition_penalty=1.1)
SAMPLES = Decoding(num_hypotheses=4, temperature=0.7, top_p=0.9, seed=7)  # another reading of the sentence
FIGURES = frozenset({"number", "scale", "unit", "date"})
# Whose place is known. From a wrong currency on, a search found one that the checks don't know: "662 naira" for rupees.
PLACED = (FIGURES - {"unit"}) | {"name"}
MIN_START = 12  # characters of a translation that are worth keeping when the rest is searched for again
LOOPS = frozenset({"repetition", "unfinished", "length"})
REPEATED = re.compile(r"(\b.{4,60}?)(?:[\s,;.]*\1){3,}", re.DOTALL)
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffd\U000e0000-\U000e007f]")
QUOTES = re.compile(r"«\s*(?=\S)|(?<=\S)\s*»|[“”„]")
APOSTROPHES = str.maketrans("’‘", "''")
LEFTOVER = re.compile(r"\b(?:French|English)\s*:")


def has_words(text: str) -> bool:
    """Return whether a text holds a run of two letters; a model invents when it gets none."""
    return re.search(r"[^\W\d_]{2,}", text) is not None


def cleaned(text: str) -> str:
    """Return a text as a model knows it: NFC, one kind of space, apostrophe and quotation mark, nothing invisible."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return straight(" ".join(text.split()))


def straight(text: str) -> str:
    """Return a text with straight quotation marks and apostrophes alone: models mix all kinds, « » in English too.

    On 77 lines of FLORES dev with « » or “ ”: chrF 61.8 with these before the model, 62.1 with straight ones.
    """
    return QUOTES.sub('"', text).translate(APOSTROPHES)


def faults(source: str, hypothesis: str, *, finished: bool = True) -> tuple[Flag, ...]:
    """Return the known faults of translation models that a hypothesis shows."""
    found = []
    ratio = (len(hypothesis) + RATIO_SLACK) / (len(source) + RATIO_SLACK)
    if not hypothesis.strip():
        found.append(Flag("empty", "the model gave no translation"))
    elif not finished:
        found.append(Flag("unfinished", "the translation was cut at the length limit"))
    elif not MIN_RATIO <= ratio <= MAX_RATIO:
        found.append(Flag("length", f"the translation has {ratio:.1f} times the source's length"))
    if len(source.split()) > 4 and hypothesis.casefold() == source.casefold():
        found.append(Flag("copied", "the source was copied"))
    if REPEATED.search(hypothesis) and not REPEATED.search(source):
        found.append(Flag("repetition", "the translation repeats itself"))
    if LEFTOVER.search(hypothesis) and not LEFTOVER.search(source):
        found.append(Flag("prompt", "the translation holds words of the prompt"))
    return tuple(found)


def _no_check(source: str, hypothesis: str) -> tuple[Flag, ...]:
    return ()


def _at_the_start(source: str, hypothesis: str) -> int:
    return 0


class Item(NamedTuple):
    """A segment, what the model gets of it, and what its translation begins with."""

    segment: Segment
    text: str
    start: str = ""


class Translator:
    """Translates segments with an engine; ``check`` adds the flags of a fact check to the known faults.

    ``locate`` says where in a flagged translation the first wrong fact stands, in characters:
    a search keeps what is before. ``digits`` has the numbers in words that a small model confuses read in digits.
    A translation is brought into a ``style`` before it is checked, so that the check reads what is shown.
    """

    def __init__(
        self, engine: Engine, prompt: Prompt, options: Options, check: Check = _no_check, *,
        locate: Locate = _at_the_start, digits: bool = False, style: Style = str, system: str = "",
    ) -> None:  # fmt: skip
        self.engine, self.prompt, self.options, self.check = engine, prompt, options, check
        self.locate, self.digits, self.style, self.system = locate, digits, style, system

    def translate(self, segments: Sequence[Segment], progress: Progress | None = None) -> tuple[Translation, ...]:
        """Return one translation a segment, in the segments' order.

        ``progress`` gets (segments done, segments in all).
        """
        done: list[Translation] = []
        for batch in self.batches(segments):
            done += batch
            if progress:
                progress(len(done), len(segments))
        return tuple(done)

    def batches(self, segments: Sequence[Segment], first: Sequence[int] = ()) -> Iterator[list[Translation]]:
        """Yield the translations of the segments in order, a batch at a time; closing it ends the work.

        The segments may be of several articles. Those without words pass through as they are. ``first`` holds the
        sizes of the first batches, before those of the options' size.
        """
        texts, start = _texts(segments), 0
        for size in chain(first, repeat(self.options.batch_size)):
            if start >= len(segments):
                return
            yield self._batched(segments[start : start + size], texts[start : start + size], size)
            start += size

    def together(self, segments: Sequence[Segment], batch_size: int) -> list[Translation]:
        """Return the translations of segments of many articles, in order.

        A batch holds sentences of similar length, whatever their article: the faster way, and the longer wait.
        """
        return self._batched(segments, _texts(segments), batch_size)

    def again(self, number: int, segments: Sequence[Segment], *, searched: bool = False) -> Translation:
        """Return another translation of one of an article's segments.

        ``searched`` says that the first one was flagged, so that a search with beams has been tried already.
        """
        segment = segments[number]
        text = _texts(segments)[number] if in_capitals(segment.source) else cleaned(segment.source)
        [other] = self._translate([Item(segment, self._easier(text))], PENALTY if searched else BEAMS)
        return other.translation

    def _batched(self, segments: Sequence[Segment], texts: Sequence[str], size: int) -> list[Translation]:
        done = [Translation(s.id, self.style(s.source)) for s in segments]
        waiting = [n for n, s in enumerate(segments) if has_words(s.source)]
        waiting.sort(key=lambda n: len(segments[n].source))
        for start in range(0, len(waiting), size):
            batch = waiting[start : start + size]
            for n, translation in zip(batch, self._best([Item(segments[n], texts[n]) for n in batch]), strict=True):
                done[n] = translation
        return done

    def _best(self, items: Sequence[Item]) -> list[Translation]:
        """Return the greedy translations; flagged ones give way to better ones of another search.

        What is flagged in one batch of the engine is searched for while it runs the others.
        """
        best: dict[int, _Judged] = {}
        searches: list[Search] = []
        for done in self._stream([item._replace(text=self._easier(item.text)) for item in items], GREEDY):
            best |= done
            if self.options.retries >= 1:
                wrong = {n: judged for n, judged in done.items() if judged.kinds}
                searches += [
                    self._search(items, {n: judged for n, judged in wrong.items() if judged.looping}, PENALTY),
                    self._search(items, {n: judged for n, judged in wrong.items() if not judged.looping}, BEAMS),
                ]
        _take(best, searches)
        if self.options.retries >= 2:
            _take(best, [self._search(items, {n: judged for n, judged in best.items() if judged.kinds}, SAMPLES)])
        return [best[n].translation for n in range(len(items))]

    def _search(self, items: Sequence[Item], wrong: Mapping[int, _Judged], decoding: Decoding) -> Search:
        """Return other translations of the items with some numbers; an engine that streams begins at once."""
        readings = [(n, reading) for n, judged in wrong.items() for reading in self._readings(items[n], judged)]
        stream = self._stream([reading for _, reading in readings], decoding)
        return ((readings[number][0], judged) for done in stream for number, judged in sorted(done.items()))

    def _readings(self, item: Item, judged: _Judged) -> list[Item]:
        """Return what a search is to read for a flagged translation, what is right at its beginning kept.

        Where a figure is wrong, the numbers in words are tried in digits, and those in digits in words.
        """
        start = ""
        if isinstance(self.engine, Streaming) and judged.kinds <= PLACED:
            text = judged.translation.text
            end = text.rfind(" ", 0, self.locate(item.segment.source, text))
            start = straight(text[:end]) if end >= MIN_START else ""
        texts = [self._easier(item.text)]
        texts += [in_digits(item.text), item.text] if judged.kinds & FIGURES else []
        return [item._replace(text=text, start=start) for text in dict.fromkeys(texts)]

    def _easier(self, text: str) -> str:
        return in_digits(text, only_hard=True) if self.digits else text

    def _stream(self, items: Sequence[Item], decoding: Decoding) -> Iterator[dict[int, _Judged]]:
        """Return the translations of items by their numbers, some as soon as they are done."""
        if not isinstance(self.engine, Streaming):
            return iter([dict(enumerate(self._translate(items, decoding)))])
        stream = self.engine.stream(self._requests(items), decoding)
        return ({n: self._least_flagged(items[n].segment, found) for n, found in done.items()} for done in stream)

    def _translate(self, items: Sequence[Item], decoding: Decoding) -> list[_Judged]:
        """Return for each segment and its text its least flagged hypothesis; among equals, the engine's best."""
        if not items:
            return []
        answers = self.engine.generate(self._requests(items), decoding)
        return [self._least_flagged(segment, found) for (segment, *_), found in zip(items, answers, strict=True)]

    def _least_flagged(self, segment: Segment, found: Sequence[Hypothesis]) -> _Judged:
        return min((self._judged(segment, hypothesis) for hypothesis in found), key=_Judged.order)

    def _requests(self, items: Sequence[Item]) -> list[Request]:
        limits = (2 * n + 24 for n in self.engine.count_tokens([item.text for item in items]))
        return [
            Request(self.prompt(item.text), limit, self.system, start=item.start)
            for item, limit in zip(items, limits, strict=True)
        ]

    def _judged(self, segment: Segment, hypothesis: Hypothesis) -> _Judged:
        text = addresses.restored(segment.source, straight(hypothesis.text.strip()))
        flags = faults(segment.source, text, finished=hypothesis.finished)
        flags += tuple(
            Flag("unknown", f"« {piece} » is unknown to the model") for piece in hypothesis.unknown if piece not in text
        )
        shown = self.style(text or segment.source)
        flags += () if any(f.kind == "empty" for f in flags) else self.check(segment.source, shown)
        # A segment that got no translation shows its source: a reader can see what is there.
        return _Judged(Translation(segment.id, shown, flags), hypothesis.score)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A translation and the mean log-probability of its tokens."""

    translation: Translation
    score: float

    @property
    def kinds(self) -> set[str]:
        return {flag.kind for flag in self.translation.flags}

    @property
    def looping(self) -> bool:
        """Whether the model seems to have got stuck."""
        return bool(self.kinds & LOOPS)

    def order(self) -> tuple[int, float]:
        """Return what sorts the better one first."""
        return len(self.translation.flags), -self.score


def _take(best: dict[int, _Judged], searches: Iterable[Search]) -> None:
    """Put what searches found in the place of worse translations."""
    for n, other in chain.from_iterable(searches):
        best[n] = min(best[n], other, key=_Judged.order)


def _texts(segments: Sequence[Segment]) -> list[str]:
    """Return what the model gets of each segment; headlines in capitals take their article's casing."""
    texts: list[str] = []
    start = 0
    for end in range(1, len(segments) + 1):
        if end == len(segments) or segments[end].id <= segments[end - 1].id:  # ids start anew with an article
            casing = Casing(s.source for s in segments[start:end])
            texts += [casing.sentence(cleaned(s.source)) for s in segments[start:end]]
            start = end
    return texts
