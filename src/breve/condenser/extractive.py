"""Choose, join and shorten the article's own sentences: an extractive condenser that needs no model.

Sentences are taken by their score, less what they repeat (maximal marginal relevance, Carbonell and Goldstein 1998),
as long as the bullets and their words last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from breve.condenser.base import Check, Retranslate
from breve.condenser.phrase import phrase
from breve.condenser.salience import Vector, Weights, cosine, scores, vectors_of
from breve.condenser.shorten import shorten
from breve.condenser.units import Unit, neighbours, units
from breve.document import Bullet, Flag, Segment, Translation

MIN_BULLETS, MAX_BULLETS = 3, 6
WORDS_PER_BULLET = 60  # of the article: 300 words make five bullets
REPEATS = 0.55  # cosine from which two sentences say the same
NOVELTY = 0.6  # what a full repetition takes from a score
TARGET = 24  # words a sentence is shortened to
FULL = 36  # words that two sentences in one bullet may have
VERSION = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit as it would stand in the brief."""

    unit: Unit
    text: str
    vector: Vector
    score: float
    flags: tuple[Flag, ...] = ()

    @property
    def words(self) -> int:
        """The number of words of the text."""
        return len(self.text.split())


class ExtractiveCondenser:
    """Bullets of the article's own sentences, in English, in the article's order.

    ``bullets`` None lets the article's length decide; ``max_words`` is what a bullet has on average at most.
    """

    def __init__(self, *, bullets: int | None = None, max_words: int = 28, weights: Weights | None = None) -> None:
        self.bullets, self.max_words, self.weights = bullets, max_words, weights or Weights()

    def condense(
        self, segments: Sequence[Segment], translations: Sequence[Translation], *,
        check: Check, retranslate: Retranslate,
    ) -> tuple[Bullet, ...]:  # fmt: skip
        """Return bullets in the article's order; one that fails ``check`` is repaired or gives way to the next."""
        wanted = self.bullets or _number_of_bullets(segments)
        rows = _Brief(segments, wanted, wanted * self.max_words)
        failed: list[Candidate] = []
        for candidate in self._by_worth(segments, translations, rows):
            checked = _checked(candidate, segments, translations, check, retranslate)
            if checked.flags:
                failed.append(checked)
            else:
                rows.add(checked)
        for candidate in failed:
            rows.add(candidate)
        return rows.bullets()

    def signature(self) -> Mapping[str, Any]:
        """Return the condenser's name and version."""
        return {"engine": "extractive", "version": VERSION}

    def _by_worth(
        self, segments: Sequence[Segment], translations: Sequence[Translation], rows: _Brief
    ) -> Iterator[Candidate]:
        """Yield the candidates that fit, best first; what was taken meanwhile lowers what repeats it."""
        left = self._candidates(segments, translations)
        while left:
            best = max(left, key=lambda c: (c.score - NOVELTY * rows.likeness(c), -c.unit.ids[0]))
            left.remove(best)
            if rows.likeness(best) < REPEATS and rows.has_room(best):
                yield best

    def _candidates(self, segments: Sequence[Segment], translations: Sequence[Translation]) -> list[Candidate]:
        found = units(segments)
        by_segment = scores(segments, self.weights)
        vectors = vectors_of([unit.source for unit in found])
        target = min(TARGET, self.max_words)
        return [
            Candidate(unit, phrase(unit, segments, translations, target), vector, max(by_segment[i] for i in unit.ids))
            for unit, vector in zip(found, vectors, strict=True)
        ]


class _Brief:
    """The bullets so far: each holds one candidate, or two neighbours that are short enough together."""

    def __init__(self, segments: Sequence[Segment], size: int, words: int) -> None:
        self._segments, self._size, self._words = segments, size, words
        self._rows: list[list[Candidate]] = []

    def likeness(self, candidate: Candidate) -> float:
        return max((cosine(candidate.vector, c.vector) for row in self._rows for c in row), default=0.0)

    def has_room(self, candidate: Candidate) -> bool:
        used = sum(c.words for row in self._rows for c in row)
        if not self._rows:
            return True
        return used + candidate.words <= self._words and (
            len(self._rows) < self._size or self._row_for(candidate) is not None
        )

    def add(self, candidate: Candidate) -> None:
        if not self.has_room(candidate):
            return
        row = self._row_for(candidate)
        if row is not None and (len(self._rows) >= self._size or self._belongs(row, candidate)):
            row.append(candidate)
            row.sort(key=lambda c: c.unit.ids)
        else:
            self._rows.append([candidate])

    def bullets(self) -> tuple[Bullet, ...]:
        rows = sorted(self._rows, key=lambda row: row[0].unit.ids)
        return tuple(
            Bullet(
                " ".join(c.text for c in row),
                tuple(sorted({i for c in row for i in c.unit.ids})),
                tuple(dict.fromkeys(f for c in row for f in c.flags)),
            )
            for row in rows
        )

    def _row_for(self, candidate: Candidate) -> list[Candidate] | None:
        rows = [row for row in self._rows if len(row) == 1 and not row[0].unit.label and not candidate.unit.label]
        near = [r for r in rows if neighbours(r[0].unit, candidate.unit, self._segments)]
        fitting = [r for r in near if r[0].words + candidate.words <= FULL]
        return min(fitting, key=lambda r: r[0].words, default=None)

    def _belongs(self, row: Sequence[Candidate], candidate: Candidate) -> bool:
        return row[0].words + candidate.words <= TARGET


def _number_of_bullets(segments: Sequence[Segment]) -> int:
    words = sum(len(s.source.split()) for s in segments)
    return max(MIN_BULLETS, min(MAX_BULLETS, round(words / WORDS_PER_BULLET)))


def _checked(
    candidate: Candidate, segments: Sequence[Segment], translations: Sequence[Translation],
    check: Check, retranslate: Retranslate,
) -> Candidate:  # fmt: skip
    """Return the candidate with its flags: those of its own check and of the translations that it rests on."""
    flags = check(candidate.text, candidate.unit.ids)
    flags += tuple(f for i in candidate.unit.ids for f in translations[i].flags if f not in flags)
    return replace(candidate, flags=flags)
