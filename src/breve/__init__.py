"""French news, briefly, in English: bullets that cite the French sentences they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breve.document import Article, Bullet, Flag, Segment, Summary, Translation
from breve.errors import BreveError, EmptyInput, InputError, ModelError, OptionError, OutputError, WrongLanguage
from breve.options import Options

if TYPE_CHECKING:
    from breve.folder.run import batch
    from breve.pipeline import summarize, translate

__all__ = [
    "Article",
    "BreveError",
    "Bullet",
    "EmptyInput",
    "Flag",
    "InputError",
    "ModelError",
    "OptionError",
    "Options",
    "OutputError",
    "Segment",
    "Summary",
    "Translation",
    "WrongLanguage",
    "batch",
    "summarize",
    "translate",
]


def __getattr__(name: str) -> Any:
    """Load the pipeline at the first use of it: importing the package stays fast."""
    if name in {"summarize", "translate"}:
        from breve import pipeline

        return getattr(pipeline, name)
    if name == "batch":
        from breve.folder.run import batch

        return batch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
