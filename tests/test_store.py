"""The model store: made once, whole or not at all, whatever happens on the way."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breve.engines import store
from breve.errors import ModelError, ModelMissing, OptionError

Progress = Callable[[float, str], None]


class Recipe:
    """Writes two small files, and counts how often."""

    name = "tiny"

    def __init__(self, adapter: str = "a", *, fails: Exception | None = None, log: Path | None = None) -> None:
        self.adapter, self.fails, self.log, self.builds = adapter, fails, log, 0

    def parts(self) -> dict[str, str]:
        return {"model": "tiny", "adapter_sha256": self.adapter}

    def build(self, made: Path, scratch: Path, progress: Progress) -> dict[str, Any]:
        self.builds += 1
        progress(0.5, "half way")
        made.mkdir()
        (made / "model.bin").write_bytes(b"weights" * 100)
        if self.log:
            with self.log.open("a") as stream:
                stream.write("built\n")
            time.sleep(0.3)
        if self.fails:
            raise self.fails
        (made / "tokenizer.json").write_text("{}")
        return {"licence": "free"}


def build_in_process(cache: str, log: str) -> None:
    os.environ["BREVE_CACHE"] = cache
    store.make(Recipe(log=Path(log)))


def test_a_model_is_made_once_and_says_what_it_is() -> None:
    recipe, seen = Recipe(), []
    folder = store.make(recipe, progress=lambda share, what: seen.append((share, what)))
    assert store.make(recipe) == folder
    assert recipe.builds == 1
    assert (0.5, "half way") in seen
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["adapter_sha256"] == "a"
    assert manifest["licence"] == "free"
    assert manifest["files"]["model.bin"]["size"] == 700
    assert len(manifest["files"]["model.bin"]["sha256"]) == 64


def test_another_adapter_is_another_model() -> None:
    assert store.make(Recipe("a")) != store.make(Recipe("b"))
    assert len(store.list_models()) == 2


@pytest.mark.parametrize("damage", ["missing", "truncated", "no manifest", "half a manifest", "odd manifest"])
def test_a_damaged_model_is_made_anew(damage: str) -> None:
    recipe = Recipe()
    folder = store.make(recipe)
    if damage == "missing":
        (folder / "tokenizer.json").unlink()
    elif damage == "truncated":
        (folder / "model.bin").write_bytes(b"weights")
    elif damage == "no manifest":
        (folder / "manifest.json").unlink()
    else:
        (folder / "manifest.json").write_text('{"files": [1]}' if damage == "odd manifest" else '{"files":')
    assert [entry.complete for entry in store.list_models()] == [False]
    assert store.make(recipe) == folder
    assert recipe.builds == 2
    assert (folder / "model.bin").stat().st_size == 700
    assert [entry.complete for entry in store.list_models()] == [True]


def test_a_changed_byte_is_found_when_hashes_are_compared() -> None:
    recipe = Recipe()
    folder = store.make(recipe)
    (folder / "model.bin").write_bytes(b"Weights" * 100)
    store.make(recipe)
    assert recipe.builds == 1
    store.make(recipe, verify=True)
    assert recipe.builds == 2
    assert (folder / "model.bin").read_bytes().startswith(b"weights")


def test_a_build_that_fails_leaves_nothing_behind() -> None:
    with pytest.raises(ModelMissing, match="no torch") as caught:
        store.make(Recipe(fails=ImportError("no torch")))
    assert caught.value.hint == 'pip install "breve[tiny]"'
    assert store.list_models() == []
    assert [f.name for f in store.root().iterdir() if f.is_dir()] == []


def test_what_a_killed_build_left_is_swept() -> None:
    recipe = Recipe()
    left = store.folder_of(recipe).parent / f"{store.SCRATCH}{store.folder_of(recipe).name}-x"
    left.mkdir(parents=True)
    (left / "half").write_text("x")
    store.make(recipe)
    assert not left.exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BREVE_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="file") as caught:
        store.make(Recipe())
    assert "BREVE_CACHE" in str(caught.value.hint)


def test_two_processes_that_prepare_at_once_share_one_build(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    log = tmp_path / "log"
    both = [context.Process(target=build_in_process, args=(str(tmp_path / "c"), str(log))) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert log.read_text().count("built") == 1


def test_a_removed_model_is_gone_and_an_unknown_one_is_refused() -> None:
    folder = store.make(Recipe())
    with pytest.raises(OptionError, match=folder.name):
        store.remove("no-such-model")
    store.remove(folder.name)
    assert store.list_models() == []


def test_a_profile_has_one_place_and_an_unknown_one_is_refused() -> None:
    assert store.path("embedded") == store.path("embedded")
    with pytest.raises(OptionError, match="embedded"):
        store.path("no-such-profile")
