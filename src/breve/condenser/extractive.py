"""Choose the sentences that carry the article: an extractive first version.

Centrality over a TF-IDF space (the centroid of Radev et al. 2004), position, overlap with the title and
facts make a score; maximal marginal relevance (Carbonell and Goldstein 1998) keeps two bullets from saying the same.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breve.condenser.base import Check, Retranslate
from breve.document import Bullet, Flag, Kind, Segment, Translation

Vector = dict[str, float]

MIN_BULLETS, MAX_BULLETS = 3, 7
WORDS_PER_BULLET = 70  # of the article: 350 words make five bullets
MIN_WORDS = 6  # shorter sentences carry no fact that stands alone
REDUNDANT = 0.5  # cosine from which two sentences say the same
NEVER = re.compile(r"\?\W*$|^(?:Read also|Also read|Subscribe|Photo|Credit|Share|Sign up|See also|©)", re.I)
NEVER_SOURCE = re.compile(r"^(?:Lire aussi|À lire|A lire|Abonnez-vous|Photo|Crédit|Partager|Voir aussi|©)|\?\W*$", re.I)
OPENER = re.compile(
    r"^(?:However|Moreover|Indeed|Meanwhile|In the meantime|By the way|In addition|Furthermore|Also|Besides|Therefore"
    r"|Thus|So|And|But|In fact|Of course|Finally|During this time|On the other hand),\s+",
    re.I,
)
PRONOUN = re.compile(r"^(?:It|He|She|They|This|These|That|Those|His|Her|Their|Its)\b")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bullet to be: its text, the segments that it joins, and its score."""

    text: str
    segments: tuple[int, ...]
    vector: Vector
    score: float


class ExtractiveCondenser:
    """Bullets of the article's own sentences, in English, in the article's order.

    ``bullets`` None lets the article's length decide; ``max_words`` is a target that facts may exceed.
    """

    def __init__(self, *, bullets: int | None = None, max_words: int = 28) -> None:
        self.bullets, self.max_words = bullets, max_words

    def condense(
        self, segments: Sequence[Segment], translations: Sequence[Translation], *,
        check: Check, retranslate: Retranslate,
    ) -> tuple[Bullet, ...]:  # fmt: skip
        """Return bullets in the article's order; one that fails ``check`` gives way to the next."""
        words = sum(len(s.source.split()) for s in segments)
        wanted = self.bullets or max(MIN_BULLETS, min(MAX_BULLETS, round(words / WORDS_PER_BULLET)))
        candidates = sorted(_candidates(segments, translations, self.max_words), key=lambda c: (-c.score, c.segments))
        passed: list[tuple[Candidate, tuple[Flag, ...]]] = []
        failed: list[tuple[Candidate, tuple[Flag, ...]]] = []
        for candidate in candidates:
            if len(passed) == wanted:
                break
            if all(_cosine(candidate.vector, other.vector) < REDUNDANT for other, _ in passed):
                flags = check(candidate.text, candidate.segments)
                flags += tuple(f for i in candidate.segments for f in translations[i].flags if f not in flags)
                (failed if flags else passed).append((candidate, flags))
        chosen = passed + failed[: wanted - len(passed)]
        chosen.sort(key=lambda pair: pair[0].segments)
        return tuple(Bullet(c.text, c.segments, flags) for c, flags in chosen)

    def signature(self) -> Mapping[str, Any]:
        """Return the engine's name."""
        return {"engine": "extractive"}


def _candidates(
    segments: Sequence[Segment], translations: Sequence[Translation], max_words: int
) -> list[Candidate]:
    groups = _groups(segments)
    texts = [_shortened(_join([translations[i].text for i in group]), max_words) for group in groups]
    counts = [Counter(_terms(text)) for text in texts]
    spread = Counter(term for count in counts for term in count)
    vectors = [_unit({t: n * math.log(1 + len(counts) / spread[t]) for t, n in c.items()}) for c in counts]
    centre: Vector = {}
    for vector in vectors:
        for term, weight in vector.items():
            centre[term] = centre.get(term, 0.0) + weight
    centre = _unit(centre)
    title = set(_terms(" ".join(translations[s.id].text for s in segments if s.kind is Kind.TITLE)))
    found = [
        Candidate(text, group, vector, _score(text, vector, centre, title, place / len(groups)))
        for place, (text, group, vector) in enumerate(zip(texts, groups, vectors, strict=True))
        if _usable(text, [segments[i] for i in group])
    ]
    return found or [Candidate(t, g, v, 0.0) for t, g, v in zip(texts, groups, vectors, strict=True)]


