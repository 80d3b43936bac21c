"""The version that a signature names."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def own_version() -> str:
    """Return the installed version, or ``unknown`` in a checkout that isn't installed, such as a hosted Space."""
    try:
        return version("breve")
    except PackageNotFoundError:
        return "unknown"
