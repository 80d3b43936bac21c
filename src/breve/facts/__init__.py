"""What a French text and an English text claim, in one normal form: numbers, dates, times, names, negation."""

from __future__ import annotations

from functools import lru_cache

from breve.facts import match, names
from breve.facts.dates import find_dates, find_times
from breve.facts.flat import flatten
from breve.facts.negation import count_denials, find_negations
from breve.facts.numbers import find_numbers, find_ranges, find_scales
from breve.facts.types import Date, Facts, Language, Name, Number, Time

__all__ = ["Date", "Facts", "Language", "Name", "Number", "Time", "denials", "extract", "kept"]


@lru_cache(maxsize=2048)
def extract(text: str, language: Language) -> Facts:
    """Return the facts of a text; any text is taken, in time linear in its length."""
    flat = flatten(text)
    times = find_times(flat, language)
    clock = {position for span, _ in times for position in range(*span)}
    dates = [(span, date) for span, date in find_dates(flat, language) if span[0] not in clock]
    taken = sorted({span for span, _ in (*times, *dates)})
    numbers = find_numbers(flat, language, taken)
    return Facts(
        language=language,
        numbers=tuple(numbers),
        dates=tuple(date for _, date in dates),
        times=tuple(time for _, time in times),
        ranges=tuple(find_ranges(numbers, flat, language)),
        names=tuple(names.find_names(flat, language)),
        negations=find_negations(flat, language),
        scales=find_scales(flat, language),
    )


def kept(source: str, target: str) -> tuple[int, int]:
    """Return how many numbers and dates of a French source its English target states, and how many there are."""
    return match.kept(extract(source, "fr"), extract(target, "en"))


def denials(text: str, language: Language) -> int:
    """Return how many words of a text deny, by grammar or by meaning as "failed" does."""
    return count_denials(flatten(text).text, language)
