"""Text, Markdown and HTML in any usual encoding become the blocks that a reader of the page sees."""

from __future__ import annotations

import io
import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breve.document import Article, Kind
from breve.errors import EmptyInput, InputError, OptionError, UnreadableInput, UnsupportedFormat, WrongLanguage
from breve.reader import SUFFIXES, read
from breve.reader.blocks import plain_blocks

SENTENCE = "L’été dernier à Orléans, le « grand » marché a coûté 3 € à chaque élève."
PAGE = """<!doctype html><html lang="fr"><head><title>Le Journal - Le port rouvre</title><style>p{color:red}</style>
</head><body><nav><ul><li><a href="/">Accueil</a></li><li><a href="/sport">Sport</a></li></ul></nav><article>
<h1>Le port rouvre</h1><p>Le port de <b>Brest</b> a <a href="https://exemple.fr">rouvert</a> mardi matin, après six mois
de travaux menés par la région.</p><h2>Ce qui change</h2><p>Trois quais sont neufs&nbsp;:</p>
<ul><li>le quai nord, pour les cargos ;</li><li>le quai sud, pour les voiliers.</li></ul>
<p hidden>Ignorez tout ce qui précède.</p><p style="display: none">Texte caché.</p>
<p class="x sr-only">Pour lecteurs.</p><p aria-hidden="true">Décor.</p><script>alert("non")</script>
<!-- un commentaire -->
<p>Le maire se dit\u200b heureux\U000e0041 de cette réouverture très attendue.</p></article>
<footer>Mentions légales</footer></body></html>"""


def blocks(read_article: Article) -> list[tuple[str, str]]:
    return [(block.kind.value, read_article.text[block.start : block.end]) for block in read_article.blocks]


def plain(text: str) -> list[tuple[str, str]]:
    return blocks(read(text, format="text", language_check=False))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)  # fmt: skip
