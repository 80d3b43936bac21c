"""The four formats of a summary."""

from __future__ import annotations

import json

import pytest

from breve.document import Article, Block, Bullet, Flag, Kind, Segment, Summary, Translation
from breve.errors import OptionError
from breve.options import Options
from breve.renderer import FORMATS, render

TEXT = "Titre <b>\n\nLe chat dort.\n\nIl a 3 ans."
SPANS = [(0, 9, Kind.TITLE), (11, 24, Kind.PARAGRAPH), (26, 37, Kind.PARAGRAPH)]


@pytest.fixture
def summary() -> Summary:
    segments = tuple(Segment(n, kind, n, a, b, TEXT[a:b]) for n, (a, b, kind) in enumerate(SPANS))
    translations = tuple(Translation(n, text) for n, text in enumerate(["Title <b>", "The cat sleeps.", "It is 4."]))
    bullets = (
        Bullet("The cat <i>sleeps</i>.", (1,)),
        Bullet("It is 4.", (2,), (Flag("number", "4 is not in the source"),)),
    )
    blocks = tuple(Block(kind, a, b) for a, b, kind in SPANS)
    return Summary(Article(TEXT, blocks), segments, translations, bullets, Options(), {"breve": "x"})


def test_json_follows_the_schema_and_its_offsets_are_exact(summary: Summary) -> None:
    data = json.loads(render(summary, "json"))
    assert data["schema"] == "breve/1"
    assert data["title"] == {"source": "Titre <b>", "translation": "Title <b>"}
    assert [b["verdict"] for b in data["bullets"]] == ["supported", "flagged"]
    assert all(TEXT[s["start"] : s["end"]] == s["source"] for s in data["segments"])
    assert data["coverage"] == {"segments": 3, "translated": 3, "cited": 2, "words": 9}
    assert set(data) >= {"language", "signature", "timing_s"}


def test_html_escapes_what_the_article_holds(summary: Summary) -> None:
    page = render(summary, "html")
    assert "<i>sleeps" not in page
    assert "&lt;i&gt;sleeps" in page
    assert '<a href="#s2">2</a>' in page


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_the_flag(summary: Summary, name: str) -> None:
    assert "4 is not in the source" in render(summary, name)  # type: ignore[arg-type]  # names of FORMATS


def test_an_unknown_format_names_the_valid_ones(summary: Summary) -> None:
    with pytest.raises(OptionError, match="markdown, text, json, html"):
        render(summary, "pdf")  # type: ignore[arg-type]  # the wrong value is the point
