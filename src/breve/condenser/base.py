"""What a condenser is: it may choose, join, shorten and rephrase, and every bullet cites its segments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from breve.document import Bullet, Flag, Segment, Translation

# A bullet's text and the ids of its segments -> what is wrong with it.
Check = Callable[[str, Sequence[int]], tuple[Flag, ...]]
# A segment's id -> another translation of it, or None when there is none.
Retranslate = Callable[[int], Translation | None]


class Condenser(Protocol):
    """Makes the bullets of one article."""

    def condense(
        self, segments: Sequence[Segment], translations: Sequence[Translation], *,
        check: Check, retranslate: Retranslate,
    ) -> tuple[Bullet, ...]:  # fmt: skip
        """Return bullets in the article's order, each with the flags that ``check`` gave it.

        ``translations`` has one entry a segment, in the same order. A bullet that fails is repaired by
        ``retranslate`` or gives way to another; it is shown with its flags when there is none.
        """
        ...

    def signature(self) -> Mapping[str, Any]:
        """Return what identifies the condenser."""
        ...
