"""An encoder-decoder writes the brief: BART, PEGASUS, T5 and their kin. They take no instructions and cite nothing.

They were trained on articles of about a thousand tokens, so a longer one is summarised section by section, and the
summaries are summarised again (map, then reduce). Each sentence's evidence is found by alignment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from breve.condenser.base import Check, Condenser, Retranslate
from breve.condenser.drafts import Draft, settle
from breve.condenser.extractive import number_of_bullets
from breve.condenser.parts import Line, parts_of
from breve.document import Bullet, Kind, Segment, Translation
from breve.engines.base import Decoding, Engine, Hypothesis, Request, Windowed
from breve.prompts import as_data

WINDOW = 900  # tokens of one part, where the engine doesn't say how many it takes
# Of the published settings for BART on CNN and Daily Mail (Lewis et al. 2020, arXiv:1910.13461).
DECODING = Decoding(beam_size=4, no_repeat_ngram_size=3)
TOKENS_PER_BULLET = 28
LEAST_TOKENS = 142
LINE_FEED = "<n>"  # how PEGASUS writes it


class AbstractiveCondenser:
    """Bullets by a summarizer, one for each sentence of its summary, each judged; see settle()."""

    def __init__(
        self, engine: Engine, *, fallback: Condenser, bullets: int | None = None, decoding: Decoding = DECODING
    ) -> None:
        self.engine, self.fallback, self.bullets, self.decoding = engine, fallback, bullets, decoding
        self.window = engine.max_input_tokens if isinstance(engine, Windowed) else WINDOW

    def condense(
        self, segments: Sequence[Segment], translations: Sequence[Translation], *,
        check: Check, retranslate: Retranslate,
    ) -> tuple[Bullet, ...]:  # fmt: skip
        """Return bullets in the article's order; one that fails gives way to an extractive one, or is flagged."""
        wanted = self.bullets or number_of_bullets(segments)
        drafts = [Draft(text) for text in self.summary(segments, translations, wanted)]
        return settle(
            drafts, segments, translations,
            check=check, retranslate=retranslate, fallback=self.fallback, wanted=wanted,
        )  # fmt: skip

    def summary(
        self, segments: Sequence[Segment], translations: Sequence[Translation], wanted: int
    ) -> list[str]:  # fmt: skip
        """Return the sentences that the model writes, unjudged."""
        headings = {s.id for s in segments if s.kind is Kind.HEADING}
        lines: list[Line] = [((t.segment,), _ended(as_data(t.text))) for t in translations]
        parts = self._parts(lines, headings)
        written = self._write(parts, wanted)
        while len(parts) > 1 and len(written) > wanted:
            size = len(parts)
            parts = self._parts([((n,), text) for n, text in enumerate(written)], set())
            written = self._write(parts, wanted)
            if len(parts) >= size:
                break
        return written

    def signature(self) -> Mapping[str, Any]:
        """Return the model, how it decodes, and what steps in where it fails."""
        decoding = {"beam_size": self.decoding.beam_size, "no_repeat_ngram_size": self.decoding.no_repeat_ngram_size}
        return {**self.engine.signature(), **decoding, "fallback": dict(self.fallback.signature())}

    def _parts(self, lines: Sequence[Line], headings: set[int]) -> list[list[Line]]:
        return list(parts_of(lines, headings, self.engine, self.window))

    def _write(self, parts: Sequence[Sequence[Line]], wanted: int) -> list[str]:
        limit = max(LEAST_TOKENS, wanted * TOKENS_PER_BULLET)
        requests = [Request(" ".join(text for _, text in part), limit) for part in parts]
        answers = self.engine.generate(requests, self.decoding)
        return [sentence for hypotheses in answers for sentence in _sentences(hypotheses[0])]


def _ended(text: str) -> str:
    """Return a text that ends as a sentence does, so that a heading doesn't run into what is below it."""
    return text if not text or text[-1] in ".!?…:»\"”" else f"{text}."


def _sentences(written: Hypothesis) -> list[str]:
    """Return the sentences of an English text; what a length limit left unfinished at its end is dropped."""
    import sentencex

    lines = written.text.replace(LINE_FEED, "\n").splitlines()
    found = [s.strip() for line in lines for s in sentencex.segment("en", line) if s.strip()]
    whole = [sentence for sentence in found if sentence.rstrip("\"'”»)")[-1:] in tuple(".!?…")]
    return whole or (found if written.finished else [])  # some never write a full stop
