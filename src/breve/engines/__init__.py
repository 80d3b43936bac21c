"""Engines: text in, text out. ``load_engine`` is the only way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breve.engines.base import Engine, Task
    from breve.engines.store import Progress
    from breve.options import Options


def load_engine(profile: str, task: Task, options: Options, *, progress: Progress | None = None) -> Engine:
    """Return the engine that a profile names for a task; its model is made first if need be.

    Raises OptionError for an unknown profile, ModelError when its model can't be had.
    """
    from breve.engines import store
    from breve.engines.ctranslate2 import Ctranslate2Engine
    from breve.engines.profiles import load_profile

    choice = load_profile(profile).choice(task)
    folder = store.prepare(profile, task=task, progress=progress)
    return Ctranslate2Engine(folder, threads=options.threads, stop=choice.stop, tasks=(task,))
