"""Choose, join and shorten the article's own sentences: an extractive condenser that needs no model.

Sentences are taken by their score, less what they repeat (maximal marginal relevance, Carbonell and Goldstein 1998),
as long as the bullets and their words last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from breve.condenser.base import Check, Retranslate
from breve.condenser.phrase import Phrase, phrase
from breve.condenser.salience import Vector, Weights, cosine, scores, vectors_of
from breve.condenser.units import Unit, neighbours, parts_of, units
from breve.document import Bullet, Flag, Segment, Translation

MIN_BULLETS, MAX_BULLETS = 3, 6
WORDS_PER_BULLET = 40  # of the article: 200 words make five bullets
REPEATS = 0.55  # cosine from which two sentences say the same
NOVELTY = 0.8  # what a full repetition takes from a score
CONSIDERED = 12  # candidates for one bullet: more than are ever passed over, so that long articles cost no more
ENOUGH = 0.5  # a score below which a sentence is not worth a reader's time, once there are some bullets
NEW_PART = 0.3  # what a part of the article that has no bullet yet adds
TARGET = 24  # words a sentence is shortened to
SMALL = 9  # words under which a sentence shares a neighbour's bullet even if there is room for one of its own
FULL = 42  # words that two sentences in one bullet may have
LISTED = 0.8  # what a label with its values adds: the author set it out as one of a few things to know
FLAGGED = 0.4  # what a fault takes from a score: the next candidate comes first, if it is nearly as good
FAULTS = frozenset({"empty", "unfinished", "length", "copied", "repetition", "prompt", "negation"})
VERSION = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit as it would stand in the brief."""

    unit: Unit
    phrase: Phrase
    vector: Vector
    score: float
    part: int
    flags: tuple[Flag, ...] = ()
    checked: bool = False
    deferred: bool = False

    @property
    def words(self) -> int:
        """The number of words of the text."""
        return len(self.phrase.text.split())


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
        wanted = self.bullets or number_of_bullets(segments)
        brief = _Brief(segments, wanted, wanted * self.max_words)
        left = self._candidates(segments, translations, CONSIDERED * wanted + CONSIDERED)
        while left:
            best = max(left, key=lambda c: (c.score + brief.merit(c), -c.unit.ids[0]))
            left.remove(best)
            if best.score + brief.merit(best) < ENOUGH and brief.size >= MIN_BULLETS and not self.bullets:
                break
            if brief.likeness(best) >= REPEATS or not brief.has_room(best):
                continue
            if not best.checked:
                best = self._checked(best, segments, translations, check, retranslate)
            if best.flags and not best.deferred:
                left.append(replace(best, deferred=True, score=best.score - FLAGGED))
            else:
                brief.add(best)
        return brief.bullets()

    def signature(self) -> Mapping[str, Any]:
        """Return the condenser's name and version."""
        return {"engine": "extractive", "version": VERSION}

    def _candidates(
        self, segments: Sequence[Segment], translations: Sequence[Translation], most: int
    ) -> list[Candidate]:
        """Return the units of the highest scores, at most so many, as they would stand in the brief."""
        found = units(segments) or [Unit((s,)) for s in segments]
        by_segment = scores(segments, self.weights)
        parts = parts_of(found, segments)
        rows = [(_worth(unit, by_segment), unit, part) for unit, part in zip(found, parts, strict=True)]
        best = sorted(rows, key=lambda row: (-row[0], row[1].ids))[:most]
        vectors = vectors_of([unit.source for unit in found])
        vector_of = {unit.ids: vector for unit, vector in zip(found, vectors, strict=True)}
        every = [
            Candidate(unit, self._phrase(unit, segments, translations), vector_of[unit.ids], score, part)
            for score, unit, part in best
        ]
        return [candidate for candidate in every if candidate.words]

    def _phrase(self, unit: Unit, segments: Sequence[Segment], translations: Sequence[Translation]) -> Phrase:
        return phrase(unit, segments, translations, min(TARGET, self.max_words))

    def _checked(
        self, candidate: Candidate, segments: Sequence[Segment], translations: Sequence[Translation],
        check: Check, retranslate: Retranslate,
    ) -> Candidate:  # fmt: skip
        """Return the candidate with its flags; where it has some, with other translations if they have fewer."""
        ids = candidate.unit.ids
        flags = _flags(candidate.phrase, translations, check)
        lost = sum(len(translations[i].flags) for i in ids)
        if flags or lost:
            others = list(translations)
            for i in ids:
                if flags or translations[i].flags:
                    others[i] = retranslate(i) or translations[i]
            other = self._phrase(candidate.unit, segments, others)
            new = _flags(other, others, check)
            if (len(new), sum(len(others[i].flags) for i in ids)) < (len(flags), lost):
                return replace(candidate, phrase=other, flags=new, checked=True)
        return replace(candidate, flags=flags, checked=True)


