"""The page in a browser: Debian's Chromium, driven by Playwright; with the real embedded model where it matters."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from breve.engines.base import Engine
from breve.engines.scripted import ScriptedEngine
from breve.web.page import build
from breve.web.server import start
from breve.web.service import Service

SEEDS = Path(__file__).parents[1] / "seeds"
XIAOMI = (SEEDS / "xiaomi.fr.txt").read_text(encoding="utf-8")
INJECTIONS = (Path(__file__).parent / "injections.txt").read_text(encoding="utf-8").splitlines()
LINE = "Le maire de Lyon a annoncé mardi la fermeture de la ligne pendant trois semaines. "
CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 180_000  # for the real model on a busy machine
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt-get install chromium")

SCHEMA = {
    "type": "object",
    "required": ["schema", "title", "language", "bullets", "segments", "coverage", "signature", "timing_s"],
    "properties": {
        "schema": {"const": "breve/1"},
        "language": {"const": "fr"},
        "bullets": {
            "type": "array", "minItems": 1,
            "items": {
                "type": "object", "required": ["text", "segments", "verdict", "flags"],
                "properties": {
                    "text": {"type": "string", "minLength": 1}, "verdict": {"enum": ["supported", "flagged"]},
                    "segments": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}},
                },
            },
        },
        "segments": {
            "type": "array", "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "kind", "block", "start", "end", "source", "translation", "flags"],
                "properties": {"kind": {"enum": ["title", "heading", "paragraph", "item"]}},
            },
        },
        "coverage": {"type": "object", "required": ["segments", "translated", "cited", "words"]},
    },
}  # fmt: skip


def translated(prompt: str) -> str:
    """Answer as a translation model whose English keeps the words, so that all facts are kept."""
    return prompt.removeprefix("French: ").removesuffix("\nEnglish:")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def served(engine: Engine) -> Iterator[str]:
    service = Service(engine)
    page = build(service)
    yield start(page, service, host="127.0.0.1")
    page.close(verbose=False)


@pytest.fixture(scope="module")
def scripted_url() -> Iterator[str]:
    yield from served(ScriptedEngine(answer=translated))


@pytest.fixture(scope="module")
def url(embedded_engine: Engine) -> Iterator[str]:
    yield from served(embedded_engine)


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Open a page of its own for a test; an error in the page's script fails the test."""
    contexts, errors = [], []

    def open_page(url: str, **options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.locator("#run").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def brief(page: Page, text: str) -> None:
    page.locator("#text textarea").fill(text)
    page.locator("#run").click()
    page.locator(".bullet").first.wait_for(timeout=PATIENCE_MS)


def in_sight(page: Page, selector: str) -> bool:
    return bool(
        page.locator(selector).first.evaluate(
            """element => new Promise(done => setTimeout(() => {
                const box = element.getBoundingClientRect(), frame = element.closest(".scroll").getBoundingClientRect();
                done(box.bottom > Math.max(0, frame.top) && box.top < Math.min(innerHeight, frame.bottom));
            }, 1200))"""
        )
    )


@pytest.mark.model
def test_paste_read_trust(url: str, opened: Opened, tmp_path: Path) -> None:
    page = opened(url)
    page.evaluate(
        """() => { window.seen = new Set(); window.shift = 0; window.begun = Infinity;
            const moved = e => { if (!e.hadRecentInput && e.startTime > begun) shift += e.value };
            new PerformanceObserver(list => list.getEntries().forEach(moved))
                .observe({type: "layout-shift"});
            new MutationObserver(() => {
                const bar = document.querySelector("#status progress"); if (bar) seen.add(bar.value);
            }).observe(document.body, {subtree: true, childList: true, attributes: true}); }"""
    )
    page.locator("#text textarea").fill(XIAOMI)
    expect(page.locator("#words")).to_have_text("382")
    page.evaluate("() => { begun = performance.now() }")
    page.locator("#run").click()
    page.locator(".sentence .en p:not(:empty)").first.wait_for(timeout=PATIENCE_MS)
    assert page.locator(".bullet").count() == 0
    page.locator(".bullet").first.wait_for(timeout=PATIENCE_MS)
    assert len(page.evaluate("[...seen]")) >= 4
    assert page.evaluate("shift") < 0.1  # what the web vitals call good
    expect(page.locator(".coverage")).to_contain_text("32 of 32 sentences translated", use_inner_text=True)
    assert page.locator(".bullet .verdict .mark").first.inner_text() in {"Supported", "Check this"}
    assert page.locator("b.checked").count() >= 3

    bullet = page.locator(".bullet").last
    bullet.locator(".claim").click()
    cited = bullet.get_attribute("data-segments") or ""
    assert page.eval_on_selector_all(".sentence.lit", "rows => rows.map(r => r.id.slice(1)).join(' ')") == cited
    assert in_sight(page, ".sentence.lit")

    page.locator("#s0 .no").click()
    assert page.eval_on_selector_all(".sentence.lit", "rows => rows.map(r => r.id)") == ["s0"]
    with page.expect_download() as download:
        page.locator("[data-format=json]").click()
    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    jsonschema.validate(saved, SCHEMA)
    assert all(s["source"] and s["translation"] for s in saved["segments"])

    page.locator("[data-do=language]").click()
    expect(page.locator("#run")).to_have_text("Faire la brève")
    expect(page.locator(".coverage")).to_contain_text("32 sur 32 phrases traduites", use_inner_text=True)
    assert page.locator(".bullet").count() >= 3


@pytest.mark.model
def test_three_files_of_which_one_is_broken(url: str, opened: Opened, tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"")
    page = opened(url)
    page.get_by_role("tab", name="Many files").click()
    files = [SEEDS / "film.fr.txt", broken, SEEDS / "match.fr.txt"]
    page.locator("#files input[type=file]").set_input_files(files)
    page.locator("#files .file-preview").wait_for()
    page.locator("#run-many").click()
    page.locator("[data-do=zip]").wait_for(timeout=PATIENCE_MS)
    assert page.locator("tr.ready").count() == 2
    expect(page.locator("tr.failed")).to_contain_text("the article has no words")
    with page.expect_download() as download:
        page.locator("[data-do=zip]").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = [name for name in archive.namelist() if name.endswith(".md")]
    assert names == ["001-film.fr.txt.md", "002-match.fr.txt.md"]


@pytest.mark.model
def test_a_cancelled_run_stops_and_another_starts(url: str, opened: Opened) -> None:
    page = opened(url)
    page.locator("#text textarea").fill(XIAOMI * 5)
    page.locator("#run").click()
    page.locator(".sentence .en p:not(:empty)").first.wait_for(timeout=PATIENCE_MS)
    page.locator("#cancel").click()
    expect(page.locator("#status")).to_contain_text("Cancelled", use_inner_text=True)
    page.locator("#text textarea").fill("Il pleut à Paris. Le train de Lyon est en retard.")
    started = time.perf_counter()
    page.locator("#run").click()
    page.wait_for_function("document.querySelectorAll('.sentence').length === 2", timeout=PATIENCE_MS)
    assert time.perf_counter() - started < 20  # 2 s on a machine that does nothing else
    page.locator(".bullet").first.wait_for(timeout=PATIENCE_MS)
    expect(page.locator(".coverage")).to_contain_text("2 of 2", use_inner_text=True)


@pytest.fixture
def gated() -> tuple[threading.Event, Service]:
    """A gate that is open, and a service whose engine waits wherever it is closed."""
    gate = threading.Event()
    gate.set()

    def held(prompt: str) -> str:
        gate.wait(60)
        return translated(prompt)

    return gate, Service(ScriptedEngine(answer=held))


def test_run_stays_off_until_a_cancelled_run_has_ended_and_the_next_can_be_cancelled_too(
    opened: Opened, gated: tuple[threading.Event, Service]
) -> None:
    gate, service = gated
    app = build(service)
    try:
        page = opened(start(app, service, host="127.0.0.1"))
        run, status = page.locator("#run"), page.locator("#status")
        for _ in range(2):
            gate.clear()
            page.locator("#text textarea").fill(LINE * 60)
            run.click()
            expect(run).to_be_disabled()
            page.locator(".sentence").first.wait_for()
            page.locator("#cancel").click()
            expect(status).to_contain_text("Cancelled", use_inner_text=True)
            page.wait_for_timeout(300)  # for an update that should not come
            assert run.is_disabled()  # its batch still holds the model
            gate.set()
            expect(run).to_be_enabled()
            assert service.active == 0
            assert page.locator(".bullet, .skeleton").count() == 0
        brief(page, LINE)
        expect(run).to_be_enabled()
    finally:
        gate.set()
        app.close(verbose=False)


def test_a_brief_is_copied_and_saved_as_it_is_shown(scripted_url: str, opened: Opened) -> None:
    page = opened(scripted_url, permissions=["clipboard-read", "clipboard-write"])
    brief(page, XIAOMI)
    claims = page.locator(".bullet .claim").all_inner_texts()
    page.locator("[data-do=copy]").click()
    expect(page.locator(".said")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert all(f"- {claim}" in copied for claim in claims)
    saved = {}
    for name, suffix in (("markdown", "md"), ("html", "html")):
        with page.expect_download() as download:
            page.locator(f"[data-format={name}]").click()
        assert download.value.suggested_filename == f"breve.{suffix}"
        saved[name] = Path(download.value.path()).read_text(encoding="utf-8")
    assert saved["markdown"] == copied
    other = page.context.new_page()
    other.set_content(saved["html"])
    shown = " ".join(other.locator("body").inner_text().split())
    assert all(claim in shown for claim in claims)


def test_a_file_dropped_on_the_page_becomes_a_brief(scripted_url: str, opened: Opened) -> None:
    page = opened(scripted_url)
    text = (SEEDS / "match.fr.txt").read_text(encoding="utf-8")
    dropped = page.evaluate_handle(
        """text => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([text], "match.txt", {type: "text/plain"}));
            return dropped;
        }""",
        text,
    )
    zone = page.locator("#file .upload-container")
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": dropped})
    page.locator("#file .file-preview").wait_for()
    expect(page.locator("#file")).to_contain_text("match")
    page.locator("#run").click()
    page.locator(".bullet").first.wait_for()
    assert page.locator(".sentence .fr").first.inner_text() == text.splitlines()[0]


def test_bullets_and_sentences_by_keyboard_alone(scripted_url: str, opened: Opened) -> None:
    page = opened(scripted_url)
    page.locator("#text textarea").fill(XIAOMI)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    page.keyboard.press("Enter")
    page.locator(".bullet").first.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('claim')"):
            break
    first = page.locator(".bullet").first
    expect(first).to_have_class("bullet supported lit")
    cited = (first.get_attribute("data-segments") or "").split()
    assert page.locator(".sentence.lit").count() == len(cited)
    page.locator(f"#s{cited[0]} .no").focus()
    page.keyboard.press("Enter")
    assert page.locator(".sentence.lit").count() == 1
    expect(first).to_have_class("bullet supported lit")


def test_nothing_that_comes_in_is_run(scripted_url: str, opened: Opened, tmp_path: Path) -> None:
    page = opened(scripted_url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    lines = "\n\n".join(f"Le maire de Lyon a dit {injection} mardi." for injection in INJECTIONS)
    page.locator("#options button").click()
    page.locator("#options input[type=checkbox]").check()
    brief(page, f"Un titre {INJECTIONS[2]}\n\n{LINE}\n\n{lines}")
    shown = page.locator("#reader").inner_text()
    assert sum(" ".join(i.split()) in " ".join(shown.split()) for i in INJECTIONS) == len(INJECTIONS)

    page.get_by_role("tab", name="Many files").click()
    named = tmp_path / "<img src=x onerror=window.pwned=1>.xyz"
    named.write_text("x", encoding="utf-8")
    page.locator("#files input[type=file]").set_input_files([named])
    page.locator("#files .file-preview").wait_for()
    page.locator("#run-many").click()
    page.locator("tr.failed").wait_for()
    assert page.evaluate("window.pwned") is None
    assert [address for address in asked if not address.startswith((scripted_url, "blob:", "data:"))] == []


def test_a_reader_is_told_when_the_line_is_full(browser: Browser, gated: tuple[threading.Event, Service]) -> None:
    gate, service = gated
    app = build(service)
    app.queue(max_size=1)
    url = start(app, service, host="127.0.0.1")
    page = browser.new_page(locale="en-GB")
    gate.clear()
    try:
        page.goto(url)
        page.locator("#text textarea").fill(LINE)
        for _ in range(4):  # one runs, one waits, the others find the line full
            httpx.post(f"{url}gradio_api/call/v2/translate", json={"text": LINE})
            time.sleep(0.3)
        page.locator("#run").click()
        expect(page.get_by_test_id("toast-body")).to_contain_text("busy")
        expect(page.locator("#run")).to_be_enabled()
    finally:
        gate.set()
        page.close()
        app.close(verbose=False)


def test_an_error_is_shown_in_its_place(scripted_url: str, opened: Opened) -> None:
    page = opened(scripted_url)
    page.locator("#text textarea").fill("This is not a French article at all, and it says so in plain English words.")
    page.locator("#run").click()
    expect(page.locator("#status [role=alert]")).to_contain_text("French")


def test_a_thousand_sentences_stay_usable(scripted_url: str, opened: Opened) -> None:
    page = opened(scripted_url)
    text = "\n\n".join(f"Le maire de Lyon a vendu {n + 2} voitures mardi dernier." for n in range(1000))
    brief(page, text)
    assert page.locator(".sentence").count() == 1000
    expect(page.locator(".coverage")).to_contain_text("1000 of 1000", use_inner_text=True)
    page.locator(".bullet .claim").last.click()
    assert in_sight(page, ".sentence.lit")


def test_closing_the_tab_ends_the_work(browser: Browser) -> None:
    def slow(prompt: str) -> str:
        time.sleep(0.02)
        return translated(prompt)

    engine = ScriptedEngine(answer=slow)
    service = Service(engine)
    app = build(service)
    page = browser.new_page()
    try:
        page.goto(start(app, service, host="127.0.0.1"))
        page.locator("#text textarea").fill(LINE * 2000)
        page.locator("#run").click()
        page.locator(".sentence .en p:not(:empty)").first.wait_for()
        page.close()
        deadline = time.monotonic() + 30
        while service.active and time.monotonic() < deadline:
            time.sleep(0.1)
        assert service.active == 0
        assert len(engine.asked) < 2000
    finally:
        app.close(verbose=False)


def test_a_reader_s_choice_of_language_and_theme_stays(scripted_url: str, opened: Opened) -> None:
    page = opened(scripted_url, color_scheme="light")
    page.locator("[data-do=language]").click()
    page.locator("[data-do=theme]").click()
    expect(page.locator("#run")).to_have_text("Faire la brève")
    page.reload()
    expect(page.locator("#run")).to_have_text("Faire la brève")
    expect(page.locator("body")).to_have_class("dark")
    assert page.evaluate("document.documentElement.lang") == "fr"


def test_the_page_follows_the_browser_s_language(scripted_url: str, opened: Opened) -> None:
    expect(opened(scripted_url, locale="fr-FR").locator("#run")).to_have_text("Faire la brève")
    expect(opened(scripted_url, locale="de-DE").locator("#run")).to_have_text("Make the brief")


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from npm."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm: apt-get install npm")
    subprocess.run([npm, "pack", "axe-core@4", "--silent"], cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("axe-core-*.tgz"))) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return str(member.read(), "utf-8")


LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "wide, in French": {"viewport": {"width": 1920, "height": 1080}, "locale": "fr-FR"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious(scripted_url: str, opened: Opened, axe: str, look: str) -> None:
    page = opened(scripted_url, **LOOKS[look])
    page.add_script_tag(content=axe)
    page.locator(".upload-container[aria-label]:not(.icon-mode)").first.wait_for(state="detached")

    def serious() -> list[tuple[str, str]]:
        found = page.evaluate("axe.run()")["violations"]
        return [(v["id"], n["html"][:200]) for v in found if v["impact"] in {"serious", "critical"} for n in v["nodes"]]

    assert serious() == []
    page.locator("#options button").click()
    brief(page, XIAOMI)
    page.locator(".bullet .claim").nth(1).click()
    page.locator(".legend summary").click()
    assert serious() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    page.get_by_role("tab").nth(1).click()
    page.locator("#files input[type=file]").set_input_files([SEEDS / "film.fr.txt"])
    page.locator("#files .file-preview").wait_for()
    page.locator("#run-many").click()
    page.locator("[data-do=zip]").wait_for()
    expect(page.locator("#run-many")).to_be_enabled()
    assert serious() == []
