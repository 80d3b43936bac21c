"""Engines: text in, text out. ``load_engine`` is the only way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breve.engines.base import Engine, Task
    from breve.options import Options


def load_engine(profile: str, task: Task, options: Options) -> Engine:
    """Return the engine that a profile names for a task, made ready if need be.

    Raises OptionError for an unknown profile, ModelError when its model can't be had.
    """
    from breve.engines.ctranslate2 import Ctranslate2Engine
    from breve.engines.store import prepare

    return Ctranslate2Engine(prepare(profile), threads=options.threads)
