"""The model store: a folder a model in the user's cache, made once, complete or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from breve.errors import ModelMissing, OptionError

Progress = Callable[[float, str], None]
MANIFEST = "manifest.json"
RECIPE = 1  # raise it when the way a model is made changes


@dataclass(frozen=True, slots=True)
class Entry:
    """A prepared model."""

    name: str
    path: Path
    size_bytes: int


def root() -> Path:
    """Return the store's folder; ``BREVE_CACHE`` overrides the user's cache."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("BREVE_CACHE") or user_cache_dir("breve")) / "models"


def adapter_folder() -> Path:
    """Return the folder of the adapter that ships in the package."""
    return Path(str(files("breve.engines") / "adapter"))


def path(profile: str = "embedded") -> Path:
    """Return where a profile's model lies, prepared or not; its name holds a hash of all that shapes it."""
    if profile != "embedded":
        raise OptionError(f"profile is {profile!r}; it must be one of embedded")
    weights = (adapter_folder() / "adapter_model.safetensors").read_bytes()
    return root() / f"{profile}-{RECIPE}-{hashlib.sha256(weights).hexdigest()[:12]}"


def complete(folder: Path) -> bool:
    """Return whether every file of the manifest is there at its size."""
    try:
        sizes = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError):
        return False


def prepare(profile: str = "embedded", *, progress: Progress = lambda share, what: None) -> Path:
    """Make a profile's model if it isn't there, and return its folder.

    Built in a folder beside and renamed when complete; a second process waits, then finds it. A damaged
    model is made anew. Raises ModelMissing when the package that holds the weights isn't installed.
    """
    from filelock import FileLock

    folder = path(profile)
    if complete(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if complete(folder):
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as scratch:
            made = Path(scratch) / "model"
            _build(made, Path(scratch), progress)
            made.rename(folder)
    return folder


def _build(made: Path, scratch: Path, progress: Progress) -> None:
    try:
        from breve.engines.embedded import build

        described = build(made, scratch, adapter_folder(), progress)
    except ImportError as error:
        raise ModelMissing(
            f"the embedded model can't be made: {error}", hint='pip install "breve[embedded]"'
        ) from error
    sizes = {file.name: file.stat().st_size for file in sorted(made.iterdir())}
    text = json.dumps(described | {"recipe": RECIPE, "files": sizes}, indent=2)
    (made / MANIFEST).write_text(text, encoding="utf-8")


def list_models() -> list[Entry]:
    """Return the prepared models, by name."""
    folders = sorted(folder for folder in root().glob("*") if folder.is_dir() and complete(folder))
    return [Entry(f.name, f, sum(file.stat().st_size for file in f.iterdir())) for f in folders]
