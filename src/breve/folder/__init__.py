"""A folder of articles to a folder of briefs: resumable, exact, honest about failures."""

from __future__ import annotations

from breve.folder.run import batch
from breve.folder.settings import BatchSettings, Report

__all__ = ["BatchSettings", "Report", "batch"]
