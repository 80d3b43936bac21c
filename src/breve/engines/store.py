"""The model store: a folder a model in the user's cache, made once, complete or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from breve.engines.base import Task
from breve.engines.profiles import ModelChoice, load_profile
from breve.errors import ModelError, ModelMissing, OptionError

Progress = Callable[[float, str], None]  # share done from 0 to 1, and what is being done
MANIFEST = "manifest.json"
SCRATCH = ".making-"
STALE_S = 6 * 3600  # no build takes that long: a scratch folder so old is of a process that died


class Recipe(Protocol):
    """How a model is made."""

    @property
    def name(self) -> str:
        """The model's name, as in a profile."""
        ...

    def parts(self) -> dict[str, str]:
        """Return all that shapes the model: hashes, versions, settings."""
        ...

    def build(self, made: Path, scratch: Path, progress: Progress) -> dict[str, Any]:
        """Write the model's files into the folder ``made``; return what the manifest says besides parts().

        Raises ImportError when a package is missing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the store; ``complete`` is False for one whose files are damaged."""

    name: str
    path: Path
    size_bytes: int
    complete: bool = True
    licence: str | None = None


def root() -> Path:
    """Return the store's folder; ``BREVE_CACHE`` overrides the user's cache."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("BREVE_CACHE") or user_cache_dir("breve")) / "models"


def recipe_of(profile: str, task: Task = "translate") -> Recipe:
    """Return the recipe of a profile's model; raise OptionError for an unknown profile or model."""
    return recipe_of_choice(load_profile(profile).choice(task))


def recipe_of_choice(choice: ModelChoice, device: str = "auto") -> Recipe:
    """Return the recipe of a model for a device; raise OptionError for one that isn't made here."""
    from breve.engines.embedded import EmbeddedRecipe
    from breve.engines.hub import HubRecipe

    if choice.model == EmbeddedRecipe.name:
        return EmbeddedRecipe()
    if choice.is_of_the_hub:
        return HubRecipe(choice, resolve(device))
    allowed = f"{EmbeddedRecipe.name}, owner/name or a folder"
    raise OptionError(f"the model {choice.model!r} isn't made here; it must be {allowed}")


def resolve(device: str) -> str:
    """Return the device that ``auto`` stands for: a GPU if there is one."""
    if device != "auto":
        return device
    import ctranslate2

    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def ready(choice: ModelChoice, device: str = "auto", *, progress: Progress | None = None) -> Path:
    """Return the folder of a model, made first if that takes no network; raise ModelMissing if it isn't there."""
    recipe = recipe_of_choice(choice, device)
    folder = folder_of(recipe)
    if getattr(recipe, "is_local", True) or is_complete(folder):
        return make(recipe, progress=progress)
    raise ModelMissing(f"{choice.model} isn't prepared for {choice.engine}")


def prepare_choice(
    choice: ModelChoice, device: str = "auto", *, progress: Progress | None = None, verify: bool = False
) -> Path:
    """Make a model if it isn't there, and return its folder; see prepare()."""
    return make(recipe_of_choice(choice, device), progress=progress, verify=verify)


def path(profile: str = "embedded", *, task: Task = "translate") -> Path:
    """Return where a profile's model lies, prepared or not; its name holds a hash of all that shapes it."""
    return folder_of(recipe_of(profile, task))


def prepare(
    profile: str = "embedded", *, task: Task = "translate", progress: Progress | None = None, verify: bool = False
) -> Path:
    """Make a profile's model if it isn't there, and return its folder.

    ``verify`` compares the hashes of all files too, not their sizes alone. Raises ModelMissing when a package
    that holds the weights isn't installed, ModelError when the folder can't be written.
    """
    return make(recipe_of(profile, task), progress=progress, verify=verify)


def make(recipe: Recipe, *, progress: Progress | None = None, verify: bool = False) -> Path:
    """Make a recipe's model if it isn't there, and return its folder.

    Built in a folder beside and renamed when complete; a second process waits, then finds it. A damaged
    model is made anew.
    """
    folder = folder_of(recipe)
    if is_complete(folder, verify=verify):
        return folder
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f"{folder.name}.lock"):
            if not is_complete(folder, verify=verify):
                _remove_stale(folder.parent, folder.name)
                _build(recipe, folder, progress or (lambda share, what: None))
    except OSError as error:
        hint = "free some space (1 GB), or set BREVE_CACHE to a folder that can be written"
        raise ModelError(f"the model can't be written to {folder}: {error}", hint=hint) from error
    return folder


def folder_of(recipe: Recipe) -> Path:
    """Return where a recipe's model lies, made or not."""
    parts = json.dumps(recipe.parts(), sort_keys=True)
    return root() / f"{recipe.name}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def is_complete(folder: Path, *, verify: bool = False) -> bool:
    """Return whether every file of the manifest is there at its size; with ``verify``, with its SHA-256 too."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return bool(listed) and all(_is_as_listed(folder / name, facts, verify) for name, facts in listed.items())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def list_models() -> list[Entry]:
    """Return the models of the store by name, damaged ones included."""
    return [entry(f) for f in sorted(root().glob("*")) if f.is_dir() and not f.name.startswith(".")]


def entry(folder: Path) -> Entry:
    """Return what there is to say of a model's folder."""
    size = sum(file.stat().st_size for file in folder.iterdir())
    return Entry(folder.name, folder, size, is_complete(folder), _licence(folder))


def remove(name: str) -> None:
    """Remove a model by the name that list_models() gives; raise OptionError with the known names."""
    known = {model.name: model.path for model in list_models()}
    if name not in known:
        raise OptionError(f"there is no model {name!r} in the store; it has {', '.join(known) or 'none'}")
    shutil.rmtree(known[name])
    known[name].with_name(f"{name}.lock").unlink(missing_ok=True)


def _licence(folder: Path) -> str | None:
    try:
        licence = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("licence")
    except (OSError, ValueError, AttributeError):
        return None
    return str(licence) if licence else None


def _build(recipe: Recipe, folder: Path, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(
        dir=folder.parent, prefix=f"{SCRATCH}{folder.name}-", ignore_cleanup_errors=True
    ) as scratch:
        made = Path(scratch) / "model"
        try:
            described = recipe.build(made, Path(scratch), progress)
        except ImportError as error:
            hint = f'pip install "breve[{getattr(recipe, "extra", recipe.name)}]"'
            raise ModelMissing(f"the {recipe.name} model can't be made: {error}", hint=hint) from error
        _write_manifest(made, dict(recipe.parts()) | described)
        if folder.exists():  # damaged: moved away first, since a rename can't replace a folder with files
            folder.rename(Path(scratch) / "damaged")
        made.rename(folder)


def _write_manifest(made: Path, described: Mapping[str, Any]) -> None:
    listed = {f.name: {"sha256": _sha256(f), "size": f.stat().st_size} for f in sorted(made.iterdir())}
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps(dict(described) | {"made_at": made_at, "files": listed}, indent=2, ensure_ascii=False)
    (made / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _is_as_listed(file: Path, facts: Mapping[str, Any], verify: bool) -> bool:
    return file.stat().st_size == facts["size"] and (not verify or _sha256(file) == facts["sha256"])


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove_stale(parent: Path, name: str) -> None:
    """Remove what dead processes left: all scratch of this model, since its lock is ours, and all that is old."""
    for scratch in parent.glob(f"{SCRATCH}*"):
        ours = scratch.name.startswith(f"{SCRATCH}{name}-")
        if ours or time.time() - scratch.stat().st_mtime > STALE_S:
            shutil.rmtree(scratch, ignore_errors=True)
