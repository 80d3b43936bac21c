"""The evals: what counts as a fact carried, a number kept, a figure below its floor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import briefs
import floors
import translation
from breve.document import Flag, Kind, Segment, Translation

FACTS: tuple[dict[str, Any], ...] = (
    {"id": "sale", "must": True, "statement": "Sicard sold 300 cars.", "match": [["sicard"], ["300", "three hundred"]]},
    {"id": "place", "must": False, "statement": "It is in Brest.", "match": [["brest"]]},
)
TRAPS: tuple[dict[str, Any], ...] = ({"what": "bought for sold", "wrong": [r"sicard bought"]},)
ARTICLE = briefs.Annotated("sicard", (), (), FACTS, TRAPS)
SOURCES = ["Sicard a vendu 300 voitures."]


@pytest.mark.parametrize(
    ("bullets", "missed", "wrong"),
    [
        (["Sicard sold 300 cars in Brest."], [], []),
        (["Sicard sold three hundred cars."], ["It is in Brest."], []),
        (["Sicard sold cars.", "They were 300."], ["MUST Sicard sold 300 cars.", "It is in Brest."], []),
        (["Sicard bought 300 cars in Brest."], [], ["bought for sold"]),
        (["Sicard sold 300 cars in Brest in 1998."], [], ["1998 is not in the source"]),
    ],
)
def test_a_fact_is_carried_by_one_bullet(bullets: list[str], missed: list[str], wrong: list[str]) -> None:
    row = briefs.counts(ARTICLE, bullets, SOURCES)
    assert (row["missed"], row["wrong"]) == (missed, wrong)


def test_figures_of_several_briefs_pool_their_facts() -> None:
    rows = [briefs.counts(ARTICLE, bullets, SOURCES) for bullets in (["Sicard sold 300 cars."], [])]
    figures = briefs.total(rows)
    assert figures["must_recall"] == 0.5
    assert figures["fact_recall"] == 0.25
    assert figures["mean_words_per_bullet"] == 4


def test_sample_articles_load_with_their_facts() -> None:
    loaded = {article.name: article for article in briefs.load(Path(__file__).parents[1] / "seeds")}
    assert len(loaded["xiaomi"].facts) >= 6
    assert "Sinomach" in loaded["xiaomi"].lines[0]


def test_a_lost_number_counts_and_its_flag_is_looked_for() -> None:
    sources = ["Il a 12 chats et 3 chiens.", "Elle a 40 ans."]
    figures = translation.numbers(sources, ["He has 12 cats.", "She is old."], flagged={0})
    assert figures == {"numbers": 3, "numbers_kept": pytest.approx(1 / 3), "lines_that_lose_one_unflagged": 1}


def test_the_parts_of_a_line_are_joined_and_its_flags_kept() -> None:
    parts = tuple(Segment(n, Kind.PARAGRAPH, block, 0, 1, "x") for n, block in enumerate((0, 0, 1)))
    done = (Translation(0, "One."), Translation(1, "Two.", (Flag("number", "2 is missing"),)), Translation(2, "Three."))
    assert translation.joined(parts, done, 2) == (["One. Two.", "Three."], {0})


def test_a_floor_is_raised_freely_and_lowered_only_on_demand(tmp_path: Path) -> None:
    file = tmp_path / "floors.json"
    floors.raise_to("dev", {"chrf": 62.0, "traps_hit": 1.0}, file=file)
    floors.raise_to("dev", {"chrf": 63.0, "traps_hit": 0.0}, file=file)
    assert floors.misses("dev", {"chrf": 62.9, "traps_hit": 1.0}, file) == [
        "dev: chrf is 62.9, the floor is 63.0",
        "dev: traps_hit is 1.0, the floor is 0.0",
    ]
    with pytest.raises(SystemExit, match="--allow-lower"):
        floors.raise_to("dev", {"chrf": 62.0, "traps_hit": 0.0}, file=file)
    floors.raise_to("dev", {"chrf": 62.0, "traps_hit": 0.0}, allow_lower=True, file=file)
    assert floors.load("dev", file) == {"chrf": 62.0, "traps_hit": 0.0}