def _worth(unit: Unit, scores: Sequence[float]) -> float:
    """Return the score of a unit: of its best sentence, and more where the author set it out as a list."""
    return max(scores[i] for i in unit.ids) + (LISTED if unit.label else 0.0)


def _flags(said: Phrase, translations: Sequence[Translation], check: Check) -> tuple[Flag, ...]:
    """Return a bullet's own flags, and those faults of the cited translations that a check of facts can't see."""
    faults = [flag for i in said.ids for flag in translations[i].flags if flag.kind in FAULTS]
    return tuple(dict.fromkeys([*check(said.text, said.ids), *faults]))


class _Brief:
    """The bullets so far: each holds one candidate, or two neighbours that are short enough together."""

    def __init__(self, segments: Sequence[Segment], size: int, words: int) -> None:
        self._segments, self._size, self._words = segments, size, words
        self._rows: list[list[Candidate]] = []

    @property
    def size(self) -> int:
        return len(self._rows)

    def likeness(self, candidate: Candidate) -> float:
        return max((cosine(candidate.vector, c.vector) for row in self._rows for c in row), default=0.0)

    def merit(self, candidate: Candidate) -> float:
        """Return what the brief so far adds to a candidate's score: less for what repeats it, more for a new part."""
        covered = any(c.part == candidate.part for row in self._rows for c in row)
        return (0.0 if covered else NEW_PART) - NOVELTY * self.likeness(candidate)

    def has_room(self, candidate: Candidate) -> bool:
        used = sum(c.words for row in self._rows for c in row)
        if not self._rows:
            return True
        return used + candidate.words <= self._words and (
            self.size < self._size or self._row_for(candidate) is not None
        )

    def add(self, candidate: Candidate) -> None:
        if not self.has_room(candidate):
            return
        row = self._row_for(candidate)
        if row is not None and (self.size >= self._size or min(row[0].words, candidate.words) < SMALL):
            row.append(candidate)
            row.sort(key=lambda c: c.unit.ids)
        else:
            self._rows.append([candidate])

    def bullets(self) -> tuple[Bullet, ...]:
        rows = sorted(self._rows, key=lambda row: row[0].unit.ids)
        return tuple(
            Bullet(
                " ".join(c.phrase.text for c in row),
                tuple(sorted({i for c in row for i in c.phrase.ids})),
                tuple(dict.fromkeys(f for c in row for f in c.flags)),
            )
            for row in rows
        )

    def _row_for(self, candidate: Candidate) -> list[Candidate] | None:
        rows = [row for row in self._rows if len(row) == 1 and not row[0].unit.label and not candidate.unit.label]
        near = [r for r in rows if neighbours(r[0].unit, candidate.unit, self._segments)]
        fitting = [r for r in near if r[0].words + candidate.words <= FULL]
        return min(fitting, key=lambda r: r[0].words, default=None)


def number_of_bullets(segments: Sequence[Segment]) -> int:
    """Return how many bullets an article's length calls for."""
    words = sum(len(s.source.split()) for s in segments)
    return max(MIN_BULLETS, min(MAX_BULLETS, round(words / WORDS_PER_BULLET)))
