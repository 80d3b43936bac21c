"""The English of a unit, as one bullet would say it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breve.condenser.shorten import shorten, tidy
from breve.condenser.units import Unit, names_product
from breve.document import Segment, Translation


def phrase(unit: Unit, segments: Sequence[Segment], translations: Sequence[Translation], limit: int) -> str:
    """Return the text of a unit, shortened to about ``limit`` words."""
    texts = [translations[i].text for i in unit.ids]
    if len(texts) == 1:
        return shorten(texts[0], limit)
    return tidy(" ".join(texts))
