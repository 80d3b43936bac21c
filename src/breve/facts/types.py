"""What a text claims, in one normal form for French and English."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Language = Literal["fr", "en"]
Span = tuple[int, int]
Part = Literal["early", "mid", "late"]

CURRENCIES = frozenset(
    [
        "EUR",
        "USD",
        "GBP",
        "JPY",
        "CNY",
        "RUB",
        "CHF",
        "INR",
        "SEK",
        "NOK",
        "DKK",
        "CZK",
        "PLN",
        "HUF",
        "KRW",
        "CAD",
        "AUD",
        "BRL",
        "TRY",
    ]
)
DURATIONS = frozenset(["year", "month", "week", "day", "hour", "minute", "second"])


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its scale applied: ``3,5 millions`` has the value 3500000.

    ``values`` holds every value that the words can mean (``1,500`` is 1500 or 1.5); ``value`` is the likely one.
    ``mantissa`` is the number before its scale. ``weak`` numbers are neither required nor inventions: "one",
    "half", "about ten". ``code`` numbers end a name (COVID-19): not required either, but not to be invented.
    ``year`` is set for what reads as a year.
    """

    value: Decimal
    values: frozenset[Decimal]
    unit: str | None
    span: Span
    text: str
    mantissa: Decimal
    ordinal: bool = False
    weak: bool = False
    approximate: bool = False
    digits: bool = True
    code: bool = False
    year: bool = False


@dataclass(frozen=True, slots=True)
class Date:
    """A date, as far as the text gives it; ``weekday`` is 0 for Monday, ``weak`` when it may be another word."""

    span: Span
    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    part: Part | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; ``hours`` holds both readings where the text leaves morning or afternoon open."""

    span: Span
    text: str
    hours: frozenset[int]
    minute: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, and ``keys``: the folded forms under which the other language may have it.

    ``weak`` names may be plain words: the first of a sentence, of a heading, a title such as "President".
    """

    span: Span
    text: str
    keys: frozenset[str]
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text in the order of the text; spans are offsets into the text as given."""

    language: Language
    numbers: tuple[Number, ...] = ()
    dates: tuple[Date, ...] = ()
    times: tuple[Time, ...] = ()
    ranges: tuple[tuple[Number, Number], ...] = ()
    names: tuple[Name, ...] = ()
    negations: tuple[str, ...] = ()
    scales: frozenset[Decimal] = frozenset()

    @property
    def money(self) -> tuple[Number, ...]:
        """The amounts of a known currency."""
        return tuple(n for n in self.numbers if n.unit in CURRENCIES)

    @property
    def percentages(self) -> tuple[Number, ...]:
        """The numbers in per cent."""
        return tuple(n for n in self.numbers if n.unit == "percent")

    @property
    def ordinals(self) -> tuple[Number, ...]:
        """The ordinals, centuries included."""
        return tuple(n for n in self.numbers if n.ordinal)

    @property
    def durations(self) -> tuple[Number, ...]:
        """The numbers of years, months, weeks, days, hours, minutes or seconds."""
        return tuple(n for n in self.numbers if n.unit in DURATIONS)

    @property
    def negated(self) -> bool:
        """True when the text has a clear negation."""
        return bool(self.negations)
