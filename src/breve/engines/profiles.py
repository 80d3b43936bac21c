"""Profiles: data that name an engine and a model for each task. Users can add their own."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from breve.engines.base import Task
from breve.errors import OptionError

if TYPE_CHECKING:
    from breve.options import Options

EngineName = Literal["ctranslate2", "transformers", "server"]
EXTRACTIVE = "extractive"  # as a condenser's name: no model


class ModelChoice(BaseModel):
    """An engine and its model: one of ours, a name on the Hugging Face hub, a folder, or a server's name for it.

    ``stop`` ends a generated text where one of its strings begins. ``digits`` writes numbers that a small model
    confuses in digits before it translates them. ``prefix`` comes before every text, as some encoder-decoders want it.
    ``pickle`` allows weights that can run code when they are read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: EngineName
    model: str
    prompt: str | None = None
    stop: tuple[str, ...] = ()
    digits: bool = False
    # Of the hub:
    revision: str = "main"
    licence: str | None = None
    prefix: str | None = None
    quantization: str | None = None
    pickle: bool = False
    # Of a server:
    base_url: str | None = None
    timeout_s: float = Field(default=120.0, gt=0)
    max_retries: int = Field(default=4, ge=0)
    concurrency: int = Field(default=4, ge=1, le=256)
    context_tokens: int = Field(default=8192, ge=512)

    @property
    def is_of_the_hub(self) -> bool:
        """Whether the model is fetched or read from a folder, not ours and not a server's."""
        return self.engine != "server" and ("/" in self.model or os.sep in self.model)


class Profile(BaseModel):
    """The models of the two tasks; None for a task that is done without one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    licence: str | None = None
    translate: ModelChoice | None = None
    condense: ModelChoice | None = None

    def choice(self, task: Task) -> ModelChoice:
        """Return the model of a task; raise OptionError when the profile has none for it."""
        chosen = {"translate": self.translate, "condense": self.condense}[task]
        if chosen is None:
            raise OptionError(f"profile {self.name!r} has no model for the task {task!r}")
        return chosen


def user_profiles_path() -> Path:
    """Return the file of the user's own profiles; ``BREVE_PROFILES`` overrides its place."""
    from platformdirs import user_config_dir

    return Path(os.environ.get("BREVE_PROFILES") or Path(user_config_dir("breve")) / "profiles.toml")


def load_profiles() -> dict[str, Profile]:
    """Return all profiles by name: ours, and the user's, which may replace one of ours.

    Raises OptionError naming the file and the key that is wrong.
    """
    profiles = dict(_shipped())
    own = user_profiles_path()
    if own.is_file():
        try:
            text = own.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OptionError(f"{own} can't be read: {error}", hint="it must be TOML, in UTF-8") from error
        profiles |= parse_profiles(text, str(own))
    return profiles


def load_profile(name: str) -> Profile:
    """Return a profile; raise OptionError with the known names for an unknown one."""
    profiles = load_profiles()
    if name not in profiles:
        raise OptionError(f"profile is {name!r}; it must be one of {', '.join(sorted(profiles))}")
    return profiles[name]


def choose(task: Task, options: Options) -> ModelChoice | None:
    """Return the model of a task for these options, or None where it is done without one.

    A backend takes the place of the engine of a model of the hub. Raises OptionError for an unknown name.
    """
    name = options.translator if task == "translate" else options.condenser
    if name is None:
        profile = load_profile(options.profile)
        chosen = profile.choice(task) if task == "translate" else profile.condense
    elif name == EXTRACTIVE and task == "condense":
        return None
    elif name in load_profiles():
        chosen = load_profile(name).choice(task)
    elif "/" in name or Path(name).is_dir():
        folder = Path(name)
        chosen = ModelChoice(engine="ctranslate2", model=str(folder.resolve()) if folder.is_dir() else name)
    else:
        raise OptionError(f"there is no model {name!r}; give a profile, a name of the hub (owner/name) or a folder")
    if chosen is None or options.backend is None or not chosen.is_of_the_hub:
        return chosen
    return chosen.model_copy(update={"engine": options.backend})


def choices(options: Options) -> dict[Task, ModelChoice | None]:
    """Return the model of every task for these options; see choose().

    Raises OptionError for a backend that none of them can run on: only models of the hub have a choice.
    """
    found = {task: choose(task, options) for task in get_args(Task)}
    if options.backend and not any(c and (c.is_of_the_hub or c.engine == options.backend) for c in found.values()):
        models = ", ".join(f"{c.model} on {c.engine}" for c in found.values() if c)
        raise OptionError(f"engine is {options.backend!r}, and no model here can run on it: {models}")
    return found


def parse_profiles(text: str, where: str) -> dict[str, Profile]:
    """Return the profiles of a TOML text; ``where`` names it in errors."""
    try:
        tables: Mapping[str, Any] = tomllib.loads(text)
        return {name: Profile.model_validate({"name": name} | table) for name, table in tables.items()}
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise OptionError(f"{where}: {error}", hint="each profile is a table: [name]") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise OptionError(f"{where}: {error.title}: {problems}") from error


@cache
def _shipped() -> dict[str, Profile]:
    source = files("breve.engines") / "profiles.toml"
    return parse_profiles(source.read_text(encoding="utf-8"), "profiles.toml")
