"""Prompts: versioned templates in TOML, validated when they are loaded; text that goes into them is data."""

from __future__ import annotations

import hashlib
import re
import string
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from breve.errors import OptionError

FIELDS, OPTIONAL = {"version", "template"}, {"system"}
FOLDERS = (Path(__file__).parent / "prompts", Path(__file__).parents[2] / "prompts")  # wheel, checkout
# What chat templates, fences and markup begin with: "<|im_end|>", "</article>", "<!--", "[INST]", "<<SYS>>".
CONTROL = re.compile(r"<(?=[<|/!a-zA-Z_｜])|\[(?=/?INST\])")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template with named variables, and what a chat model is told before it; ``signature`` identifies both."""

    name: str
    version: int
    template: str
    system: str = ""

    @property
    def signature(self) -> str:
        """Name, version and the first digits of the SHA-256 of its texts."""
        digest = hashlib.sha256(f"{self.system}{self.template}".encode()).hexdigest()
        return f"{self.name}/{self.version}/{digest[:12]}"

    def render(self, **variables: str) -> str:
        """Fill the template; raise OptionError naming a variable that is missing."""
        names = {name for _, name, _, _ in string.Formatter().parse(self.template) if name}
        if missing := sorted(names - set(variables)):
            raise OptionError(f"prompt {self.name} needs {', '.join(missing)}")
        return self.template.format(**variables)


def as_data(text: str) -> str:
    """Return a text with nothing invisible in it and nothing that a model could take for the end of its fence.

    Control characters become spaces; format characters, zero-width and tag characters among them, are dropped.
    """
    visible = "".join(" " if (kind := unicodedata.category(c)) == "Cc" else "" if kind[0] == "C" else c for c in text)
    return " ".join(CONTROL.sub(lambda hit: {"<": "‹", "[": "("}[hit.group()], visible).split())


@cache
def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """Return the prompt of a name, from ``folder`` if it has one of that name, else ours.

    Raises OptionError for an unknown name, and naming the file and what is wrong in it.
    """
    if folder is not None and not folder.is_dir():
        raise OptionError(f"prompts is {str(folder)!r}; it must be a folder of TOML files")
    places = (folder, *FOLDERS) if folder else FOLDERS
    path = next((file for place in places if (file := place / f"{name}.toml").is_file()), None)
    if path is None:
        raise OptionError(f"there is no prompt named {name!r}")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{path.name}: {error}") from error
    return _validated(name, path.name, data)


def _validated(name: str, file: str, data: dict[str, Any]) -> Prompt:
    if not FIELDS <= set(data) <= FIELDS | OPTIONAL:
        raise OptionError(f"{file} has the keys {sorted(data)}; it must have {sorted(FIELDS)}, and may have 'system'")
    if not isinstance(data["version"], int) or not all(isinstance(data[k], str) for k in set(data) - {"version"}):
        raise OptionError(f"{file}: version must be a number, template and system must be texts")
    try:
        list(string.Formatter().parse(data["template"]))
    except ValueError as error:
        raise OptionError(f"{file}: template: {error}", hint="a brace of its own is written twice: {{ }}") from error
    return Prompt(name, data["version"], data["template"].removeprefix("\n"), data.get("system", "").strip())
