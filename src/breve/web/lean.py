"""The import of gradio without what the page has no use for: about half of its processor time.

Nothing here is needed for the page to work: where gradio changes, its import takes longer again.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

UNUSED = ("pandas",)  # for tables and plots, which the page doesn't have: 0.3 to 0.5 s


@contextmanager
def lean_import() -> Iterator[None]:
    """Spare imports of gradio in this block its stubs, modules that are never used, and garbage collections."""
    getfile, collecting = inspect.getfile, gc.isenabled()

    def no_stubs(thing: Any) -> str:
        # For each of its 82 components gradio parses the source and compares a .pyi file with it, 1.0 to 1.4 s in all;
        # it leaves out those that have no file.
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError(f"{thing} needs no stub")
        return getfile(thing)

    for name in UNUSED:
        _load_when_used(name)
    gc.disable()
    inspect.getfile = no_stubs  # type: ignore[assignment]  # its argument has another name
    try:
        yield
    finally:
        inspect.getfile = getfile
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


def _load_when_used(name: str) -> None:
    """Put a module in a package's place that imports it once one of its names is asked for.

    importlib's LazyLoader won't do: on Python 3.11 an import statement already counts as use.
    """
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None:
        return
    stand_in = ModuleType(name)
    stand_in.__spec__ = spec  # for those who ask whether the package is there

    def load(attribute: str) -> Any:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    setattr(stand_in, "__getattr__", load)  # noqa: B010 - for a type checker, a module has no such attribute
    sys.modules[name] = stand_in
