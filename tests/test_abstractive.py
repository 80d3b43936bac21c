"""Summarizers that cite nothing: every part is read, every sentence gets its evidence or gives way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_condenser import COUNCIL, H, P, Rows, pieces

from breve.condenser import AbstractiveCondenser, ExtractiveCondenser
from breve.document import Bullet
from breve.engines.base import Hypothesis
from breve.engines.scripted import ScriptedEngine
from breve.options import Options
from breve.pipeline import Pipeline
from breve.verifier import verify_bullet

SEEDS = Path(__file__).parents[1] / "seeds"


def brief(engine: Any, rows: Rows = COUNCIL, bullets: int | None = None) -> tuple[Bullet, ...]:
    segments, translations = pieces(rows)
    condenser = AbstractiveCondenser(engine, fallback=ExtractiveCondenser(bullets=bullets), bullets=bullets)
    return condenser.condense(
        segments, translations,
        check=lambda text, ids: verify_bullet(text, [segments[i].source for i in ids]), retranslate=lambda n: None,
    )  # fmt: skip


def test_each_sentence_of_a_summary_becomes_a_bullet_with_its_evidence() -> None:
    engine = ScriptedEngine(
        [
            "The council of Lure adopted a €12 million budget on Monday.<n>"
            "Property tax goes up by 2%, a first since 2015."
        ]
    )
    assert [(b.segments, b.verdict) for b in brief(engine)] == [((1,), "supported"), ((7,), "supported")]
    assert engine.calls[0].decoding.beam_size == 4


@pytest.mark.parametrize(
    "invented", ["Police arrested three men.", "The council of Lure adopted a €15 million budget on Monday."]
)
def test_what_no_sentence_says_gives_way_to_one_of_the_article(invented: str) -> None:
    bullets = brief(ScriptedEngine([f"{invented} The property tax goes up by 2%."]))
    assert invented not in [b.text for b in bullets]
    assert all(b.verdict == "supported" for b in bullets)


def test_a_sentence_that_a_limit_cut_is_left_out() -> None:
    engine = ScriptedEngine(["The property tax goes up by 2%. The council of Lure adopted a"])
    assert [b.text for b in brief(engine, bullets=1)] == ["The property tax goes up by 2%."]


def test_a_summary_cut_within_its_first_sentence_is_none() -> None:
    cut = Hypothesis("The council of Lure adopted a €12 million budget on", -1.0, finished=False)
    bullets = brief(ScriptedEngine([cut]))
    assert not any(cut.text in b.text for b in bullets)
    assert [b.segments for b in bullets] == [(1,), (5,), (7,)]


@pytest.mark.parametrize("reply", ["", " ", "...", "<n>"])
def test_an_empty_summary_leaves_the_brief_to_the_extractive_condenser(reply: str) -> None:
    assert [b.segments for b in brief(ScriptedEngine([reply]))] == [(1,), (5,), (7,)]


def test_a_long_article_is_summarised_by_sections_and_then_as_a_whole() -> None:
    rows: list[Any] = []
    for section in range(6):
        rows.append((H, f"Partie {section}", f"Part {section}"))
        rows += [
            (P, f"Le village {section}{n:02d} vote son budget.", f"Village {section}{n:02d} votes its budget.")
            for n in range(40)
        ]  # fmt: skip

    def two_of_them(text: str) -> str:
        return " ".join(f"{sentence}." for sentence in text.split(". ")[1:3]).replace("..", ".")

    engine = ScriptedEngine(answer=two_of_them)
    bullets = brief(engine, rows, bullets=2)
    assert len(engine.calls) == 2
    assert len(engine.calls[0].requests) > 1
    read = " ".join(request.text for request in engine.calls[0].requests)
    assert all(f"Village {section}{n:02d} votes" in read for section in range(6) for n in range(40))
    assert len(bullets) == 2
    assert all(b.text.startswith("Village ") and b.verdict == "supported" for b in bullets)


@pytest.mark.parametrize(
    ("kind", "runtime"),
    [("bart", "ctranslate2"), ("pegasus", "ctranslate2"), ("t5", "ctranslate2"), ("bart", "transformers")],
)
def test_a_tiny_summarizer_goes_through_the_whole_pipeline_on_an_article_over_its_window(
    tiny: Callable[[str, str], Any], kind: str, runtime: str
) -> None:
    text = "\n\n".join(path.read_text("utf-8") for path in sorted(SEEDS.glob("*.fr.txt"))[:3])
    pipeline = Pipeline(Options(retries=0), engine=ScriptedEngine(), condense_engine=tiny(kind, runtime))
    draft = pipeline.draft(text)
    translations = [t for batch in pipeline.translations(draft.segments) for t in batch]
    summary = pipeline.summary(draft, translations)
    engine = tiny(kind, runtime)
    assert sum(engine.count_tokens([t.text for t in translations])) > engine.max_input_tokens
    assert summary.bullets
    assert all(b.segments for b in summary.bullets if b.verdict == "supported")
    assert summary.signature["condenser"]["fallback"]["engine"] == "extractive"
