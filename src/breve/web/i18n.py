"""The words of the page in two languages: for the components of gradio, and for our own markup."""

from __future__ import annotations

import tomllib
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

LANGUAGES = ("en", "fr")
OURS = {"drop_file": "upload_text.drop_file", "click_to_upload": "upload_text.click_to_upload"}  # for words of gradio's


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return each key's text by language."""
    return tomllib.loads((files("breve.web") / "texts.toml").read_text(encoding="utf-8"))


def interface() -> gr.I18n:
    """Return the translations for gradio, which follows the browser's language."""
    import gradio as gr

    return gr.I18n(
        **{code: {OURS.get(key, key): text[code] for key, text in texts().items()} for code in LANGUAGES}
    )


def both(key: str) -> str:
    """Return markup that shows a text in the page's language: it holds both, the stylesheet hides one."""
    text = texts()[key]
    return "".join(f'<span class="t" lang="{code}">{escape(text[code])}</span>' for code in LANGUAGES)
