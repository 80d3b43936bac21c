"""What happens on the page: generators that turn the steps of a run into updates of its parts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from breve.errors import BreveError
from breve.options import Options
from breve.renderer import Format, render
from breve.web import markup
from breve.web.service import BATCH_SIZE, Service, Step

log = logging.getLogger(__name__)
EXPORTS: tuple[Format, ...] = ("markdown", "json", "html")
Updates = tuple[Any, Any, Any, Any, Any]  # status, brief, reader, live, exports


def options_of(bullets: float | None = None, profile: str = "embedded", any_language: bool = False) -> Options:
    """Return the options that the controls of the page stand for."""
    return Options(
        profile=profile, bullets=int(bullets) if bullets else None, language_check=not any_language,
        batch_size=BATCH_SIZE,
    )  # fmt: skip


def article_events(
    service: Service, text: str, file: str | None, bullets: float, profile: str, any_language: bool
) -> Iterator[Updates]:
    """Yield the updates of one article's run; an error becomes an update too."""
    yield markup.note("reading"), markup.waiting(), "", "", ""
    live, shown = "", 0
    try:
        for step in service.run(_source(text, file), options_of(bullets, profile, any_language)):
            if step.summary:
                yield _last(step)
            elif step.done:
                live, shown = live + markup.live(step.done[shown:]), len(step.done)
                yield _bar(step), gr.skip(), gr.skip(), live, gr.skip()
            else:
                yield _bar(step), gr.skip(), markup.reader(step.segments), gr.skip(), gr.skip()
    except BreveError as error:
        yield markup.problem(error), markup.note("empty"), "", "", ""
    except Exception as error:  # said without its message, which may hold a reader's text
        log.error("a run ended with %s", type(error).__name__)
        yield markup.problem(None), markup.note("empty"), "", "", ""


def _source(text: str, file: str | None) -> str | Path:
    return Path(file) if file and not text.strip() else text


def _bar(step: Step) -> str:
    return markup.progress(len(step.done), len(step.segments))


def _last(step: Step) -> Updates:
    summary = step.summary
    assert summary is not None  # noqa: S101 - the caller looked
    reader = markup.reader(step.segments, summary.translations, summary.bullets)
    exports = {name: render(summary, name) for name in EXPORTS}
    packed = json.dumps(exports).replace("<", "\\u003c")  # gradio warns of a value that holds a script
    return markup.finished(summary.timing.total), markup.brief(summary), reader, "", packed
