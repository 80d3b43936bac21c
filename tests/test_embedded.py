"""The real embedded model, through the command line, as a user has it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SEED = Path(__file__).parents[1] / "seeds" / "xiaomi.fr.txt"
pytestmark = [pytest.mark.model, pytest.mark.usefixtures("embedded_engine")]


def breve(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "breve.cli", *arguments], input=given, capture_output=True)


def test_the_xiaomi_brief_cites_evidence_and_loses_no_sentence() -> None:
    done = breve("summarize", str(SEED), "--format", "json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    text = SEED.read_bytes().decode()
    assert all(text[s["start"] : s["end"]] == s["source"] for s in data["segments"])
    assert data["coverage"]["translated"] == data["coverage"]["segments"] >= 25
    assert 3 <= len(data["bullets"]) <= 7
    assert all(b["segments"] for b in data["bullets"])
    brief = " ".join(b["text"] for b in data["bullets"])
    assert "Xiaomi" in brief
    assert data["signature"]["translator"]


def test_lines_keep_their_count() -> None:
    lines = "Bonjour à tous.\n\n...\nLe chat\u2028dort.\r\n\x00\nIl est 14 h 30.\n"
    done = breve("translate", "--lines", "-", given=lines.encode())
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    assert out.count("\n") == lines.count("\n")
    assert out.split("\n")[1] == ""
    assert out.split("\n")[2] == "..."
    assert "cat" in out.split("\n")[3].lower()


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (b"", 3, "no words"),
        ("🚗 …\n".encode(), 3, "no words"),
        (b"The council met on Monday to discuss the new budget and it voted to raise the local tax.", 3, "language"),
    ],
)
def test_bad_input_ends_with_exit_code_3_and_says_why(given: bytes, code: int, message: str) -> None:
    done = breve("summarize", "-", given=given)
    assert done.returncode == code
    assert message in done.stderr.decode().lower()
    assert done.stdout == b""


def test_a_wrong_call_ends_with_exit_code_2() -> None:
    assert breve("summarize", str(SEED), "--format", "pdf").returncode == 2
    assert breve("summarize", str(SEED), "--bullets", "0").returncode == 2
    assert breve("summarise").returncode == 2


def test_a_missing_file_ends_with_exit_code_3() -> None:
    done = breve("summarize", "no-such-article.txt")
    assert done.returncode == 3
    assert b"no-such-article.txt" in done.stderr
