"""The English of a unit, as one bullet would say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from breve.condenser.reference import antecedent, is_about_a_thing, named, of_a_thing
from breve.condenser.shorten import shorten, tidy, without_asides, worth
from breve.condenser.units import VALUE, Unit, names_product
from breve.document import Segment, Translation

LABELLED = 34  # words of a bullet that joins a label, its sentences and its values
LOWER = re.compile(r"^(?:[A-Z](?=[a-z]+\b(?! [A-Z]))|A(?= ))")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text and the ids of the segments that it rests on."""

    text: str
    ids: tuple[int, ...]


def phrase(unit: Unit, segments: Sequence[Segment], translations: Sequence[Translation], limit: int) -> Phrase:
    """Return the English of a unit, about ``limit`` words of it."""
    texts = [translations[i].text for i in unit.ids]
    if unit.label:
        return Phrase(_labelled(unit, texts), unit.ids)
    if len(texts) > 1:
        return Phrase(_introduced(texts), unit.ids)
    known = antecedent(unit.ids[0], segments, translations)
    if known is None:
        of_thing = is_about_a_thing(unit.ids[0], segments, translations)
        return Phrase(shorten(of_a_thing(texts[0]) if of_thing else texts[0], limit), unit.ids)
    name, where = known
    return Phrase(shorten(named(texts[0], name), limit), (where, *unit.ids))


def _labelled(unit: Unit, texts: Sequence[str]) -> str:
    """Return the label, its values, and as many of its sentences as there is room for, those with facts first."""
    thing = names_product(unit.segments[0].source)
    lines = [without_asides(of_a_thing(text) if thing else text) for text in texts]
    sentences = [n for n, s in enumerate(unit.segments) if n and not VALUE.search(s.source)]
    kept = {n for n in range(len(lines)) if n not in sentences}
    for n in sorted(sentences, key=lambda n: (-worth(lines[n]), n)):
        if sum(len(lines[k].split()) for k in kept | {n}) <= LABELLED:
            kept.add(n)
    return " ".join(lines[n] for n in sorted(kept))


def _introduced(texts: Sequence[str]) -> str:
    """Return an introduction and its items as one sentence."""
    opening = texts[0].rstrip(" :?")
    items = [LOWER.sub(lambda hit: hit.group().lower(), text.strip().rstrip(".;,")) for text in texts[1:]]
    return tidy(f"{opening}: {'; '.join(items)}")
