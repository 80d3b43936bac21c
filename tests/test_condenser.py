"""The condenser as an editor sees it: what it takes, leaves out, joins and shortens."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breve.condenser import Check, ExtractiveCondenser, Retranslate
from breve.condenser.reference import antecedent
from breve.condenser.salience import is_usable
from breve.condenser.shorten import shorten
from breve.document import Bullet, Flag, Kind, Segment, Translation

Rows = Sequence[tuple[Kind, str, str]]
T, H, P, I = Kind.TITLE, Kind.HEADING, Kind.PARAGRAPH, Kind.ITEM  # noqa: E741 - a table of rows reads better


def pieces(rows: Rows) -> tuple[list[Segment], list[Translation]]:
    segments = [Segment(n, kind, n, 0, len(fr), fr) for n, (kind, fr, _) in enumerate(rows)]
    return segments, [Translation(n, en) for n, (_, _, en) in enumerate(rows)]


def brief(
    rows: Rows, *, bullets: int | None = None, check: Check = lambda text, ids: (),
    retranslate: Retranslate = lambda number: None,
) -> tuple[Bullet, ...]:  # fmt: skip
    segments, translations = pieces(rows)
    return ExtractiveCondenser(bullets=bullets).condense(segments, translations, check=check, retranslate=retranslate)


COUNCIL: Rows = [
    (T, "La ville de Lure vote son budget", "The town of Lure votes its budget"),
    (P, "Le conseil de Lure a adopté lundi un budget de 12 millions d’euros.",
     "The council of Lure adopted a budget of €12 million on Monday."),
    (P, "Mais qui va payer ?", "But who will pay?"),
    (P, "Lire aussi : le budget de Lure en cinq questions", "Read also: the Lure budget in five questions"),
    (P, "Crédit photo : ville de Lure", "Photo credit: city of Lure"),
    (P, "L’école de la rue Basse aura trois nouvelles classes en septembre.",
     "The school in Rue Basse will have three new classes in September."),
    (P, "Vous pouvez réagir à cet article.", "You can respond to this article."),
    (P, "La taxe foncière augmente de 2 %, une première depuis 2015.",
     "The property tax goes up by 2%, a first since 2015."),
]  # fmt: skip


def test_bullets_follow_the_article_and_cite_it_and_leave_out_what_is_no_news() -> None:
    assert [b.segments for b in brief(COUNCIL)] == [(1,), (5,), (7,)]
    assert all(b.verdict == "supported" for b in brief(COUNCIL))


def test_the_number_of_bullets_is_as_asked() -> None:
    assert len(brief(COUNCIL, bullets=1)) == 1
    assert brief(COUNCIL, bullets=1)[0].segments == (1,)


def test_a_bullet_that_fails_gives_way_to_the_next_and_is_shown_flagged_when_there_is_none() -> None:
    def no_classes(text: str, ids: object) -> tuple[Flag, ...]:
        return (Flag("number", "three is not in the source"),) if "three" in text else ()

    assert (5,) not in [b.segments for b in brief(COUNCIL, bullets=2, check=no_classes)]
    assert [b.verdict for b in brief(COUNCIL, bullets=3, check=no_classes)] == ["supported", "flagged", "supported"]


def test_a_bullet_that_fails_is_retranslated_and_the_better_text_is_shown() -> None:
    def no_billion(text: str, ids: object) -> tuple[Flag, ...]:
        return (Flag("scale", "12 billion"),) if "billion" in text else ()

    rows = [(k, fr, en.replace("million", "billion")) for k, fr, en in COUNCIL]
    repaired = brief(rows, check=no_billion, retranslate=lambda number: Translation(number, COUNCIL[number][2]))
    assert repaired[0].text == COUNCIL[1][2]
    assert repaired[0].verdict == "supported"


def test_two_sentences_that_say_the_same_are_not_both_taken() -> None:
    rows = [*COUNCIL, (P, "Le conseil de Lure a donc adopté un budget de 12 millions d’euros lundi.", "So it did.")]
    assert (8,) not in [b.segments for b in brief(rows, bullets=4)]


LIST: Rows = [
    (T, "Deux vélos de ville", "Two city bikes"),
    (P, "La marque lance deux modèles.", "The brand launches two models."),
    (I, "K2 : le vélo léger", "K2: the light bike"),
    (P, "Il sort en mai 2025, après un an de retard.", "He comes out in May 2025, after a year's delay."),
    (I, "Prix : 900 €", "Price: €900"),
    (I, "K3 : le vélo cargo", "K3: the cargo bike"),
    (P, "Sa sortie est prévue fin 2025.", "Its release is planned for late 2025."),
    (I, "Prix : 2 400 €", "Price: €2,400"),
    (H, "Les ventes", "Sales"),
    (P, "La marque a fait une belle année :", "The brand had a good year:"),
    (I, "20 000 vélos vendus", "20,000 bikes sold"),
    (I, "Objectif : 30 000", "Target: 30,000"),
]


def test_a_label_its_sentence_and_its_price_become_one_bullet_and_a_thing_is_no_he() -> None:
    texts = {b.segments: b.text for b in brief(LIST, bullets=4)}
    assert texts[2, 3, 4] == "K2: the light bike. It comes out in May 2025, after a year's delay. Price: €900."
    assert texts[5, 6, 7] == "K3: the cargo bike. Its release is planned for late 2025. Price: €2,400."


def test_labels_and_values_are_known_without_bullet_marks() -> None:
    rows = [(P if kind is I else kind, fr, en) for kind, fr, en in LIST]
    assert (2, 3, 4) in [b.segments for b in brief(rows, bullets=4)]


@pytest.mark.parametrize(
    ("before", "english", "subject"),
    [
        ("Le club est en finale.", "The club is in the final.", "It"),
        ("Le club de Brennes est en finale.", "The Brennes club is in the final.", "The Brennes club"),
        ("Club de la Loire, Brennes est en finale.", "A club of the Loire, Brennes is in the final.", "Brennes"),
    ],
)
def test_a_club_is_no_he(before: str, english: str, subject: str) -> None:
    rows: Rows = [
        (P, before, english),
        (P, "Il a battu Montrevel 27 à 24 samedi à Lyon.", "He beat Montrevel 27 to 24 on Saturday in Lyon."),
    ]
    assert f"{subject} beat Montrevel" in " ".join(b.text for b in brief(rows))


def test_an_impersonal_it_stands_for_nothing() -> None:
    rows: Rows = [
        (P, "Sicard vend ses usines de Brest.", "Sicard sells its factories in Brest."),
        (P, "Il faut 20 millions d'euros avant mars 2026.", "It takes 20 million euros before March 2026."),
    ]
    assert "It takes" in " ".join(b.text for b in brief(rows))


def test_a_line_that_ends_with_a_colon_takes_the_items_below_it() -> None:
    texts = {b.segments: b.text for b in brief(LIST, bullets=4)}
    assert texts[9, 10, 11] == "The brand had a good year: 20,000 bikes sold; target: 30,000."


MAYOR: Rows = [
    (P, "Claire Morel a été élue mardi à Vesoul avec 54 % des voix.",
     "Claire Morel was elected on Tuesday in Vesoul with 54% of the vote."),
    (P, "Elle avait perdu l’élection de 2020 de 12 voix.", "She had lost the election of 2020 by 12 votes."),
]  # fmt: skip


def test_a_pronoun_that_opens_a_bullet_gives_way_to_the_name_and_its_sentence_is_cited() -> None:
    segments, translations = pieces(MAYOR)
    assert antecedent(1, segments, translations) == ("Claire Morel", 0)
    found = [b for b in brief(MAYOR, bullets=2) if 1 in b.segments]
    assert "Claire Morel had lost the election of 2020" in found[0].text
    assert found[0].segments == (0, 1)


@pytest.mark.parametrize(
    "rows",
    [
        [(P, "Le maire a parlé.", "The mayor spoke."), (P, "Il a ri.", "He laughed.")],
        [(P, "Paul Roy a parlé.", "Paul Roy spoke."), (H, "Et après", "And then"), (P, "Il a ri.", "He laughed.")],
        [(P, "Paul Roy a parlé.", "Paul Roy spoke."), (P, "Le maire a ri.", "He laughed.")],
    ],
)
def test_a_pronoun_stays_where_its_name_is_in_doubt(rows: Rows) -> None:
    assert antecedent(len(rows) - 1, *pieces(rows)) is None


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("However, the mayor resigned.", "The mayor resigned."),
        ("And then the mayor resigned.", "Then the mayor resigned."),
        ("The mayor (who is a doctor) resigned.", "The mayor resigned."),
        ("The mayor (elected in 2020) resigned.", "The mayor (elected in 2020) resigned."),
        (
            "The mayor, who had been ill for several long months, announced on Tuesday that the town would close "
            "the three oldest of its swimming pools.",
            "The mayor announced on Tuesday that the town would close the three oldest of its swimming pools.",
        ),
        (
            "The council voted the budget by a wide margin, although several members of the opposition had asked "
            "for another debate on the matter.",
            "The council voted the budget by a wide margin.",
        ),
        (
            "When the doors of the old theatre finally opened to the public, the first visitors found a hall that "
            "nobody had seen.",
            "The first visitors found a hall that nobody had seen.",
        ),
    ],
)
def test_what_can_go_goes_at_clause_boundaries(long: str, short: str) -> None:
    assert shorten(long, 16) == short


def test_a_cut_keeps_figures_before_words() -> None:
    text = (
        "The firm, which has its seat in a small and quiet village, sold 3,200 machines last year, after a long "
        "dispute with its suppliers."
    )
    assert "3,200" in shorten(text, 8)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor, however, said “the pool, which is old, must close” to the whole council on Tuesday evening.",
        "The list has schools, roads, which are bad, and two bridges that need repair before the winter comes.",
    ],
)
def test_no_cut_breaks_a_quotation_or_a_sentence(text: str) -> None:
    short = shorten(text, 8)
    assert short.count("“") == short.count("”")
    assert " which are bad" in short or "bridges" not in short


@pytest.mark.parametrize(
    "source",
    [
        "Qui va payer ?", "Lire aussi notre dossier", "Abonnez-vous pour lire la suite de cet article",
        "© Le Journal, tous droits réservés", "Vous pouvez nous écrire à cette adresse.", "Enfin !",
    ],
)  # fmt: skip
def test_questions_calls_to_the_reader_and_boilerplate_are_never_taken(source: str) -> None:
    assert not is_usable(Segment(0, P, 0, 0, len(source), source))


def test_an_article_of_questions_alone_still_has_a_brief() -> None:
    assert brief([(P, "Qui va payer la note ?", "Who will pay the bill?")]) != ()


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(Kind), st.text(max_size=80), st.text(max_size=80)), max_size=12))
def test_any_text_gives_bullets_that_cite_segments_which_exist(rows: list[tuple[Kind, str, str]]) -> None:
    for bullet in brief(rows):
        assert bullet.text
        assert set(bullet.segments) <= set(range(len(rows)))
        assert list(bullet.segments) == sorted(set(bullet.segments))


@given(st.text(max_size=300), st.integers(5, 30))
def test_shortening_takes_any_text_and_never_lengthens_it(text: str, limit: int) -> None:
    assert len(shorten(text, limit).split()) <= len(text.split()) + 1
