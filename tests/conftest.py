"""Fixtures: the real model is prepared once for all tests that are marked ``model``."""

from __future__ import annotations

import pytest

from breve.engines import load_engine
from breve.engines.base import Engine
from breve.options import Options


@pytest.fixture(scope="session")
def embedded_engine() -> Engine:
    return load_engine("embedded", "translate", Options())
