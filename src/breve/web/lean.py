"""The import of gradio without what the page has no use for: about half of its processor time.

Nothing here is needed for the page to work: where gradio changes, its import takes longer again.
"""

from __future__ import annotations

import gc
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    inspect.getfile = no_stubs
    try:
        yield
    finally:
        inspect.getfile = getfile
        if collecting:
            gc.enable()
            gc.freeze()  # what was imported stays: a collection needn't look at it


def _load_when_used(name: str) -> None:
    """Import a module in name only; the first use of one of its attributes loads it, as importlib's docs show."""
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
