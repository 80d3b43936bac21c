"""Make the pictures of docs/web.md and the README with the real page and model: python docs/screenshots.py."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from breve.web.page import build
from breve.web.server import start
from breve.web.service import Service

DOCS = Path(__file__).parent
LOOKS: dict[str, dict[str, Any]] = {
    "page-light": {"viewport": {"width": 1360, "height": 1240}, "locale": "en-GB"},
    "page-dark": {"viewport": {"width": 1360, "height": 1240}, "locale": "fr-FR", "color_scheme": "dark"},
    "page-phone": {"viewport": {"width": 390, "height": 844}, "locale": "en-GB", "has_touch": True, "is_mobile": True},
}
CLICKED = 3  # the bullet whose evidence is shown


def main() -> None:
    """Serve the page, and picture it in each look with the brief of the first sample."""
    service = Service()
    page = build(service)
    url = start(page, service, host="127.0.0.1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in LOOKS:
            picture(browser, url, name)
        browser.close()
    page.close(verbose=False)


def picture(browser: Browser, url: str, name: str) -> None:
    """Write one picture."""
    page = browser.new_context(**LOOKS[name], device_scale_factor=2 if name == "page-phone" else 1).new_page()
    page.goto(url)
    page.locator("#samples button").first.click()
    page.wait_for_function("document.querySelector('#words').textContent !== '0'")
    page.locator("#run").click()
    page.locator(".bullet").first.wait_for(timeout=180_000)
    page.locator(".bullet .claim").nth(CLICKED).click()
    page.wait_for_timeout(1500)
    page.mouse.move(0, 0)
    if name != "page-phone":
        page.evaluate("scrollTo(0, 0)")
    image = Image.open(io.BytesIO(page.screenshot()))
    image.save(DOCS / f"{name}.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
