"""Addresses in a text: URLs, e-mail addresses, accounts, hashtags. They are copied, never translated."""

from __future__ import annotations

import re
from collections import Counter

_ENDS = r"com|org|net|info|io|fr|eu|uk|de|be|ch|ca|co|ai|app|dev|me|ru|cn|xyz|link|site|online|top"
ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,12}://|www\.)[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?…)\]']"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    rf"|\b(?:[\w-]+\.)+(?:{_ENDS})\b(?:/[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?…)\]'])?"
    r"|(?<![\w/&])[@#][^\W\d_][\w]+",
    re.I,
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
    there = {address.lower() for address in ADDRESS.findall(hypothesis)}
    return [address for address in dict.fromkeys(ADDRESS.findall(source)) if address.lower() not in there]


def added(source: str, hypothesis: str) -> list[str]:
    """Return the addresses of a translation that its source lacks."""
    return lost(hypothesis, source)
