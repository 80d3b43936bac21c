"""The page: its parts, and which event fills which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.events import api

from breve.engines.profiles import load_profiles
from breve.reader import SUFFIXES
from breve.web import events, many, markup
from breve.web.i18n import interface
from breve.web.lean import no_apps
from breve.web.programs import endpoints
from breve.web.samples import label, samples
from breve.web.service import Service

CACHE_S = (600, 3600)  # every ten minutes, uploads older than an hour are deleted
MAX_BULLETS = 12
I18N = interface()
# All that needs the model waits in one line; the rest is never held up by it.
MODEL = "model"
HEAVY: dict[str, Any] = {
    "concurrency_id": MODEL, "concurrency_limit": 1, "show_progress": "hidden", "api_visibility": "private",
    # With "once", a click on Run between a run's last update and its end would be lost.
    "trigger_mode": "multiple",
}  # fmt: skip
OFF = "() => ({__type__: 'update', interactive: false})"
LIGHT: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class Controls:
    """What a reader sets."""

    text: gr.Textbox
    file: gr.File
    bullets: gr.Slider
    profile: gr.Dropdown
    any_language: gr.Checkbox


class Page(gr.Blocks):
    """A page that keeps what readers send out of the log."""

    _is_running_in_reload_thread = False  # gradio would import its command line to find out, 50 ms

    def validate_inputs(self, block_fn: BlockFunction, inputs: list[Any]) -> None:
        """Refuse a call that lacks arguments; gradio's own message, which is logged, holds those that came."""
        if len(inputs) < len(block_fn.inputs):
            raise gr.Error(f"got {len(inputs)} arguments, not {len(block_fn.inputs)}", print_exception=False)


def build(service: Service | None = None) -> gr.Blocks:
    """Return the page, ready to be launched by ``server.serve``."""
    with no_apps():
        return _built(service or Service())


def _built(service: Service) -> gr.Blocks:
    page = Page(title="Brève", analytics_enabled=False, delete_cache=CACHE_S, fill_width=True)
    with page:
        _shown(markup.masthead())
        with gr.Tabs():
            with gr.Tab(I18N("article")):
                _article_tab(service)
            with gr.Tab(I18N("many")):
                _many_tab(service)
        for name, endpoint in endpoints(service).items():
            api(endpoint, api_name=name, concurrency_id=MODEL, concurrency_limit=1)
    page.queue(max_size=32, default_concurrency_limit=8)
    return page


def _article_tab(service: Service) -> None:
    with gr.Row(elem_classes="input", equal_height=False):
        with gr.Column(scale=7, min_width=280):
            text = gr.Textbox(
                label=I18N("text_label"), placeholder=I18N("text_hint"), lines=9, max_lines=9, elem_id="text"
            )
            with gr.Row(elem_classes="commands"):
                run = gr.Button(I18N("run"), variant="primary", elem_id="run")
                cancel = gr.Button(I18N("cancel"), elem_id="cancel")
                clear = gr.Button(I18N("clear"), elem_id="clear")
                _shown(markup.counter())
        with gr.Column(scale=4, min_width=280):
            names = samples()
            chosen = gr.Dataset(
                components=[text], samples=[[name] for name in names], sample_labels=[label(name) for name in names],
                label=I18N("samples"), type="index", visible=bool(names), elem_id="samples",
            )  # fmt: skip
            controls = Controls(text, _file(), *_options())
    status = _shown("", "status")
    with gr.Row(elem_classes="result", equal_height=False):
        brief = _shown(markup.note("empty"), "brief")
        reader = _shown("", "reader")
    live = _channel("live")
    exports = _channel("exports")
    parts = [status, brief, reader, live, exports]

    def on_run(*values: Any) -> Iterator[tuple[Any, ...]]:
        yield from _with_button(events.article_events(service, *values), len(parts))

    inputs = [text, controls.file, controls.bullets, controls.profile, controls.any_language]
    running = _runs(run, on_run, inputs, parts)
    texts = list(names.values())
    chosen.click(lambda index: (texts[index], None), chosen, [text, controls.file], **LIGHT)
    cancel.click(
        lambda: (markup.note("cancelled"), markup.note("empty")), None, [status, brief], cancels=[running], **LIGHT
    )
    clear.click(
        lambda: ("", None, "", markup.note("empty"), "", "", ""), None,
        [text, controls.file, *parts], cancels=[running], **LIGHT,
    )  # fmt: skip


