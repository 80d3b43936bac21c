"""Fixtures: every test has a cache of its own; the real model is prepared once for all that are marked ``model``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tiny_models
from hypothesis import settings
from openai_server import Script, serving

from breve.engines import engine_of, load_engine
from breve.engines.base import Engine
from breve.engines.profiles import ModelChoice
from breve.engines.scripted import ScriptedEngine
from breve.engines.server import ServerEngine
from breve.options import Options

settings.register_profile("any machine", deadline=None)  # no test fails because a machine is slow
settings.load_profile("any machine")
REAL_CACHE = os.environ.get("BREVE_CACHE")


@pytest.fixture(autouse=True)
def private_folders(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREVE_PROFILES", str(tmp_path / "profiles.toml"))
    if request.node.get_closest_marker("model") is None:
        monkeypatch.setenv("BREVE_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def embedded_engine() -> Engine:
    """The embedded model from the user's own cache, made there if need be."""
    with pytest.MonkeyPatch.context() as patch:
        if REAL_CACHE is None:
            patch.delenv("BREVE_CACHE", raising=False)
        else:
            patch.setenv("BREVE_CACHE", REAL_CACHE)
        return load_engine("embedded", "translate", Options())


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of a tiny model of a kind, made at its first use."""
    root = tmp_path_factory.mktemp("tiny")
    return cache(lambda kind: tiny_models.make(kind, root / kind))


@pytest.fixture(scope="session")
def tiny(tiny_folder: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Any]:
    """Give the engine of a tiny model on a runtime, loaded at its first use."""
    store = tmp_path_factory.mktemp("store")

    @cache
    def load(kind: str, runtime: str) -> Engine:
        choice = ModelChoice.model_validate(
            {"engine": runtime, "model": str(tiny_folder(kind)), "quantization": "float32"}
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BREVE_CACHE", str(store))
            return engine_of(choice, Options(threads=1))

    return load


@pytest.fixture
def server_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A server's engine, and a real HTTP server behind it."""
    with serving(Script()) as script:
        monkeypatch.setenv("BREVE_SERVER_URL", script.url)
        yield ServerEngine(ModelChoice(engine="server", model="tiny-chat"))


@pytest.fixture
def scripted() -> ScriptedEngine:
    return ScriptedEngine()
