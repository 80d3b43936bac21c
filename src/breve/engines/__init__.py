"""Engines: text in, text out. ``load_engine`` is the only way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breve.engines.base import Engine, Task
    from breve.engines.profiles import ModelChoice
    from breve.engines.store import Progress
    from breve.options import Options


def load_engine(profile: str, task: Task, options: Options, *, progress: Progress | None = None) -> Engine:
    """Return the engine that a profile names for a task; its model is made first if need be.

    Raises OptionError for an unknown profile, ModelError when its model can't be had.
    """
    from breve.engines.profiles import load_profile

    return engine_of(load_profile(profile).choice(task), options, tasks=(task,), progress=progress)


def engine_of(
    choice: ModelChoice, options: Options, *,
    tasks: Sequence[Task] = ("translate", "condense"), progress: Progress | None = None,
) -> Engine:  # fmt: skip
    """Return the engine that runs a model; see load_engine()."""
    if choice.engine == "server":
        from breve.engines.server import ServerEngine

        return ServerEngine(choice, tasks=tasks)
    from breve.engines import store

    folder, device = store.ready(choice, options.device, progress=progress), store.resolve(options.device)
    settings: dict[str, Any] = {"threads": options.threads, "stop": choice.stop, "tasks": tasks}
    if not choice.is_of_the_hub:
        from breve.engines.ctranslate2 import Ctranslate2Engine

        return Ctranslate2Engine(folder, **settings)
    if choice.engine == "transformers":
        from breve.engines.transformers import TransformersEngine

        return TransformersEngine(folder, device=device, **settings)
    from breve.engines.converted import Decoder, EncoderDecoder
    from breve.engines.hosted import broken
    from breve.engines.layout import Layout

    try:
        kind = Decoder if Layout.load(folder).kind == "decoder" else EncoderDecoder
    except (OSError, ValueError) as error:
        raise broken(folder, error) from error
    return kind(folder, device=device, **settings)