def _many_tab(service: Service) -> None:
    _shown(markup.note("many_intro"))
    files = gr.File(
        label=I18N("files_label"), file_count="multiple", height=140, elem_id="files"
    )
    with gr.Row(elem_classes="commands"):
        run = gr.Button(I18N("run_many"), variant="primary", elem_id="run-many")
        # A string to its annotation, translated all the same.
        add = gr.UploadButton(I18N("add_files"), file_count="multiple", elem_id="add")  # type: ignore[arg-type]
        folder = gr.UploadButton(I18N("folder"), file_count="directory", elem_id="folder")  # type: ignore[arg-type]
        cancel = gr.Button(I18N("cancel"), elem_id="cancel-many")
        clear = gr.Button(I18N("clear"), elem_id="clear-many")
    status = _shown("", "status-many")
    table = _shown("", "table")
    exports = _channel("zip")
    parts = [status, table, exports]

    def on_run(paths: list[str] | None) -> Iterator[tuple[Any, ...]]:
        yield from _with_button(many.many_events(service, paths, events.options_of()), len(parts))

    running = _runs(run, on_run, [files], parts)
    for more in (add, folder):
        more.upload(lambda old, new: [*(old or []), *new], [files, more], files, **LIGHT)
    cancel.click(lambda: markup.note("cancelled"), None, status, cancels=[running], **LIGHT)
    clear.click(lambda: (None, "", "", ""), None, [files, *parts], cancels=[running], **LIGHT)


def _runs(run: gr.Button, work: Callable[..., Any], inputs: list[gr.Component], parts: list[gr.HTML]) -> Any:
    """Let a button start a run, and keep it off from the click until the run has ended, and its last batch with it.

    A cancelled run counts as failed once its batch has ended. Were the button on before, a second run could start,
    which the end of the first would then strike from gradio's list, so that nothing could cancel it.
    """
    run.click(None, None, run, js=OFF, api_visibility="private")  # before the run, since gradio takes them in turn
    running = run.click(work, inputs, [*parts, run], **HEAVY)
    running.failure(_enabled, None, run, **LIGHT)
    return running


def _with_button(updates: Iterator[tuple[Any, ...]], size: int) -> Iterator[tuple[Any, ...]]:
    """Add to each update that of the button that started the run: on again at the end."""
    for update in updates:
        yield *update, gr.skip()
    yield *[gr.skip()] * size, _enabled()


def _enabled() -> Any:
    return gr.update(interactive=True)


def _file() -> gr.File:
    return gr.File(label=I18N("file_label"), file_types=list(SUFFIXES), height=96, elem_id="file")


def _options() -> tuple[gr.Slider, gr.Dropdown, gr.Checkbox]:
    with gr.Accordion(I18N("options"), open=False, elem_id="options"):
        bullets = gr.Slider(0, MAX_BULLETS, 0, step=1, label=I18N("bullets"), info=I18N("bullets_hint"))
        profile = gr.Dropdown(
            sorted(load_profiles()), value="embedded", label=I18N("profile"), info=I18N("profile_hint")
        )
        any_language = gr.Checkbox(label=I18N("any_language"))
    return bullets, profile, any_language


def _shown(value: str, name: str | None = None) -> gr.HTML:
    """Return a part that shows our markup, under our own stylesheet alone."""
    return gr.HTML(value, elem_id=name, apply_default_css=False)


def _channel(name: str) -> gr.HTML:
    """Return a part that shows nothing and hands its value to the page's script."""
    return gr.HTML(
        "", html_template="<i></i>", elem_id=name, elem_classes="channel",
        js_on_load=f"watch('value', () => window.breve.{name}(props.value || ''))",
    )  # fmt: skip