def _groups(segments: Sequence[Segment]) -> list[tuple[int, ...]]:
    """Return the segments that a bullet may join: a label with what follows it, else each sentence alone.

    A label is an item or a line that has a colon and no full stop; the lines below it that are not
    headings belong to it until the next label of its kind.
    """
    body = [s for s in segments if s.kind not in {Kind.TITLE, Kind.HEADING}]
    groups: list[list[int]] = []
    open_label: Segment | None = None
    for s in body:
        broken = open_label is None or any(
            x.kind is Kind.HEADING for x in segments[open_label.id : s.id]
        )
        if _is_label(s) and (broken or (s.kind is Kind.ITEM and not _is_price(s))):
            groups.append([s.id])
            open_label = s
        elif not broken and (s.kind is Kind.ITEM or (len(groups[-1]) < 3 and open_label is not None
                             and open_label.kind is Kind.ITEM and len(s.source.split()) > 4)):  # fmt: skip
            groups[-1].append(s.id)
        else:
            groups.append([s.id])
            open_label = open_label if s.kind is not Kind.PARAGRAPH else None
    return [tuple(group) for group in groups]


def _is_label(segment: Segment) -> bool:
    source = segment.source
    if segment.kind is Kind.ITEM:
        return bool(re.match(r"[^.:]{1,40}\s?:", source)) and len(source.split()) <= 12
    return source.rstrip().endswith(":") and len(source.split()) <= 25


def _is_price(segment: Segment) -> bool:
    """Return whether an item is a value of its label: "Prix : 300 €"."""
    return bool(re.search(r":\s*\d", segment.source))


def _join(texts: Sequence[str]) -> str:
    parts = [text.strip() for text in texts if text.strip()]
    if len(parts) < 2:
        return parts[0] if parts else ""
    head = parts[0].rstrip(" .")
    rest = [part.rstrip(" .;") for part in parts[1:]]
    return f"{head.rstrip(':')}{':' if parts[0].rstrip().endswith(':') else ';'} " + "; ".join(rest) + "."


def _shortened(text: str, max_words: int) -> str:
    """Return a text without a discourse opener, asides in brackets, or a long trailing clause without digits."""
    text = OPENER.sub("", text)
    text = re.sub(r"\s*\([^()\d]*\)", "", text)
    if len(text.split()) > max_words:
        head, mark, tail = text.rpartition(", ")
        if mark and not re.search(r"\d", tail) and len(head.split()) >= max_words // 2:
            text = head.rstrip(" ,;") + "."
    return text[:1].upper() + text[1:]


def _usable(text: str, cited: Sequence[Segment]) -> bool:
    too_short = len(text.split()) < MIN_WORDS
    return not (too_short or NEVER.search(text) or any(NEVER_SOURCE.search(s.source) for s in cited))


def _score(text: str, vector: Vector, centre: Vector, title: set[str], place: float) -> float:
    """Return how much a sentence matters; the weights are a first guess, of about equal spread."""
    facts = len(re.findall(r"\d+|(?<=[a-z,] )[A-Z][\w-]+", text))
    length = len(text.split())
    overlap = len(title & set(vector)) / (len(title) or 1)
    return (
        _cosine(vector, centre)
        + 0.3 * (1 - place)
        + 0.3 * overlap
        + 0.4 * min(1.0, facts / 4)
        - 0.2 * bool(PRONOUN.match(text))
        - 0.3 * max(0.0, length / 40 - 1)
    )


def _terms(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if len(word) > 3 or word.isdigit()]


def _unit(vector: Vector) -> Vector:
    norm = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / norm for term, weight in vector.items()}


def _cosine(a: Vector, b: Vector) -> float:
    small, large = (a, b) if len(a) < len(b) else (b, a)
    return sum(weight * large.get(term, 0.0) for term, weight in small.items())
