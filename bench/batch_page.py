"""Make the picture of a batch's page: docs/batch.png.

usage: python bench/batch_page.py

Some sample articles go through the embedded model with an empty and an English file among them; Chromium opens the
page from the disk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import breve

ROOT = Path(__file__).parents[1]
DAY = 86_400
SAMPLES = 4  # as many as the picture shows


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        articles, briefs = Path(scratch, "articles"), Path(scratch, "briefs")
        (articles / "2025").mkdir(parents=True)
        for age, sample in enumerate(sorted((ROOT / "seeds").glob("*.fr.txt"))[:SAMPLES]):
            copy = shutil.copy(sample, articles / "2025")
            os.utime(copy, (1_741_000_000 - age * DAY,) * 2)
        (articles / "empty.txt").write_bytes(b"")
        (articles / "english.txt").write_text("The town hall announced that the pool would close.\n", encoding="utf-8")
        for name in ("empty.txt", "english.txt"):
            os.utime(articles / name, (1_741_100_000,) * 2)
        breve.batch(articles, briefs, formats=("html", "md"))
        with sync_playwright() as playwright:
            options = ["--no-sandbox", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
            page = browser.new_page(viewport={"width": 900, "height": 1100})
            page.goto((briefs / "index.html").as_uri())
            page.screenshot(path=ROOT / "docs" / "batch.png")
            browser.close()


if __name__ == "__main__":
    main()
