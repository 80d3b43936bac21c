"""The translator: order, length, what reaches the model, what is retried and flagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breve.document import Kind, Segment
from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task
from breve.options import Options
from breve.translator import Translator, faults
from breve.verifier import first_fault, verify_translation


class Echo:
    """An engine that answers with a function of the request and remembers what it was asked."""

    name = "echo"
    tasks: frozenset[Task] = frozenset({"translate"})

    def __init__(self, answers: Mapping[str, Sequence[str]] | None = None) -> None:
        self.answers = {text: list(replies) for text, replies in (answers or {}).items()}
        self.asked: list[str] = []
        self.starts: list[str] = []

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        self.asked += [r.text for r in requests]
        self.starts += [r.start for r in requests]
        return [[Hypothesis(self._answer(r.text), -1.0)] for r in requests]

    def _answer(self, text: str) -> str:
        replies = self.answers.get(text)
        return replies.pop(0) if replies else f"The {text} again."

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def signature(self) -> Mapping[str, Any]:
        return {"engine": "echo"}


def segments(*texts: str) -> list[Segment]:
    return [Segment(n, Kind.PARAGRAPH, n, 0, len(text), text) for n, text in enumerate(texts)]


def translator(engine: Echo, **options: Any) -> Translator:
    return Translator(engine, lambda text: text, Options(**options))


@given(st.lists(st.text(max_size=40), max_size=30))
def test_every_segment_has_one_translation_in_order(texts: list[str]) -> None:
    done = translator(Echo(), batch_size=3).translate(segments(*texts))
    assert [t.segment for t in done] == list(range(len(texts)))


class Stream(Echo):
    """An engine that hands out what it has done in two batches, the odd ones first."""

    def stream(
        self, requests: Sequence[Request], decoding: Decoding = GREEDY
    ) -> Iterator[Mapping[int, list[Hypothesis]]]:
        for first in (1, 0):
            numbers = range(first, len(requests), 2)
            yield dict(zip(numbers, self.generate([requests[n] for n in numbers], decoding), strict=True))


@given(st.lists(st.text(max_size=40) | st.sampled_from(["Dans vingt pays.", "Trente-six mille ans"]), max_size=30))
def test_an_engine_that_tells_what_is_done_changes_nothing(texts: list[str]) -> None:
    whole, stream = Echo(), Stream()
    done = translator(stream, batch_size=7).translate(segments(*texts))
    assert done == translator(whole, batch_size=7).translate(segments(*texts))
    assert sorted(stream.asked) == sorted(whole.asked)


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("« Oui », dit le maire. “L’eau monte”", '"Oui", dit le maire. "L\'eau monte"'),
        ("Demain. »", 'Demain."'),
        ("» À lire aussi", "» À lire aussi"),
    ],
)
def test_one_kind_of_quotation_marks_reaches_the_model_and_comes_back(source: str, asked: str) -> None:
    engine = Echo({asked: ["« Yes », says the mayor. ‘The water’s “rising”."]})
    (done,) = translator(engine).translate(segments(source))
    assert engine.asked[0] == asked
    assert done.text == '"Yes", says the mayor. \'The water\'s "rising".'


def test_smaller_first_batches_give_the_same_translations() -> None:
    article = segments(*(f"La phrase {n} du maire" for n in range(10)))
    batches = list(translator(Echo(), batch_size=4).batches(article, first=(2, 3)))
    assert [len(batch) for batch in batches] == [2, 3, 4, 1]
    assert [t for batch in batches for t in batch] == list(translator(Echo(), batch_size=4).translate(article))


def test_blank_symbol_and_number_segments_pass_through_and_never_reach_the_model() -> None:
    engine = Echo()
    texts = ["", " ", "— …", "🚗", "32 800 €", "12,5 %"]
    assert [t.text for t in translator(engine).translate(segments(*texts))] == texts
    assert engine.asked == []


def test_a_failed_translation_is_retried_and_the_good_one_is_kept() -> None:
    engine = Echo({"Le chat dort.": ["", "The cat sleeps."]})
    done = translator(engine).translate(segments("Le chat dort."))
    assert (done[0].text, done[0].flags) == ("The cat sleeps.", ())


CONFUSED = {
    "Vendu dans dix-neuf pays.": ["Sold in ten countries."],
    "Vendu dans 19 pays.": ["Sold in 19 countries."],
    "Vendu dans vingt pays.": ["Sold in twenty countries."],
}


@pytest.mark.parametrize(
    ("digits", "asked"), [(False, ["vingt", "dix-neuf", "dix-neuf", "19"]), (True, ["vingt", "19"])]
)
def test_a_number_that_the_model_confuses_is_asked_for_in_digits(digits: bool, asked: list[str]) -> None:
    engine = Echo(CONFUSED)
    done = Translator(engine, str, Options(), verify_translation, digits=digits).translate(
        segments("Vendu dans dix-neuf pays.", "Vendu dans vingt pays.")
    )
    assert [t.text for t in done] == ["Sold in 19 countries.", "Sold in twenty countries."]
    assert engine.asked == [f"Vendu dans {number} pays." for number in asked]


def test_a_search_keeps_what_is_right_at_the_beginning() -> None:
    engine = Stream(
        {"Il gagne 30 000 euros par an.": ["He earns a good €30 a year.", "He earns a good €30,000 a year."]}
    )
    (done,) = Translator(engine, str, Options(), verify_translation, locate=first_fault).translate(
        segments("Il gagne 30 000 euros par an.")
    )
    assert (done.text, done.flags) == ("He earns a good €30,000 a year.", ())
    assert engine.starts == ["", "He earns a good"]


def test_a_translation_that_fails_twice_is_shown_flagged_with_its_source() -> None:
    engine = Echo({"Le chat dort.": ["", ""]})
    done = translator(engine).translate(segments("Le chat dort."))
    assert done[0].text == "Le chat dort."
    assert [flag.kind for flag in done[0].flags] == ["empty"]


def test_progress_ends_at_the_number_of_segments() -> None:
    seen: list[tuple[int, int]] = []
    translator(Echo(), batch_size=2).translate(segments("un an", "12", "deux ans"), lambda *p: seen.append(p))
    assert seen == [(2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("source", "hypothesis", "kind"),
    [
        ("Le chat dort.", "", "empty"),
        ("Le chat dort sur le lit.", "x" * 200, "length"),
        ("Le maire a ouvert la séance à midi.", "Le maire a ouvert la séance à midi.", "copied"),
        ("Il a dit que tout va bien ce soir.", "He said he said he said he said he said", "repetition"),
        ("Il fait beau à Lyon.", "It is fine. French: Il", "prompt"),
    ],
)
def test_known_faults_are_seen(source: str, hypothesis: str, kind: str) -> None:
    assert kind in [flag.kind for flag in faults(source, hypothesis)]


def test_headlines_in_capitals_reach_the_model_as_the_article_writes_their_words() -> None:
    engine = Echo()
    article = segments("LE MAIRE DE SICARD QUITTE LA SNCF", "Hier, Sicard a vu que la SNCF et le maire sont fâchés.")
    other = segments("SICARD ET LA RUSSIE EN 2026", "Le SU7 Ultra de BMW")
    translator(engine, batch_size=1).translate([*article, *other])
    assert engine.asked[0] == "Le maire de Sicard quitte la SNCF"
    assert engine.asked[2:] == ["Sicard et la Russie en 2026", "Le SU7 Ultra de BMW"]


@pytest.mark.parametrize(
    ("source", "answer", "text"),
    [
        ("Voir https://exemple.fr/aide.", "See https://example.com/help.", "See https://exemple.fr/aide."),
        ("Écrire à a@exemple.fr ou www.b.fr", "Write to www.b.fr or a@example.fr", "Write to www.b.fr or a@exemple.fr"),
        ("Le mot #Noël et @lemonde_fr", "The word #Christmas and @lemonde_fr", "The word #Noël and @lemonde_fr"),
        ("Rien à copier ici", "Nothing to copy @here", "Nothing to copy @here"),
    ],
)
def test_addresses_are_copied(source: str, answer: str, text: str) -> None:
    assert [t.text for t in translator(Echo({source: [answer]}), retries=0).translate(segments(source))] == [text]


def test_what_a_reader_cannot_see_does_not_reach_the_model() -> None:
    engine = Echo()
    translator(engine).translate(segments("Le\u200b chat\u202fdort\U000e0041 l’été"))
    assert engine.asked == ["Le chat dort l'été"]
