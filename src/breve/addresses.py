"""Addresses in a text: URLs, e-mail addresses, accounts, hashtags. They are copied, never translated."""

from __future__ import annotations

import re
from collections import Counter

ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?…)\]']"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w/&])[@#][^\W\d_][\w]+"
)


def restored(source: str, hypothesis: str) -> str:
    """Return a translation with the addresses of its source in the place of its own, if it has as many."""
    wanted: list[str] = ADDRESS.findall(source)
    found: list[str] = ADDRESS.findall(hypothesis)
    if len(wanted) != len(found) or Counter(wanted) == Counter(found):
        return hypothesis
    # Those that the model copied keep their places; the altered ones come in the source's order.
    altered = iter((Counter(wanted) - Counter(found)).elements())
    left = Counter(wanted)

    def right(hit: re.Match[str]) -> str:
        address: str = hit.group()
        if not left[address]:
            return next(altered)
        left[address] -= 1
        return address

    return ADDRESS.sub(right, hypothesis)


def lost(source: str, hypothesis: str) -> list[str]:
    """Return the addresses of a source that its translation lacks."""
    return list((Counter(ADDRESS.findall(source)) - Counter(ADDRESS.findall(hypothesis))).elements())


def added(source: str, hypothesis: str) -> list[str]:
    """Return the addresses of a translation that its source lacks."""
    return lost(hypothesis, source)
