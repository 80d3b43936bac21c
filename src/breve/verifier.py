"""English against the French that it rests on: numbers missing, invented or changed in scale."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from breve.document import Flag
from breve.numbers import digit_numbers, known_values


def verify_translation(source: str, target: str) -> tuple[Flag, ...]:
    """Return the flags of a translation: numbers that it invents, and numbers of the source that it lacks."""
    known = known_values(target, "en")
    missing = [token for token, several in digit_numbers(source, "fr") if not _stated(several, known)]
    flags = [Flag("number", f"{token} is missing from the translation") for token in missing]
    return (*verify_bullet(target, [source]), *flags)


def verify_bullet(text: str, sources: Sequence[str]) -> tuple[Flag, ...]:
    """Return the flags of a bullet: each number in digits that its French evidence doesn't state."""
    known = {value for source in sources for value in known_values(source, "fr")}
    invented = [(token, several) for token, several in digit_numbers(text, "en") if not _stated(several, known)]
    return tuple(_flag(token, several, known) for token, several in invented)


def _flag(token: str, several: set[Decimal], known: set[Decimal]) -> Flag:
    scales = [Decimal(10) ** power for power in (-9, -6, -3, 3, 6, 9)]
    if any(value * scale in known for value in several for scale in scales):
        return Flag("scale", f"{token} has another scale in the source")
    return Flag("number", f"{token} is not in the source")


def _stated(several: set[Decimal], known: set[Decimal]) -> bool:
    """Return whether a number is known, as it is or as the hour of a clock of twelve hours."""
    clock = {value - 12 for value in several if Decimal(13) <= value < Decimal(24)}
    return bool((several | clock) & known)
