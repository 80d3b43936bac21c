"""How soon the page can be used: from the start of its process, and from the click to the first sentence.

usage: python bench/page_speed.py [--runs 5] [CHECKOUT ...]

Each run starts ``app.py`` anew with the prepared model, in each checkout in turn (this one if none is given), opens it
in a Chromium that is already running, and makes the brief of the Xiaomi article. The medians are printed: wall-clock
seconds, and seconds of processor time of the server alone. Close what else uses the cores.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
ARTICLE = (ROOT / "seeds" / "xiaomi.fr.txt").read_text(encoding="utf-8")
PATIENCE_MS = 180_000
TIMED = """() => {
    window.firstSentence = new Promise(done => {
        const begun = performance.now();
        const look = () => document.querySelector(".sentence .en p:not(:empty)")
            ? done((performance.now() - begun) / 1000) : requestAnimationFrame(look);
        document.querySelector("#run").click();
        look();
    });
}"""
FIGURES = (
    "answers", "answers, processor", "interactive", "first sentence", "first sentence, processor", "brief",
    "brief, processor",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="*", type=Path, default=[ROOT], metavar="CHECKOUT")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    found: dict[Path, list[tuple[float, ...]]] = {checkout: [] for checkout in arguments.checkouts}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(arguments.runs):
            for checkout, rows in found.items():
                rows.append(measured(browser, checkout.resolve()))
        browser.close()
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    print(f"seconds, median of {arguments.runs} (lowest to highest); load of the machine at the end: {load}")
    for checkout, rows in found.items():
        print(checkout)
        for name, values in zip(FIGURES, zip(*rows, strict=True), strict=True):
            print(f"  {name:26} {statistics.median(values):6.2f}  ({min(values):.2f} to {max(values):.2f})")


def measured(browser: Browser, checkout: Path) -> tuple[float, ...]:
    """Return the figures of one start and one article."""
    page = browser.new_page(locale="en-GB")
    page.set_default_timeout(PATIENCE_MS)
    started = time.perf_counter()
    with running(checkout) as (server, url):
        answers, answers_cpu = time.perf_counter() - started, used(server)
        interactive = opened(page, url) - started
        first, first_cpu, brief, brief_cpu = article(page, server)
    page.close()
    return answers, answers_cpu, interactive, first, first_cpu, brief, brief_cpu


@contextlib.contextmanager
def running(checkout: Path) -> Iterator[tuple[psutil.Process, str]]:
    """Run a checkout's page; give its process and address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(checkout / "src"), "GRADIO_SERVER_PORT": str(port)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # from its second start on, an app has its bytecode
    with subprocess.Popen(
        [sys.executable, "app.py"], cwd=checkout, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        url = f"http://127.0.0.1:{port}/"
        while process.poll() is None and not healthy(url):
            time.sleep(0.02)
        yield psutil.Process(process.pid), url
        process.terminate()


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}health", timeout=10) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except OSError:
        return False


def used(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


def opened(page: Page, url: str) -> float:
    """Open the page and return when its text took words and its button could be pressed."""
    page.goto(url, wait_until="commit")
    page.locator("#text textarea").fill(ARTICLE)
    page.locator("#run:enabled").wait_for()
    return time.perf_counter()


def article(page: Page, server: psutil.Process) -> tuple[float, float, float, float]:
    """Return wall-clock and processor seconds from the click to the first sentence, and to the brief."""
    before, clicked = used(server), time.perf_counter()
    page.evaluate(TIMED)
    first = float(page.evaluate("window.firstSentence"))
    first_cpu = used(server) - before
    page.locator(".bullet").first.wait_for()
    return first, first_cpu, time.perf_counter() - clicked, used(server) - before


if __name__ == "__main__":
    main()
