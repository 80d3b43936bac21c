"""What importing the package does, and what it exports."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import breve
from breve.options import Options, OptionValues

HEAVY = {"torch", "transformers", "ctranslate2", "gradio", "trafilatura", "numpy"}
SOURCE = Path(breve.__file__).parent
STAGES = {"reader", "segmenter", "translator", "condenser", "verifier", "renderer", "style"}


def test_importing_loads_nothing_heavy() -> None:
    code = "import breve, sys; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) & HEAVY == set()


def test_every_exported_name_is_there_and_a_wrong_one_is_refused() -> None:
    assert all(hasattr(breve, name) for name in breve.__all__)
    with pytest.raises(AttributeError, match="summarise"):
        breve.summarise  # noqa: B018 - the look-up is the test


def test_keyword_options_are_those_of_the_dataclass() -> None:
    assert set(OptionValues.__annotations__) == {field.name for field in dataclasses.fields(Options)}


def test_an_option_out_of_range_says_what_is_allowed() -> None:
    with pytest.raises(breve.OptionError, match="bullets is 0; it must be 1 to 50"):
        Options(bullets=0)


def test_stages_do_not_import_each_other() -> None:
    for stage in STAGES:
        files = [*SOURCE.glob(f"{stage}.py"), *SOURCE.glob(f"{stage}/*.py")]
        assert files, stage
        for file in files:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            names = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
            others = {name.split(".")[1] for name in names if name.startswith("breve.")}
            assert others & (STAGES - {stage}) == set(), file.name
            assert "pipeline" not in others, file.name
