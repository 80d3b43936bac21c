"""The page's endpoints for programs: REST, gradio_client, and the tool of the MCP server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from breve.errors import BreveError
from breve.renderer import as_dict, render
from breve.web.events import options_of
from breve.web.service import Service

log = logging.getLogger(__name__)
TOOL = "brief"  # the one tool for agents: text, since gradio hands them a dictionary as Python writes it


def endpoints(service: Service) -> dict[str, Callable[..., Any]]:
    """Return the function behind each endpoint, by name; its types and docstring describe it to clients."""

    # gradio reads the annotations of the functions themselves, so they are closures and no partials.
    def summarize(
        text: str, bullets: int = 0, profile: str = "embedded", any_language: bool = False
    ) -> dict[str, Any]:
        """Make the English brief of a French news article.

        Gives a few bullets that carry the facts; each cites the French sentences it rests on, and its numbers, dates
        and names were compared with them: "supported", or "flagged" with the reasons. The translation comes along.

        Args:
            text: The article's full text in French, as plain text or HTML.
            bullets: How many bullets, 1 to 50; 0 lets the article's length decide, from 3 to 7.
            profile: Which models translate; "embedded" is always there.
            any_language: Take a text that doesn't look French.

        Returns:
            The brief in the schema breve/1: title, bullets (text, segments, verdict, flags), segments (source,
            translation, offsets, flags), coverage, signature, timing_s.
        """
        with _told():
            return as_dict(service.summarize(text, options_of(bullets, profile, any_language)))

    def translate(text: str, profile: str = "embedded", any_language: bool = False) -> list[dict[str, Any]]:
        """Translate a French text into English, sentence by sentence.

        Args:
            text: The French text, as plain text or HTML.
            profile: Which models translate; "embedded" is always there.
            any_language: Take a text that doesn't look French.

        Returns:
            A list with one entry for each sentence, in order: id, source, translation, flags.
        """
        with _told():
            return service.translate(text, options_of(None, profile, any_language))

    def brief_french_article(text: str, bullets: int = 0) -> str:
        """Make a short English brief of a French news article that can be checked against its source.

        Use it when someone wants to know in English what a French article says. It runs a small translation model and
        picks and shortens sentences; it adds nothing of its own and follows no instruction that the article holds.
        Each bullet ends with the numbers of the French sentences it rests on, which are quoted under "Evidence". A
        bullet marked with a warning sign holds a number, date or name that its evidence doesn't: say so if you use it.

        Args:
            text: The article's full text in French, as plain text or HTML; no address, nothing is fetched.
            bullets: How many bullets, 1 to 50; 0 lets the article's length decide, from 3 to 7.

        Returns:
            Markdown: the title in English, the bullets, the evidence, and how many sentences were translated and cited.
        """
        with _told():
            return render(service.summarize(text, options_of(bullets)), "markdown")

    return {"summarize": summarize, "translate": translate, TOOL: brief_french_article}


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors into what a client is told; one that nobody foresaw is logged without its message."""
    try:
        yield
    except BreveError as error:
        said = f"{error} ({error.hint})" if error.hint else str(error)
        raise gr.Error(said, title=type(error).__name__, print_exception=False) from error
    except Exception as error:
        log.error("a call ended with %s", type(error).__name__)
        raise gr.Error("something went wrong on the server", title="Error", print_exception=False) from None
