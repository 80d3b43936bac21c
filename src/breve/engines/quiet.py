"""Silence around transformers, which reports progress and advice to a user who asked for neither."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quiet() -> Iterator[None]:
    """Let transformers show errors alone; as it was, afterwards."""
    from transformers.utils import logging

    messages: Any = logging
    level, bars = messages.get_verbosity(), messages.is_progress_bar_enabled()
    messages.set_verbosity_error()
    messages.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        messages.set_verbosity(level)
        if bars:
            messages.enable_progress_bar()
