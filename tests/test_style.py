"""House style: each rule by its cases, and what no rule may do."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from breve.facts import extract
from breve.style import house_style

with (Path(__file__).parent / "style_cases.tsv").open(encoding="utf-8", newline="") as stream:
    CASES = [(row["rule"], row["before"], row["after"]) for row in csv.DictReader(stream, delimiter="\t", quoting=3)]

# An English grammar does not read these forms.
FRENCH_FORM = re.compile(r"\d ?(?:Mds?|M|k) ?[€$]|\d,\d{1,2}(?!\d)|\d \d{3}|\d h|\dh|\d\u202f")
REWRITTEN = re.compile(
    r"euros?|eur|us dollars|usd|dollars|pounds sterling|gbp|per ?cent|h|the|of|st|nd|rd|th|0|(?<=\ba)n(?= )"
)


@pytest.mark.parametrize(("rule", "before", "after"), CASES, ids=[f"{rule}: {before}" for rule, before, _ in CASES])
def test_a_rule_writes_its_cases_and_then_rests(rule: str, before: str, after: str) -> None:
    assert house_style(before) == after
    assert house_style(after) == after


@pytest.mark.parametrize("before", [before for _, before, _ in CASES])
def test_no_rule_changes_a_value(before: str) -> None:
    was, now = extract(before, "en"), extract(house_style(before), "en")
    if not FRENCH_FORM.search(before):
        assert sorted(n.value for n in was.numbers) == sorted(n.value for n in now.numbers)
        assert [(d.year, d.month, d.day) for d in was.dates] == [(d.year, d.month, d.day) for d in now.dates]


@given(st.text(max_size=200))
@example("of")
@example("A arrow")
def test_any_text_keeps_its_letters_and_digits(text: str) -> None:
    def kept(value: str) -> list[str]:
        return sorted(c for c in REWRITTEN.sub("", value.casefold()) if c.isalnum())

    assert kept(house_style(text)) == kept(text)


def test_a_very_long_line_is_no_slower_a_character() -> None:
    assert len(house_style("20 000 cars - or « more » : " * 4000)) > 80_000
