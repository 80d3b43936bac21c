"""Sentences are whole, in order, and exactly where the article has them."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breve.document import Article, Block, Kind, Segment
from breve.reader.blocks import plain_blocks
from breve.segmenter import segment

ROWS = Path(__file__).with_name("test_segmenter_cases.tsv").read_text(encoding="utf-8").splitlines()
CASES = [tuple(row.split("\t")) for row in ROWS if not row.startswith("#")]
FRENCHLIKE = st.lists(
    st.sampled_from(
        ["Il part", "M", "J.-C", "« ", " »", "Oui", "etc", "14 h", "1", ".", "…", "?", "!", " ", "\n", "\u202f", '"',
         "(", ")", "n°", "Le", "é\u0301", "😀", "\ud800", "\x00", "mot,", ";", "Y", "🇫🇷"]
    ),
    max_size=60,
).map("".join)  # fmt: skip
ANY_TEXT = st.one_of(st.text(max_size=200), FRENCHLIKE, st.text(alphabet=st.characters(categories=["Cs", "Mn", "Po"])))


def article(text: str) -> Article:
    return Article(text, (Block(Kind.PARAGRAPH, 0, len(text)),))


def sources(text: str, max_words: int = 120) -> list[str]:
    return [part.source for part in segment(article(text), max_words=max_words)]


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len({row[1] for row in CASES}) >= 60


@pytest.mark.parametrize(("about", "expected"), CASES)
def test_hard_sentences(about: str, expected: str) -> None:
    wanted = expected.split(" | ")
    assert sources(" ".join(wanted)) == wanted, about


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\n", "  ", "\r\n"])
def test_any_white_space_separates_sentences(space: str) -> None:
    assert sources(f"Il part.{space}Elle reste.") == ["Il part.", "Elle reste."]


@pytest.mark.parametrize("text", ["Il a un Y\u202f.\u202fOui.", "A\u202fB.\u202fC. Fin.", "M\u2003. J.-C.\u3000Le"])
def test_wide_spaces_near_initials_do_no_harm(text: str) -> None:
    check_exact(article(text), segment(article(text)))


def check_exact(read: Article, parts: tuple[Segment, ...]) -> None:
    assert [part.id for part in parts] == list(range(len(parts)))
    for part in parts:
        assert read.text[part.start : part.end] == part.source == part.source.strip() != ""
        block = read.blocks[part.block]
        assert block.start <= part.start < part.end <= block.end
        assert part.kind is block.kind
    assert all(a.end <= b.start for a, b in itertools.pairwise(parts))
    held = "".join("".join(part.source.split()) for part in parts)
    assert held == "".join("".join(read.text[b.start : b.end].split()) for b in read.blocks)


@settings(max_examples=300)
@given(ANY_TEXT, st.integers(min_value=1, max_value=12))
def test_nothing_is_lost_and_offsets_are_exact(text: str, max_words: int) -> None:
    read = Article(text, plain_blocks(text))
    check_exact(read, segment(read, max_words=max_words))


@settings(max_examples=200)
@given(ANY_TEXT)
def test_a_closing_mark_never_begins_a_sentence(text: str) -> None:
    assert not any(part[0] in "»”" for part in sources(text, 10_000)[1:])


def test_a_long_sentence_is_split_at_clauses() -> None:
    clause = "le conseil a voté la hausse du budget annuel des transports"
    text = f"Hier {clause}, " + ", ".join([clause] * 30) + "."
    parts = sources(text, 40)
    assert len(parts) > 8
    assert all(len(part.split()) <= 40 for part in parts)
    assert all(part.endswith((",", ".")) for part in parts)
    assert " ".join(parts) == text


def test_a_long_sentence_is_never_split_inside_a_number() -> None:
    parts = sources("soit 32 800 € " * 100, 10)
    assert all(part.count("32") == part.count("800") == part.count("€") for part in parts)


def test_a_sentence_at_the_limit_stays_whole() -> None:
    text = " ".join(["mot"] * 120) + "."
    assert sources(text) == [text]


@pytest.mark.parametrize("cluster", ["e\u0301", "👨\u200d👩\u200d👧", "🇫🇷", "👍🏽", "\u1112\u1161\u11ab"])
def test_an_enormous_word_is_split_between_characters_as_seen(cluster: str) -> None:
    parts = sources("x" + cluster * 3000)
    assert len(parts) > 1
    assert parts[0].startswith("x" + cluster)
    assert all(len(part.removeprefix("x")) % len(cluster) == 0 for part in parts)
    assert all(len(part) <= 2000 for part in parts)


def test_the_sample_article_reads_as_an_editor_would_cut_it() -> None:
    text = (Path(__file__).parents[1] / "seeds" / "xiaomi.fr.txt").read_text(encoding="utf-8")
    parts = segment(Article(text, plain_blocks(text)))
    assert 30 <= len(parts) <= 34
    by_kind = {kind: [p.source for p in parts if p.kind is kind] for kind in Kind}
    assert by_kind[Kind.TITLE] == ["Xiaomi continue son invasion dans le monde des voitures électriques"]
    assert by_kind[Kind.HEADING] == [
        "La Russie en ligne de mire",
        "Un SUV et une hypercar électrique en préparation",
        "Xiaomi : un futur géant de l’auto ?",
    ]
    assert len(by_kind[Kind.ITEM]) == 7
    assert "Prix d’entrée : 32 800 €" in by_kind[Kind.ITEM]
    assert "Un modèle qui veut rivaliser avec la Tesla Model Y." in by_kind[Kind.PARAGRAPH]


@pytest.mark.parametrize("unit", ["Il part. ", "« a. ", ". ", "mot et ", "! ", "a", "M. ", "(a. "])
def test_time_grows_with_length_and_no_faster(unit: str) -> None:
    def seconds(count: int) -> float:
        begin = time.process_time()
        segment(article(unit * count))
        return time.process_time() - begin

    seconds(500)
    small, large = min(seconds(5_000) for _ in range(3)), min(seconds(40_000) for _ in range(2))
    assert large < 24 * small + 0.2  # eight times the text; 64 times if it were quadratic
