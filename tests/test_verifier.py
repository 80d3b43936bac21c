"""What a reader is told about an English text that departs from its French source."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breve.verifier import KINDS, verify_bullet, verify_translation

CASES = [line.split("\t") for line in Path(__file__).with_name("facts_cases.tsv").read_text("utf-8").splitlines()[1:]]
FAULTS = [
    ("Le prix est de 32 800 €.", "The price is €38,200.", "number"),
    ("Le prix est de 32 800 €.", "The price is high.", "number"),
    ("Le prix est de 32 800 €.", "The price is $32,800.", "unit"),
    ("Le taux est de 7 %.", "The rate is 9%.", "number"),
    ("On compte 244 890 cas.", "There are 24,490 cases.", "number"),
    ("On compte 2.200.112 cas.", "There are 2,200,12 cases.", "number"),
    ("On compte dix-sept blessés.", "There are seven injured.", "number"),
    ("Il a 42 ans.", "He is 24 years old.", "number"),
    ("La COVID-19 recule.", "COVID-91 is receding.", "name"),
    ("Un contrat de 3,5 milliards d'euros.", "A contract of €3.5 million.", "scale"),
    ("Un contrat de 3,5 Md€.", "A contract of €3.5m.", "scale"),
    ("Un contrat de 90 M$.", "A contract of $90bn.", "scale"),
    ("20 000 voitures.", "20 cars.", "scale"),
    ("Le 12 mars 2025.", "On 13 March 2025.", "date"),
    ("Le 12 mars 2025.", "On 12 May 2025.", "date"),
    ("Le 12 mars 2025.", "On 12 March 2024.", "date"),
    ("Le 12 mars, puis le 13 avril.", "On 13 March, then on 12 April.", "date"),
    ("Il arrive lundi.", "He arrives on Tuesday.", "date"),
    ("Lancement mi-2025.", "Launch in early 2025.", "date"),
    ("En 1998, tout change.", "In 1989 everything changes.", "date"),
    ("À 14 h 30.", "At 4:30 pm.", "date"),
    ("À 14 h 30.", "At 2:13 pm.", "date"),
    ("Le groupe lance la YU7.", "The group launches the YU8.", "name"),
    ("Un car verse sur la D12.", "A coach overturns on the 12th.", "name"),
    ("La ville de Lyon recrute.", "The city of Nantes is hiring.", "name"),
    ("Selon Durand, tout va bien.", "According to Martin, all is well.", "name"),
    ("Voir https://a.fr/b", "See the page.", "address"),
    ("Voir https://a.fr/b", "See https://a.fr/c", "address"),
    ("Il ne vient pas.", "He is coming.", "negation"),
    ("Elle n'a jamais menti.", "She has lied.", "negation"),
    ("Le ministre n'exclut aucune piste.", "The minister mentions every lead.", "negation"),
]
SAME = [
    ("La Russie et l'Allemagne signent.", "Russia and Germany sign."),
    ("Les États-Unis quittent l'Unesco.", "The US leaves Unesco."),
    ("L'Union européenne hésite.", "The EU hesitates."),
    ("Selon l'ONU et l'OTAN, rien ne presse.", "According to the UN and NATO, there is no hurry."),
    ("Le maire de Londres se tait.", "The mayor of London keeps silent."),
    ("Le président Poutine est à Pékin.", "President Putin is in Beijing."),
    ("Il n'a pas réussi à partir.", "He failed to leave."),
    ("Il n'est pas disponible.", "He is unavailable."),
    ("Il ne mange que du riz.", "He eats nothing but rice."),
    ("Sans doute viendra-t-il.", "He will probably come."),
    ("Au T3, deux SU7 sur dix roulent.", "In Q3, two in ten SU7s are driven."),
    ("Les ventes ont doublé.", "Sales have doubled."),
]


@pytest.mark.parametrize(("french", "english"), [(case[0], case[1]) for case in CASES] + SAME)
def test_another_form_is_no_fault(french: str, english: str) -> None:
    assert verify_translation(french, english) == ()


@pytest.mark.parametrize(("french", "english", "kind"), FAULTS)
def test_a_fault_of_a_translation_is_named(french: str, english: str, kind: str) -> None:
    assert kind in {flag.kind for flag in verify_translation(french, english)}


@pytest.mark.parametrize(
    ("french", "english", "detail"),
    [
        ("Le prix est de 32 800 €.", "The price is high.", "32 800 € is missing"),
        ("Le prix est haut.", "The price is €244,890.", "€244,890 is not in the source"),
        ("Un contrat de 3,5 Md€.", "A contract of €3.5m.", "3,5 Md€ became €3.5m"),
        ("Il vit à Lyon.", "He lives in Nantes.", "Nantes is not in the source; Lyon is missing"),
    ],
)
def test_a_flag_says_what_was_seen(french: str, english: str, detail: str) -> None:
    assert detail in {flag.detail for flag in verify_translation(french, english)}


def test_a_bullet_may_leave_facts_out() -> None:
    sources = ["Le 3 mai 2024, à Lyon, 12 personnes ont été blessées.", "Le préfet, lui, n'a rien dit."]
    assert verify_bullet("Twelve people were injured in Lyon.", sources) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thirteen people were injured.", "number"),
        ("12 million people were injured.", "scale"),
        ("12 people were injured on 4 May.", "date"),
        ("12 people were injured on Tuesday.", "date"),
        ("12 people were injured beside an A320.", "name"),
        ("12 people were injured: see www.evil.com", "address"),
        ("12 people were injured, says evil.com now.", "address"),
        ("12 people were injured. Write to a@b.org.", "address"),
        ("12 people were injured: HTTP://X.IO/y.", "address"),
        ("12 people were not injured.", "negation"),
    ],
)
def test_a_bullet_may_not_invent(text: str, kind: str) -> None:
    assert kind in {flag.kind for flag in verify_bullet(text, ["Le 3 mai, 12 personnes ont été blessées."])}


def test_a_bullet_that_tells_its_whole_sentence_keeps_the_negation() -> None:
    flags = verify_bullet("The factory will close this year.", ["L'usine ne fermera pas cette année."])
    assert {flag.kind for flag in flags} == {"negation"}


def test_facts_of_several_sources_count_together() -> None:
    assert verify_bullet("In 2023 it sold 300 cars.", ["En 2023, tout va bien.", "Elle vend 300 voitures."]) == ()


@given(st.text(), st.text())
def test_any_text_gets_a_verdict_of_known_kinds(source: str, target: str) -> None:
    flags = (*verify_translation(source, target), *verify_bullet(target, [source]))
    assert {flag.kind for flag in flags} <= set(KINDS)
