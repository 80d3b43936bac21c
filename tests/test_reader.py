"""What a reader makes of texts, bytes and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from breve.document import Kind
from breve.errors import EmptyInput, InputError, UnreadableInput, UnsupportedFormat, WrongLanguage
from breve.reader import read

FRENCH = "L’été dernier, la préfète a présenté un plan à 3 500 € pour l’école où étudient les élèves."
SEED = Path(__file__).parents[1] / "seeds" / "xiaomi.fr.txt"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_read_right(encoding: str) -> None:
    assert read((FRENCH * 3).encode(encoding)).text == FRENCH * 3


def test_a_declared_encoding_is_believed() -> None:
    page = f'<html><head><meta charset="latin-1"></head><body><p>{FRENCH.replace("’", " ").replace("€", "")}</p></body>'
    assert "préfète" in read(page.encode("latin-1")).text


@pytest.mark.parametrize("text", ["", " \n\t", "🚗 … !", "12 % — 3"])
def test_an_input_without_words_is_refused(text: str) -> None:
    with pytest.raises(EmptyInput, match="the article has no words"):
        read(text)


def test_another_language_is_refused_unless_it_is_overridden() -> None:
    english = "The council met on Monday to discuss the new budget, and it voted to raise the local tax."
    with pytest.raises(WrongLanguage, match="'en'"):
        read(english)
    assert read(english, language_check=False).text == english


def test_french_in_capitals_passes() -> None:
    assert read(FRENCH.upper()).text == FRENCH.upper()


def test_what_cannot_be_printed_is_replaced_one_for_one() -> None:
    assert read("Le chat\x00dort \ud800ici.").text == "Le chat\ufffddort \ufffdici."


def test_bad_paths_and_formats(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 \x00")
    (tmp_path / "b.txt").write_bytes(b"%PDF-1.7 \x00")
    with pytest.raises(UnsupportedFormat, match=r"\.md"):
        read(tmp_path / "a.pdf")
    for path in (tmp_path / "b.txt", tmp_path / "none.txt", tmp_path):
        with pytest.raises(InputError):
            read(path)
    with pytest.raises(UnreadableInput):
        read(tmp_path / "none.txt")


def test_the_sample_article_has_its_title_headings_and_items() -> None:
    article = read(SEED)
    found = {kind: [article.text[b.start : b.end] for b in article.blocks if b.kind is kind] for kind in Kind}
    assert found[Kind.TITLE] == ["Xiaomi continue son invasion dans le monde des voitures électriques"]
    assert "La Russie en ligne de mire" in found[Kind.HEADING]
    assert "YU7 : le futur SUV électrique" in found[Kind.ITEM]
    assert "20 000 voitures livrées en seulement 4 mois" in found[Kind.ITEM]


def test_a_wrapped_paragraph_is_one_block() -> None:
    wrapped = "Le conseil municipal a voté hier soir un budget de douze millions\nd’euros pour les écoles."
    assert len(read("Un titre\n\n" + wrapped).blocks) == 2


def test_markdown_markup_is_not_text() -> None:
    text = f"# Le *titre*\n\n{FRENCH} Voir [le site](http://x.fr).\n\n- un point\n- deux points\n"
    article = read(text, format="markdown")
    assert article.title == "Le titre"
    assert [b.kind for b in article.blocks[2:]] == [Kind.ITEM, Kind.ITEM]
    assert "http" not in article.text


def test_the_menu_scripts_and_hidden_text_of_a_page_are_left_out() -> None:
    paragraphs = "".join(f"<p>{FRENCH} Paragraphe numéro {n} du texte.</p>" for n in range(8))
    page = (
        "<html><head><title>Le plan</title></head><body><nav><a href=/>Accueil</a></nav><article><h1>Le plan</h1>"
        f"{paragraphs}<p hidden>Texte caché ici.</p><script>alerte()</script></article></body></html>"
    )
    text = read(page.encode()).text
    assert text.count("préfète") == 8
    assert not any(word in text for word in ("caché", "alerte", "Accueil"))
