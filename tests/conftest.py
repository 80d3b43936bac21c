"""Fixtures: every test has a cache of its own; the real model is prepared once for all that are marked ``model``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai_server import Script, serving

from breve.engines import load_engine
from breve.engines.base import Engine
from breve.engines.profiles import ModelChoice
from breve.engines.scripted import ScriptedEngine
from breve.engines.server import ServerEngine
from breve.options import Options

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


@pytest.fixture
def server_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A server's engine, and a real HTTP server behind it."""
    with serving(Script()) as script:
        monkeypatch.setenv("BREVE_SERVER_URL", script.url)
        yield ServerEngine(ModelChoice(engine="server", model="tiny-chat"))


@pytest.fixture
def scripted() -> ScriptedEngine:
    return ScriptedEngine()
