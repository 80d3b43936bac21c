"""What a sentence claims, read from French and from English into one form."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breve.facts import Language, extract, kept

CASES = [line.split("\t") for line in Path(__file__).with_name("facts_cases.tsv").read_text("utf-8").splitlines()[1:]]


def claims(text: str, language: Language) -> str:
    """Write the strong facts of a text in the notation of the table."""
    facts = extract(text, language)
    parts = {f"{n.value.normalize():f}" + (f" {n.unit}" if n.unit else "") for n in facts.numbers if not n.weak}
    for d in facts.dates:
        fields = (("y", d.year), ("m", d.month), ("d", d.day), ("w", d.weekday), ("part", d.part))
        parts.add("date " + " ".join(f"{key}={value}" for key, value in fields if value is not None))
    parts |= {f"time {min(t.hours) % 12}:{t.minute:02}" for t in facts.times}
    parts |= {"negation"} if facts.negated else set()
    return "; ".join(sorted(parts)) or "-"


def test_the_table_has_two_hundred_cases() -> None:
    assert len({(french, english) for french, english, _, _ in CASES}) >= 200


@pytest.mark.parametrize(("french", "english", "expected", "other"), CASES)
def test_both_languages_claim_what_the_table_says(french: str, english: str, expected: str, other: str) -> None:
    assert claims(french, "fr") == expected
    assert claims(english, "en") == (expected if other == "=" else other)


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", "\u2007", " "])
def test_any_kind_of_space_groups_digits(space: str) -> None:
    assert claims(f"Prix{space}: 32{space}800{space}€", "fr") == "32800 EUR"


def test_a_decomposed_accent_and_an_invisible_character_change_nothing() -> None:
    assert claims("le 3 fe\u0301vrier, 2\u00ad5 km", "fr") == claims("le 3 février, 25 km", "fr")


def test_a_span_shows_the_number_where_it_stands_in_the_text() -> None:
    text = "L\u2019e\u0301te\u0301 dernier, 1\u202f234 e\u0301lus ont vote\u0301."
    (number,) = (n for n in extract(text, "fr").numbers if not n.weak)
    assert text[slice(*number.span)] == "1\u202f234"


def test_money_percentages_durations_ordinals_and_ranges_are_sorted_out() -> None:
    facts = extract("Au 3e mois, il paie de 10 à 15 € et 4 % pendant 18 mois.", "fr")
    assert [n.text for n in facts.money] == ["10", "15 €"]
    assert [n.text for n in facts.percentages] == ["4 %"]
    assert [n.text for n in facts.durations if not n.ordinal] == ["18 mois"]
    assert [n.text for n in facts.ordinals] == ["3e mois"]
    assert [(int(a.value), int(b.value)) for a, b in facts.ranges] == [(10, 15)]


def test_names_are_found_with_their_product_codes() -> None:
    names = {name.text for name in extract("Le groupe lance la YU7 et la Tesla Model Y à Lyon.", "fr").names}
    assert {"YU7", "Tesla Model Y", "Lyon"} <= names


def test_a_verb_is_no_month_and_a_planet_is_no_march() -> None:
    assert not [d for d in extract("It may rain.", "en").dates if not d.weak]
    assert not [d for d in extract("Une sonde vers Mars.", "fr").dates if not d.weak]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Le 3 mai 2024, 12 blessés et 4 % de pertes.", "On 3 May 2024, 12 injured and 4% of losses.", (4, 4)),
        ("12 blessés et 4 morts.", "12 injured.", (1, 2)),
        ("Aucun chiffre.", "No figure.", (0, 0)),
    ],
)
def test_the_share_of_numbers_kept_counts_numbers_days_and_years(
    source: str, target: str, expected: tuple[int, int]
) -> None:
    assert kept(source, target) == expected


@given(st.text(), st.sampled_from(["fr", "en"]))
def test_any_text_is_read(text: str, language: Language) -> None:
    for number in extract(text, language).numbers:
        assert 0 <= number.span[0] < number.span[1] <= len(text)


@given(st.text(alphabet="0123456789.,-/: €%hdeux milonrst\u0301\u00b2\u0663M", max_size=60))
def test_any_jumble_of_digits_and_marks_is_read(text: str) -> None:
    assert extract(text, "fr") == extract(text, "fr")


@pytest.mark.parametrize(
    "piece", ["1", "12 345 ", "A", "Ab ", "un ", "cent ", "ne ", "1,", "\u0301", "12 mai, ", "de ", "'", "- "]
)
def test_a_megabyte_of_one_thing_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        start = time.perf_counter()
        extract(text, "fr")
        return time.perf_counter() - start

    seconds(1000)
    small, large = seconds(50_000), seconds(200_000)
    assert large < 12 * small + 0.5
