"""Numbers and dates of two texts side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from breve.facts.lexicon import DIMENSIONS
from breve.facts.types import Date, Facts, Number, Time

TOLERANCE = Decimal("0.04")  # a conversion is rounded: 100 km for 62 miles or for "about 60 miles"
MAX_CANDIDATES = 200  # numbers tried for a conversion or a rounding; a sentence has a few
SCALE_STEPS = tuple(Decimal(10) ** power for power in (-9, -6, -3, 3, 6, 9))


def pool(several: Iterable[Facts]) -> frozenset[Decimal]:
    """Return every value that the texts state in any form: numbers, parts of dates and times, and one."""
    values = {Decimal(1)}
    for facts in several:
        for number in facts.numbers:
            values |= number.values
            values.add(number.mantissa)
        for date in facts.dates:
            values |= {Decimal(part) for part in (date.year, date.month, date.day) if part}
            if date.year:
                values.add(Decimal(date.year % 100))
        for time in facts.times:
            values |= time_values(time)
    return frozenset(values)


def time_values(time: Time) -> set[Decimal]:
    """Return the numbers that the words for a time may hold: 14:30 is 14, 2, 30, 2.30."""
    hours = {Decimal(hour % 12 or 12) for hour in time.hours} | {Decimal(hour) for hour in time.hours}
    return hours | {hour + Decimal(time.minute) / 100 for hour in hours} | {Decimal(time.minute)}


def unmatched(numbers: Iterable[Number], others: Sequence[Facts]) -> list[Number]:
    """Return the numbers that no number, date or time of the other texts stands for; weak ones are left out."""
    candidates = [number for facts in others for number in facts.numbers][:MAX_CANDIDATES]
    known = pool(others)
    exact = frozenset(value for facts in others for n in facts.numbers for value in n.values) | pool_of_dates(others)
    rough_first = any(facts.language == "fr" for facts in others)  # only the English may be the rougher one
    return [n for n in numbers if not n.weak and not _stated(n, candidates, exact, known, rough_first)]


def new_codes(numbers: Iterable[Number], others: Sequence[Facts]) -> list[Number]:
    """Return the numbers of names, as the 19 of COVID-19, that the other texts lack."""
    known = pool(others)
    return [number for number in numbers if number.code and not number.values & known]


def new_times(times: Iterable[Time], others: Sequence[Facts]) -> list[Time]:
    """Return the times of day that the other texts give neither as a time nor in words."""
    clock = {(hour % 12, time.minute) for facts in others for time in facts.times for hour in time.hours}
    words = pool(Facts(facts.language, numbers=facts.numbers) for facts in others)

    def told(time: Time) -> bool:
        if any((hour % 12, time.minute) in clock for hour in time.hours):
            return True
        hours = {Decimal(hour) for hour in time.hours} | {Decimal(hour % 12 or 12) for hour in time.hours}
        later = {Decimal(hour % 12 + 1) for hour in time.hours} if time.minute > 30 else set()
        left = {Decimal(time.minute), Decimal(60 - time.minute), Decimal(0)}
        joint = {hour + Decimal(time.minute) / base for hour in hours for base in (60, 100)}
        return bool(joint & words) or (bool((hours | later) & words) and (time.minute == 0 or bool(left & words)))

    return [time for time in times if not told(time)]


def pool_of_dates(several: Iterable[Facts]) -> frozenset[Decimal]:
    """Return the values that dates and times give, and one."""
    return pool(Facts(facts.language, dates=facts.dates, times=facts.times) for facts in several)


def _stated(
    number: Number,
    candidates: Sequence[Number],
    exact: frozenset[Decimal],
    known: frozenset[Decimal],
    rough_first: bool,
) -> bool:
    if number.values & exact:
        return True
    if number.unit == "hour" and {value % 12 for value in number.values} & known:
        return True
    return any(_same_amount(number, other, rough_first) for other in candidates)


def _same_amount(one: Number, other: Number, rough_first: bool) -> bool:
    """Return whether two numbers differ in form only: a converted unit, or one rounded to the other."""
    if one.unit != other.unit and one.unit and other.unit and _converted(one, other):
        return True
    return _rounded(*((one, other) if rough_first else (other, one)))


def _converted(one: Number, other: Number) -> bool:
    if {one.unit, other.unit} == {"°C", "°F"}:
        celsius, fahrenheit = (one, other) if one.unit == "°C" else (other, one)
        return abs(celsius.value * 9 / 5 + 32 - fahrenheit.value) <= 2
    first, second = DIMENSIONS.get(one.unit or ""), DIMENSIONS.get(other.unit or "")
    if first is None or second is None or first[0] != second[0]:
        return False
    a, b = one.value * first[1], other.value * second[1]
    tolerance = Decimal("0.08") if first[0] == "time" else TOLERANCE
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def _rounded(rough: Number, exact: Number) -> bool:
    """Return whether "about 20,000" is 19,873: rough, said to be so, and equal when rounded or cut to its digits."""
    if not rough.approximate or rough.value <= 0 or len(str(rough.value)) > 15 or len(str(exact.value)) > 15:
        return False
    exponent = rough.value.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exact.value == rough.value:
        return exact.value == rough.value
    step = Decimal(1).scaleb(exponent)
    return abs(exact.value - rough.value) < step and abs(exact.value - rough.value) <= rough.value / 20


def by_value(several: Iterable[Facts]) -> dict[Decimal, list[Number]]:
    """Return the numbers of the texts, weak ones left out, under each of their values."""
    index: dict[Decimal, list[Number]] = {}
    for facts in several:
        for number in facts.numbers:
            for value in () if number.weak else number.values:
                index.setdefault(value, []).append(number)
    return index


def other_scale(number: Number, index: dict[Decimal, list[Number]]) -> Number | None:
    """Return the number of an index by value that has the same digits and another scale, if there is one."""
    scaled = (value * step for value in sorted(number.values) for step in SCALE_STEPS if value)
    return next((index[value][0] for value in scaled if value in index), None)


def kept(source: Facts, target: Facts) -> tuple[int, int]:
    """Return how many numbers of the source the target states, and how many the source has; weak ones left out."""
    required = [number for number in source.numbers if not number.weak]
    dated = [Decimal(part) for date in source.dates for part in (date.day, date.year) if part]
    known = pool([target])
    lost = len(unmatched(required, [target])) + sum(value not in known for value in dated)
    return len(required) + len(dated) - lost, len(required) + len(dated)


def moved_dates(dates: Sequence[Date], others: Sequence[Facts]) -> list[Date]:
    """Return the dates with a month, weekday, day, year or part that the other texts contradict or lack."""
    other = [date for facts in others for date in facts.dates]
    months, weekdays = {d.month for d in other}, {d.weekday for d in other}
    days = {(d.month, d.day) for d in other if d.day}
    parts = {(d.part, d.month, d.year) for d in other if d.part}
    known = pool(others)

    def wrong(date: Date) -> bool:
        if date.month and date.month not in months and not date.weak:
            return True
        if date.weekday is not None and date.weekday not in weekdays:
            return True
        if (
            date.day
            and date.month
            and any(month == date.month for month, _ in days)
            and (date.month, date.day) not in days
        ):
            return True
        if any(Decimal(part) not in known for part in (date.year, date.day) if part):
            return True
        rivals = {part for part, month, year in parts if (month, year) == (date.month, date.year)}
        return date.part is not None and bool(rivals) and date.part not in rivals

    return [date for date in dates if wrong(date)]
