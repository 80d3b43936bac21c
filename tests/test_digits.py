"""Numbers in words, as the translator writes them for a model that confuses them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breve.digits import in_digits
from breve.facts import extract


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("dix-neuf pays", "19 pays"),
        ("Mille places et trois mille deux cents euros", "1 000 places et 3 200 euros"),
        ("vingt et un ans, quatre-vingt-dix-sept jours", "21 ans, 97 jours"),
        ("trois virgule cinq milliards", "3,5 milliards"),
        ("Une cinquantaine de pompiers, une quinzaine d’élèves", "Environ 50 pompiers, environ 15 élèves"),
        ("le dix-huitième trou, un seul des deux", "le dix-huitième trou, un seul des deux"),
        ("les Trente Glorieuses", "les Trente Glorieuses"),
        ("une dizaine", "une dizaine"),
        ("32 800 € et 4,5 %", "32 800 € et 4,5 %"),
        ("", ""),
    ],
)
def test_cardinals_become_digits_and_the_rest_stays(words: str, digits: str) -> None:
    assert in_digits(words) == digits


def test_only_the_hard_ones_can_be_chosen() -> None:
    text = "Quinze élus, vingt maires, trois juges, soixante-douze ans, cent pas, trois mille voix, une centaine d’or"
    hard = "15 élus, vingt maires, trois juges, 72 ans, cent pas, 3 000 voix, environ 100 or"
    assert in_digits(text, only_hard=True) == hard


NUMERALS = ("dix-neuf", "soixante et onze", "quatre-vingts", "deux cent trois", "mille", "un million", "deux", "12,5")


@given(st.lists(st.sampled_from(NUMERALS)), st.sampled_from(["pays,", "euros;", "ans.", "; la"]))
def test_a_text_keeps_the_values_of_its_numbers(numerals: list[str], noun: str) -> None:
    text = " ".join(f"{numeral} {noun}" for numeral in numerals)
    values = [[n.value for n in extract(t, "fr").numbers] for t in (text, in_digits(text))]
    assert values[0] == values[1]
    assert len(values[0]) == len(numerals)
