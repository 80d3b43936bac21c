"""Segments and their translations give the bullets of the brief, each citing its segments."""

from __future__ import annotations

from breve.condenser.abstractive import AbstractiveCondenser
from breve.condenser.base import Check, Condenser, Retranslate
from breve.condenser.extractive import ExtractiveCondenser
from breve.condenser.llm import LlmCondenser

__all__ = ["AbstractiveCondenser", "Check", "Condenser", "ExtractiveCondenser", "LlmCondenser", "Retranslate"]
