"""Prompts: versioned templates in TOML, validated when they are loaded."""

from __future__ import annotations

import hashlib
import string
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from breve.errors import OptionError

FIELDS = {"version", "template"}
FOLDERS = (Path(__file__).parent / "prompts", Path(__file__).parents[2] / "prompts")  # wheel, checkout


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template with named variables; ``signature`` identifies its text."""

    name: str
    version: int
    template: str

    @property
    def signature(self) -> str:
        """Name, version and the first digits of the template's SHA-256."""
        return f"{self.name}/{self.version}/{hashlib.sha256(self.template.encode()).hexdigest()[:12]}"

    def render(self, **variables: str) -> str:
        """Fill the template; raise OptionError naming a variable that is missing."""
        names = {name for _, name, _, _ in string.Formatter().parse(self.template) if name}
        if missing := sorted(names - set(variables)):
            raise OptionError(f"prompt {self.name} needs {', '.join(missing)}")
        return self.template.format(**variables)


@cache
def load_prompt(name: str) -> Prompt:
    """Return the prompt of a name; raise OptionError for an unknown one or an unknown key in its file."""
    path = next((file for folder in FOLDERS if (file := folder / f"{name}.toml").is_file()), None)
    if path is None:
        raise OptionError(f"there is no prompt named {name!r}")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    if set(data) != FIELDS:
        raise OptionError(f"{path.name} has the keys {sorted(data)}; it must have {sorted(FIELDS)}")
    return Prompt(name, data["version"], data["template"])
