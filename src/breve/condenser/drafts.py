"""What a model wrote becomes bullets: each is given its evidence, judged, and replaced or flagged where it fails."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from breve.condenser.base import Check, Condenser, Retranslate
from breve.document import Bullet, Flag, Segment, Translation
from breve.grounding import Grounding, terms
from breve.prompts import as_data

SAME = 0.75  # share of common terms (Jaccard) from which two bullets say the same
MIN_WORDS = 4  # fewer say nothing of their own
MOST_CITED = 4  # who cites more cites everything, and any number is somewhere
MARK = re.compile(r"^(?:[-*•–·]|\d{1,2}[.)])\s+|\*\*|__|`")
LEFT = re.compile(r"[\s,;:.\"({\[]*[{}\[\]][\s,;:.\"(){}\[\]]*\Z")  # of JSON, after the text
CITED = re.compile(r"\s*[\[(](?:sentences? |segments? )?\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*[\])](?=\s*[.!]?$)", re.I)


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence that a model wrote, and the ids of the segments that it cited, if it did."""

    text: str
    ids: tuple[int, ...] = ()


def settle(
    drafts: Sequence[Draft], segments: Sequence[Segment], translations: Sequence[Translation], *,
    check: Check, retranslate: Retranslate, fallback: Condenser, wanted: int,
) -> tuple[Bullet, ...]:  # fmt: skip
    """Return the bullets of an article's drafts, in the article's order: ``wanted`` at most, half of that at least.

    A draft gets the evidence that speaks best for it: what it cited, what its words are found in, or both; of equals
    the shorter. One that fails all the same gives way to a bullet of ``fallback`` on other segments, and is shown
    flagged if there is none.
    """
    grounding = Grounding([t.text for t in translations], [s.source for s in segments])
    bullets = [_judged(draft, grounding, check) for draft in _distinct(drafts)[:wanted]]
    least = -(-wanted // 2)  # bullets that say the same were one: sentences of the article make up for them
    good, bad = [b for b in bullets if not b.flags], [b for b in bullets if b.flags]
    if bad or len(good) < least:
        used = {i for bullet in good for i in bullet.segments}
        extractive = fallback.condense(segments, translations, check=check, retranslate=retranslate)
        if not bullets:
            return extractive
        spare = [b for b in extractive if not b.flags and used.isdisjoint(b.segments)]
        spare = spare[: max(len(bad), least - len(good))]
        good, bad = [*good, *spare], bad[len(spare) :]
    return tuple(sorted([*good, *bad], key=lambda b: b.segments or (len(segments),)))


def tidy(text: str) -> str:
    """Return a bullet's text on one line, without marks of lists and emphasis and without its citations."""
    text = MARK.sub("", as_data(text)).strip()
    text = LEFT.sub("", CITED.sub("", text)).strip()
    return text if not text or text[-1] in '.!?…»"”' else f"{text}."


def _judged(draft: Draft, grounding: Grounding, check: Check) -> Bullet:
    cited = draft.ids if len(draft.ids) <= MOST_CITED else ()
    found = grounding.align(draft.text)
    both = tuple(sorted({*cited, *found}))
    options = list(dict.fromkeys(ids for ids in (cited, found, both) if ids))
    if not options:
        return Bullet(draft.text, (), (Flag("support", "no sentence of the article says this"),))
    judged = [
        Bullet(draft.text, ids, tuple(dict.fromkeys([*check(draft.text, ids), *grounding.flags(draft.text, ids)])))
        for ids in options
    ]
    return min(judged, key=lambda bullet: (len(bullet.flags), len(bullet.segments)))


def _distinct(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts that have some words and say what no earlier one says, tidied."""
    kept: list[tuple[Draft, set[str]]] = []
    for draft in drafts:
        text = tidy(draft.text)
        words = set(terms(text))
        if len(text.split()) >= MIN_WORDS and not any(_same(words, other) for _, other in kept):
            kept.append((Draft(text, draft.ids), words))
    return [draft for draft, _ in kept]


def _same(words: set[str], others: set[str]) -> bool:
    """Return whether two sets of terms say the same: alike, and no number in one alone."""
    differ = words ^ others
    return len(words & others) >= SAME * len(words | others) and not any(word[0].isdigit() for word in differ)
