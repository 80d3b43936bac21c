"""The verifier on numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breve.verifier import verify_bullet, verify_translation

SAME = [
    ("Prix : 32 800 €", "Price: €32,800"),
    ("32\u202f800 euros", "32,800 euros"),
    ("3,5 millions d’habitants", "3.5 million people"),
    ("1,2 Md€", "€1.2 billion"),
    ("deux cents élèves", "200 pupils"),
    ("à 14 h 30", "at 2.30 pm"),
    ("une hausse de 18,4 %", "a rise of 18.4%"),
    ("en 2014", "in 2014"),
    ("quatre-vingt-dix personnes", "90 people"),
    ("3 000 voitures", "three thousand cars"),
]
CHANGED = [
    ("Prix : 32 800 €", "Price: €38,200", "number"),
    ("3,5 millions", "3.5 billion", "scale"),
    ("en 2014", "in 2015", "date"),
    ("20 000 voitures", "20 cars", "scale"),
]


@pytest.mark.parametrize(("french", "english"), SAME)
def test_another_form_of_a_number_is_no_fault(french: str, english: str) -> None:
    assert verify_translation(french, english) == ()


@pytest.mark.parametrize(("french", "english", "kind"), CHANGED)
def test_a_changed_number_is_flagged(french: str, english: str, kind: str) -> None:
    assert kind in [flag.kind for flag in verify_bullet(english, [french])]


def test_a_lost_number_is_flagged_in_a_translation_but_not_in_a_bullet() -> None:
    assert verify_translation("Il y a 12 blessés.", "There are wounded.") != ()
    assert verify_bullet("There are wounded.", ["Il y a 12 blessés."]) == ()


@given(st.text(), st.text())
def test_the_verifier_answers_for_any_text(source: str, target: str) -> None:
    assert isinstance(verify_translation(source, target), tuple)
