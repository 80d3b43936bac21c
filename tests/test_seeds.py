"""The sample articles and their facts agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from breve.facts import extract
from breve.facts.match import unmatched

SEEDS = Path(__file__).parents[1] / "seeds"
NAMES = sorted(path.stem for path in SEEDS.glob("*.toml"))


def test_every_article_has_its_facts() -> None:
    assert sorted(path.name.removesuffix(".fr.txt") for path in SEEDS.glob("*.fr.txt")) == NAMES
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_the_article_s_and_their_patterns_find_them(name: str) -> None:
    data: dict[str, Any] = tomllib.loads((SEEDS / f"{name}.toml").read_text("utf-8"))
    source = [extract(line, "fr") for line in (SEEDS / f"{name}.fr.txt").read_text("utf-8").split("\n")]
    assert 2 <= sum(fact["must"] for fact in data["facts"]) <= 6
    assert 6 <= len(data["facts"]) <= 10
    for fact in data["facts"]:
        statement = fact["statement"]
        assert all(any(re.search(p, statement, re.I) for p in group) for group in fact["match"]), fact["id"]
        assert unmatched(extract(statement, "en").numbers, source) == [], fact["id"]
        for trap in data["traps"]:
            assert not any(re.search(p, statement, re.I) for p in trap["wrong"]), (fact["id"], trap["what"])
