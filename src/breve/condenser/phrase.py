"""The English of a unit, as one bullet would say it."""

from __future__ import annotations

from collections.abc import Sequence

from breve.condenser.shorten import shorten, tidy
from breve.condenser.units import Unit


def phrase(unit: Unit, texts: Sequence[str], limit: int) -> str:
    """Return the English of a unit, one text a segment, as one bullet of about ``limit`` words."""
    if len(texts) == 1:
        return shorten(texts[0], limit)
    return tidy(" ".join(texts))
