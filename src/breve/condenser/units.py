"""What may become a bullet: a sentence, or a label with the lines below it that belong to it."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breve.condenser.salience import is_usable
from breve.document import Kind, Segment

MAX_LABEL_WORDS = 14
MAX_LABELLED = 6  # segments below a label that may belong to it
MAX_INTRODUCTION_WORDS = 25
LABEL = re.compile(r"^\W*[^.:;!?]{1,50}\s?:\s*\S")
VALUE = re.compile(r":\s*(?:environ\s|plus de\s|moins de\s|dès\s|à partir de\s)?[\d€$£]")
PRODUCT = re.compile(r"\b(?=\w*\d)(?=\w*[A-Z])\w+\b")


@dataclass(frozen=True, slots=True)
class Unit:
    """Segments that belong together, in order. ``label`` is the first one's, where it names what the rest is about."""

    segments: tuple[Segment, ...]
    label: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the segments."""
        return tuple(s.id for s in self.segments)

    @property
    def source(self) -> str:
        """The French of all segments."""
        return " ".join(s.source for s in self.segments)


def units(segments: Sequence[Segment]) -> list[Unit]:
    """Return the units of an article in order; titles, headings, questions and boilerplate are in none."""
    found: list[Unit] = []
    n = 0
    while n < len(segments):
        labelled = _labelled(segments, n)
        group = labelled or _introduced(segments, n)
        if group:
            found.append(Unit(tuple(group), label=bool(labelled)))
            n = group[-1].id + 1
        else:
            if is_usable(segments[n]):
                found.append(Unit((segments[n],)))
            n += 1
    return found


def _labelled(segments: Sequence[Segment], start: int) -> list[Segment]:
    """Return a label such as "YU7 : le SUV électrique" with its sentences and values, or nothing.

    They reach to the next label, the next heading, or the first line behind the values.
    """
    if not _is_label(segments[start]):
        return []
    group = [segments[start]]
    for segment in segments[start + 1 : start + 1 + MAX_LABELLED]:
        value = _is_value(segment)
        if not value and (_ends_a_group(segment) or _is_value(group[-1])):
            break
        group.append(segment)
    return group if any(_is_value(segment) for segment in group) else []


def _ends_a_group(segment: Segment) -> bool:
    return segment.kind is not Kind.PARAGRAPH or _is_label(segment)


def _introduced(segments: Sequence[Segment], start: int) -> list[Segment]:
    """Return a line that ends with a colon, or a short question, and the short items below it, or nothing."""
    first = segments[start]
    source = first.source.rstrip()
    opens = source.endswith(":") and len(source.split()) <= MAX_INTRODUCTION_WORDS
    asks = source.endswith("?") and len(source.split()) <= 4
    if first.kind in {Kind.TITLE, Kind.HEADING} or not (opens or asks):
        return []
    items: list[Segment] = []
    for segment in segments[start + 1 :]:
        if segment.kind is not Kind.ITEM or len(items) == 4:
            break
        items.append(segment)
    if not items or (asks and len(items) > 1):
        return []
    return [first, *items]


def _is_label(segment: Segment) -> bool:
    return _is_line(segment) and not VALUE.search(segment.source)


def _is_value(segment: Segment) -> bool:
    return _is_line(segment) and bool(VALUE.search(segment.source))


def _is_line(segment: Segment) -> bool:
    """Return whether a segment reads as a line of a list: a few words, a colon, something behind it, no full stop."""
    source = segment.source.rstrip()
    short = len(source.split()) <= MAX_LABEL_WORDS and source[-1:] not in ".!?…»"
    return segment.kind is not Kind.TITLE and short and bool(LABEL.match(source))


def parts_of(found: Sequence[Unit], segments: Sequence[Segment]) -> list[int]:
    """Return the part of the article that each unit is in: its sections, or where it has none, its thirds."""
    headings = [s.id for s in segments if s.kind is Kind.HEADING]
    if len(headings) > 1:
        return [bisect(headings, unit.ids[0]) for unit in found]
    return [3 * n // len(found) for n in range(len(found))]


def names_product(text: str) -> bool:
    """Return whether a label names a thing by a code: "YU7"."""
    return bool(PRODUCT.search(text.split(":")[0]))


def neighbours(a: Unit, b: Unit, segments: Sequence[Segment]) -> bool:
    """Return whether two units are so near, with no heading between, that one bullet may hold both."""
    first, second = sorted((a, b), key=lambda u: u.ids)
    between: Iterator[Segment] = (segments[n] for n in range(first.ids[-1] + 1, second.ids[0]))
    apart = list(between)
    return len(apart) <= 1 and all(s.kind is not Kind.HEADING for s in apart)
