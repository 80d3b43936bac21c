"""The import of gradio without what the page has no use for: about half of its processor time.

Nothing here is needed for the page to work: where gradio changes, its import takes longer again.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from breve.web.later import load_when_used

# Modules that gradio imports, and the names it takes from them while it does: none is used by the page unless someone
# asks for it. Each spares 0.03 to 0.05 s, pandas 0.3 to 0.5, all together half of the import.
UNUSED = {
    "pandas": (),  # for tables and plots
    "jsonschema": (),  # for tools whose arguments MCP checks
    "httpx._main": ("main",),  # command lines, and what they draw with
    "gradio.cli": ("deploy",),
    "gradio.external": ("load", "load_chat", "load_openapi"),  # pages of models elsewhere
    "gradio.workflow": ("Workflow",),
    "huggingface_hub.hf_api": ("HfApi", "whoami"),
    "mcp.server.fastmcp": ("FastMCP",),  # gradio builds its tools on the layer below
}
DEFERRED = ("fastapi", "mcp")  # their models, of OpenAPI and of messages: 0.1 s


@contextmanager
def lean_import() -> Iterator[None]:
    """Spare imports of gradio in this block its stubs, modules that are never used, and garbage collections."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        for name, taken in UNUSED.items():
            load_when_used(name, taken)
        with _no_stubs(), _read_once():
            _defer_models()
            yield
    finally:
        if collecting:
            gc.enable()
            gc.freeze()  # what was imported stays: a collection needn't look at it


@contextmanager
def no_apps() -> Iterator[None]:
    """Spare a page that is built in this block the web apps that gradio makes of it, three before the launch's own."""
    from gradio.routes import App

    make = App.create_app
    setattr(App, "create_app", staticmethod(lambda *_, **__: None))  # noqa: B010 - a type checker takes no other kind
    try:
        yield
    finally:
        setattr(App, "create_app", staticmethod(make))  # noqa: B010


@contextmanager
def _no_stubs() -> Iterator[None]:
    """For each of its 82 components gradio parses the source and compares a .pyi file with it, 1.0 to 1.4 s in all.

    It leaves out those that have no file.
    """
    getfile = inspect.getfile

    def no_file(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError(f"{thing} needs no stub")
        return getfile(thing)

    inspect.getfile = no_file  # type: ignore[assignment]  # its argument has another name
    try:
        yield
    finally:
        inspect.getfile = getfile


@contextmanager
def _read_once() -> Iterator[None]:
    """Read once what gradio reads anew each time: certificates, 30 ms; templates of its documentation, 0.1 s in all."""
    import jinja2  # gradio needs it

    context, template = ssl.create_default_context, jinja2.Template
    ssl.create_default_context = cache(context)  # type: ignore[assignment]  # its arguments are texts
    jinja2.Template = cache(template)  # type: ignore[assignment,misc]  # gradio only calls it
    try:
        yield
    finally:
        ssl.create_default_context, jinja2.Template = context, template  # type: ignore[misc]  # as they were


def _defer_models() -> None:
    """Import packages of many pydantic models so that each is built when it is first used."""
    with suppress(ImportError):
        from pydantic import BaseModel

        BaseModel.model_config["defer_build"] = True
        try:
            for name in DEFERRED:
                importlib.import_module(name)
        finally:
            del BaseModel.model_config["defer_build"]
