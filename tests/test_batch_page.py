"""The page of all briefs, from the disk, in a browser."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import breve
from batch_driver import answer
from breve.engines.scripted import ScriptedEngine
from breve.folder.journal import Entry, Journal
from breve.folder.report import write_report

CHROMIUM = Path("/usr/bin/chromium")
NAMES = ("mairie.txt", "sub/école.txt", "z-ancien.txt")
TEXT = "{what} de Vesoul ferme mardi\n\n{what} de Vesoul a annoncé mardi sa fermeture, selon le maire.\n"


@pytest.fixture
def briefs(tmp_path: Path) -> Path:
    for age, (name, what) in enumerate(zip(NAMES, ("La mairie", "L’école", "La piscine"), strict=True)):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT.format(what=what), encoding="utf-8")
        os.utime(path, (1e9 - age * 1e6,) * 2)
    (tmp_path / "in" / "empty.txt").write_bytes(b"")
    breve.batch(tmp_path / "in", tmp_path / "out", engine=ScriptedEngine(answer=answer), formats=("md", "html"))
    return tmp_path / "out"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


def test_search_order_and_failures_work_from_the_disk(briefs: Path, browser: object) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]  # a browser of Playwright
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto((briefs / "index.html").as_uri())
    cards = page.locator("article")

    def names() -> list[str]:
        return [text.split(" · ")[0] for text in page.locator(".about").all_inner_texts()]

    assert cards.count() == 4
    assert names()[-3:] == list(NAMES)
    page.get_by_label("Sort").select_option("name")
    assert names() == ["empty.txt", *NAMES]
    page.get_by_label("Search").fill("ECOLE fermeture")
    assert names() == ["sub/école.txt"]
    page.get_by_label("Search").fill("")
    page.get_by_label("Show").select_option("failed")
    assert names() == ["empty.txt"]
    assert "the article has no words" in cards.inner_text()
    page.get_by_label("Show").select_option("all")
    page.get_by_label("Search").fill("école")
    page.locator("h2 a").click()
    assert "école" in page.title().lower()
    assert errors == []


def test_a_title_can_not_run_as_a_script(tmp_path: Path, browser: object) -> None:
    (tmp_path / ".breve").mkdir()
    journal = Journal(tmp_path)
    title = "</script><script>document.title = 'run'</script><!-- <img src=x onerror=\"document.title='run'\">"
    journal.put([Entry("a.txt", "k", "done", 1.0, {"md": 1}, title, (title,), 1)])
    write_report(tmp_path, journal)
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto((tmp_path / "index.html").as_uri())
    assert page.title() == "Briefs"
    assert page.locator("h2").inner_text() == title
    assert json.loads((tmp_path / "report.jsonl").read_text("utf-8"))["title"] == title


def test_many_briefs_are_shown_a_hundred_at_a_time(tmp_path: Path, browser: object) -> None:
    (tmp_path / ".breve").mkdir()
    journal = Journal(tmp_path)
    journal.put(Entry(f"{n:04}.txt", str(n), "done", n, {"md": 1}, f"Title {n}", (), 0) for n in range(1, 250))
    write_report(tmp_path, journal)
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator("article").count() == 100
    assert page.locator("h2").first.inner_text() == "Title 249"
    page.get_by_role("button", name="Show more").click()
    assert page.locator("article").count() == 200