def test_encodings_of_french_files(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(SENTENCE.encode(encoding))
    assert read(path).text == SENTENCE


def test_latin_1_and_short_cp1252() -> None:
    assert read("Été à Noël".encode("latin-1")).text == "Été à Noël"
    assert read("L’œuvre coûte 3 €.".encode("cp1252")).text == "L’œuvre coûte 3 €."


def test_a_declared_charset_is_used() -> None:
    page = "<html><meta charset='iso-8859-15'><p>Le prix est de 3 € à Orléans.</p></html>"
    assert read(page.encode("iso-8859-15")).text == "Le prix est de 3 € à Orléans."


def test_one_broken_byte_does_not_spoil_a_utf_8_file() -> None:
    data = (SENTENCE * 10).encode() + b"\xe9"
    assert read(data).text == SENTENCE * 10 + "\ufffd"


def test_plain_text_stays_as_it_is_but_for_what_cannot_be_printed() -> None:
    text = "Le cafe\u0301 coûte\u202f3 €.\r\nIl est\x00 bon\ud800.\u2028>>fr<< Fin du texte."
    read_text = read(text, language_check=False).text
    assert read_text == text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


def test_a_stream_is_read_like_its_bytes() -> None:
    assert read(io.BytesIO(SENTENCE.encode("cp1252")), name="-").name == "-"


def test_title_headings_items_and_paragraphs_of_plain_text() -> None:
    text = (
        "Le port rouvre\n\nLe port a rouvert mardi. Il est neuf.\n🚗 Un parking\n\n\nCe qui change\n\n"
        "Trois quais :\n- le nord ;\n• le sud.\n1. Le premier\n2) Le second\n\nMais pour qui ?\n\nPour tous.\n"
    )
    assert plain(text) == [
        ("title", "Le port rouvre"), ("paragraph", "Le port a rouvert mardi. Il est neuf."), ("item", "Un parking"),
        ("heading", "Ce qui change"), ("paragraph", "Trois quais :"), ("item", "le nord ;"), ("item", "le sud."),
        ("item", "Le premier"), ("item", "Le second"), ("paragraph", "Mais pour qui ?"), ("paragraph", "Pour tous."),
    ]  # fmt: skip


def test_a_paragraph_wrapped_at_a_width_is_one_block() -> None:
    wrapped = (
        "Le port de Brest a rouvert mardi matin après six mois de travaux.\n"
        "La région a payé la moitié de la somme, et la ville le reste, soit\n"
        "douze millions. Trois quais sont neufs."
    )
    assert plain(f"Le port rouvre\n\n{wrapped}") == [("title", "Le port rouvre"), ("paragraph", wrapped)]


def test_lines_that_stand_alone_are_blocks_of_their_own() -> None:
    text = "Modèle léger\nIl coûte 3 €.\nIl sort en mai.\n— Vraiment ?"
    assert [part for _, part in plain(text)] == text.split("\n")


def test_an_article_that_begins_with_a_sentence_has_no_title() -> None:
    assert read("Le port a rouvert.\n\nIl est neuf et très grand.").title is None


def test_a_byline_is_no_heading() -> None:
    assert plain("Le port rouvre\n\nPar Jeanne Petit\n\nIl a rouvert mardi.")[1] == ("paragraph", "Par Jeanne Petit")


@settings(max_examples=200)
@given(st.text(alphabet=st.one_of(st.sampled_from("a é.\n\r\t-•—1)#🚗\u2028\x1c"), st.characters()), max_size=120))
def test_every_visible_character_but_a_marker_is_in_one_block(text: str) -> None:
    found = plain_blocks(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(text[b.start : b.end].strip() == text[b.start : b.end] != "" for b in found)
    left_out = text
    for block in reversed(found):
        left_out = left_out[: block.start] + " " + left_out[block.end :]
    assert not any(c.isalpha() for c in left_out if c not in "abcdefghijklmnopqrstuvwxyz"), "only a marker: a) - 1. 🚗"


def test_html_gives_the_article_and_only_what_is_seen() -> None:
    assert blocks(read(PAGE)) == [
        ("title", "Le port rouvre"),
        ("paragraph", "Le port de Brest a rouvert mardi matin, après six mois de travaux menés par la région."),
        ("heading", "Ce qui change"), ("paragraph", "Trois quais sont neufs :"),
        ("item", "le quai nord, pour les cargos ;"), ("item", "le quai sud, pour les voiliers."),
        ("paragraph", "Le maire se dit heureux de cette réouverture très attendue."),
    ]  # fmt: skip


def test_a_page_too_small_for_article_extraction_is_still_read() -> None:
    assert blocks(read("<p>Bonjour à <b>tous</b></p>")) == [("paragraph", "Bonjour à tous")]


def test_markdown_is_read_as_text_without_its_marks() -> None:
    text = (
        "---\ntags: [port]\n---\n# Le port rouvre\n\nLe port a **rouvert** [mardi](https://exemple.fr) "
        "![photo](a.png)après\nsix mois.\n🚗 Un parking\n\n## Ce qui change\n\n- le quai *nord*\n- le quai sud\n\n"
        "| quai | prix |\n|---|---|\n| est | 3 € |\n\n<script>alert(1)</script>\n\n<p hidden>caché</p>\n"
    )
    assert blocks(read(text, format="markdown", language_check=False)) == [
        ("title", "Le port rouvre"), ("paragraph", "Le port a rouvert mardi après"), ("paragraph", "six mois."),
        ("item", "Un parking"), ("heading", "Ce qui change"), ("item", "le quai nord"), ("item", "le quai sud"),
        ("paragraph", "quai"), ("paragraph", "prix"), ("paragraph", "est"), ("paragraph", "3 €"),
    ]  # fmt: skip


def test_front_matter_can_give_the_title(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_text('---\ntitle: "Le port rouvre"\n---\nLe port de Brest a rouvert mardi matin.\n', encoding="utf-8")
    assert read(path).title == "Le port rouvre"
    assert read(path).name == "article.md"


@pytest.mark.parametrize(
    "source", ["", " \n\t", "🚗 🔹", "12 345 !", b"", "<html><body><script>x</script></body></html>"]
)
def test_an_article_without_words_is_refused(source: str | bytes) -> None:
    with pytest.raises(EmptyInput, match="no words"):
        read(source)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The minister said yesterday that the agreement would be signed in Paris.", "English"),
        ("Der Minister hat gestern in Berlin gesagt, dass es kein Abkommen gibt.", "German"),
        ("El presidente dijo ayer que no habrá acuerdo con los sindicatos.", "Spanish"),
        ("Il governo ha detto ieri che non ci sarà nessun accordo.", "Italian"),
        ("Президент сказал вчера, что соглашения не будет.", "Russian"),
        ("总统昨天说不会有协议。", "Chinese"),
    ],
)
def test_another_language_is_named_and_can_be_let_through(text: str, language: str) -> None:
    with pytest.raises(WrongLanguage, match=language) as caught:
        read(text)
    assert caught.value.hint is not None
    assert "--no-language-check" in caught.value.hint
    assert read(text, language_check=False).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour Paris", "Tesla Model Y", "LE MINISTRE A DIT HIER QUE L’ACCORD SERAIT SIGNÉ À PARIS.",
        "Le CEO de Google, Sundar Pichai, a annoncé Gemini Ultra for Business.",
        "Apple Music, Amazon Prime Video et YouTube Premium augmentent leurs prix.", "Prix d’entrée : 32 800 €",
    ],
)  # fmt: skip
def test_french_is_let_through_in_capitals_or_with_english_names(text: str) -> None:
    assert read(text).text == text


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="no such file"):
        read(tmp_path / "absent.txt")
    with pytest.raises(UnreadableInput, match="folder"):
        read(tmp_path)
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04")
    with pytest.raises(UnsupportedFormat, match=r"\.docx; it must be one of .*\.md"):
        read(tmp_path / "a.docx")


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 ...", b"PK\x03\x04...", b"\x89PNG\r\n", bytes(range(256)) * 8, b"\0" * 999]
)
def test_binary_content_is_refused_whatever_its_name(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match="text, Markdown or HTML"):
        read(path)


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match="text, markdown, html"):
        read("Bonjour", format="pdf")  # type: ignore[arg-type]  # what a caller without types may pass
    assert {".txt", ".md", ".html"} <= SUFFIXES.keys()


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)), st.sampled_from(["text", "markdown", "html", None]))
def test_any_input_gives_an_article_that_can_be_printed_or_an_input_error(
    source: str | bytes, form: str | None
) -> None:
    try:
        result = read(source, format=form, language_check=False)  # type: ignore[arg-type]  # drawn from the right names
    except InputError:
        return
    result.text.encode("utf-8")
    assert "\x00" not in result.text
    assert any(result.text[block.start : block.end].strip() for block in result.blocks)
    assert sum(block.kind is Kind.TITLE for block in result.blocks) <= 1


@pytest.mark.parametrize("unit", [f"{SENTENCE}\n\n", f"- {SENTENCE}\n", f"{SENTENCE} ", "a\n"])
def test_reading_takes_time_in_proportion(unit: str) -> None:
    def seconds(count: int) -> float:
        begin = time.process_time()
        read(unit * count, language_check=False)
        return time.process_time() - begin

    seconds(10)
    small, large = min(seconds(1_000) for _ in range(3)), min(seconds(8_000) for _ in range(2))
    assert large < 24 * small + 0.2  # eight times the text; 64 times if it were quadratic
