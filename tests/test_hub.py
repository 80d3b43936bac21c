"""Models by name: fetched through the hub's interface, kept, run with no network, refused where they must be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_server import SHA, Hub, serving

NAME = "test-org/tiny-marian"
LINES = "Le chat dort.\nLa mairie ferme lundi à midi.\n"


@pytest.fixture
def hub(tiny_folder: Callable[[str], Path], tmp_path: Path) -> Iterator[Hub]:
    """A stand-in for the hub; a user's profile names its model."""
    (tmp_path / "profiles.toml").write_text(
        f'[tiny]\ndescription = "tiny"\ntranslate = {{engine = "ctranslate2", model = "{NAME}"}}\n'
    )
    with serving(Hub({NAME: tiny_folder("marian")}, {NAME: {"license": "cc-by-4.0"}})) as running:
        yield running


def breve(
    *arguments: str, hub: Hub, tmp_path: Path, given: str = "", offline: bool = False, no_sockets: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, where the hub is ours; ``no_sockets`` makes opening one fatal."""
    code = "from breve.cli import main; import sys; sys.argv[0] = 'breve'; main()"
    if no_sockets:
        code = (
            "import sys\n"
            "def hook(event, args):\n"
            "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'):\n"
            "        import os; sys.stderr.write(f'FORBIDDEN {event}'); sys.stderr.flush(); os._exit(99)\n"
            "sys.addaudithook(hook)\n"
        ) + code
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")} | {
        "BREVE_CACHE": str(tmp_path / "cache"), "BREVE_PROFILES": str(tmp_path / "profiles.toml"),
        "HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }  # fmt: skip
    if offline:
        environment["HF_HUB_OFFLINE"] = "1"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], input=given, env=environment, capture_output=True, text=True
    )


def test_a_model_is_fetched_converted_and_run_with_no_network_ever_after(hub: Hub, tmp_path: Path) -> None:
    before = breve("translate", "-", "--lines", "--profile", "tiny", hub=hub, tmp_path=tmp_path, given=LINES)
    assert before.returncode == 4
    assert "breve models prepare --profile tiny" in before.stderr
    assert hub.asked == []

    prepared = breve("models", "prepare", "--profile", "tiny", hub=hub, tmp_path=tmp_path)
    assert prepared.returncode == 0, prepared.stderr
    assert "cc-by-4.0" in prepared.stderr
    asked = len(hub.asked)
    assert asked > 3
    assert not any(line.endswith(".py") for line in hub.asked)

    folder = Path(prepared.stdout.strip())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["resolved_revision"] == SHA
    listed = breve("models", "list", hub=hub, tmp_path=tmp_path)
    assert "cc-by-4.0" in listed.stdout

    for offline in (False, True):
        after = breve(
            "translate", "-", "--lines", "--profile", "tiny",
            hub=hub, tmp_path=tmp_path, given=LINES, offline=offline, no_sockets=True,
        )  # fmt: skip
        assert after.returncode == 0, after.stderr
        assert after.stdout.count("\n") == 2
    assert len(hub.asked) == asked


def test_transformers_too_runs_with_no_network_once_prepared(hub: Hub, tmp_path: Path) -> None:
    arguments = ("--profile", "tiny", "--engine", "transformers")
    assert breve("models", "prepare", *arguments, hub=hub, tmp_path=tmp_path).returncode == 0
    after = breve(
        "translate", "-", "--lines", *arguments, hub=hub, tmp_path=tmp_path, given=LINES, no_sockets=True
    )  # fmt: skip
    assert after.returncode == 0, after.stderr


def test_a_cut_connection_is_continued_where_it_was_cut(hub: Hub, tmp_path: Path) -> None:
    """The client writes 10 MB at a time, and asks for what comes after what it has written."""
    grown = tmp_path / "grown"
    shutil.copytree(hub.repositories[NAME], grown)
    notes = b"{" + b" " * 25_000_000 + b"}"
    (grown / "notes.json").write_bytes(notes)
    hub.repositories[NAME] = grown
    hub.cut["notes.json"] = 15_000_000
    done = breve("models", "prepare", "--profile", "tiny", hub=hub, tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr
    ((file, start),) = hub.ranges
    assert file == "notes.json"
    assert 0 < start <= 15_000_000
    (kept,) = tmp_path.glob("hf/**/notes.json")
    assert kept.read_bytes() == notes


def test_a_download_that_failed_keeps_the_files_that_came(hub: Hub, tmp_path: Path) -> None:
    hub.broken.add("model.safetensors")
    first = breve("models", "prepare", "--profile", "tiny", hub=hub, tmp_path=tmp_path)
    assert first.returncode == 4
    assert "run it again" in first.stderr
    hub.broken.clear()
    hub.asked.clear()
    again = breve("models", "prepare", "--profile", "tiny", hub=hub, tmp_path=tmp_path)
    assert again.returncode == 0, again.stderr
    fetched = [line.rsplit("/", 1)[1] for line in hub.asked if line.startswith("GET") and "/resolve/" in line]
    assert "model.safetensors" in fetched
    assert "source.spm" not in fetched


def test_offline_without_the_model_is_exit_code_4_and_no_attempt(hub: Hub, tmp_path: Path) -> None:
    done = breve(
        "models", "prepare", "--profile", "tiny", hub=hub, tmp_path=tmp_path, offline=True, no_sockets=True
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "HF_HUB_OFFLINE" in done.stderr


@pytest.mark.parametrize("name", ["test-org/no-such-model", "test-org/tiny/marian/x"])
def test_an_unknown_name_is_exit_code_4(hub: Hub, tmp_path: Path, name: str) -> None:
    done = breve("models", "prepare", "--translator", name, hub=hub, tmp_path=tmp_path)
    assert done.returncode == 4
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_hub_that_is_down_is_exit_code_4(hub: Hub, tmp_path: Path) -> None:
    hub.url = "http://127.0.0.1:9"
    done = breve("models", "prepare", "--profile", "tiny", hub=hub, tmp_path=tmp_path)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


def test_pickled_weights_need_a_flag(hub: Hub, tmp_path: Path) -> None:
    source = hub.repositories[NAME]
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    for file in source.iterdir():
        if file.suffix != ".safetensors":
            (pickled / file.name).write_bytes(file.read_bytes())
    convert = (
        "import sys, torch; from safetensors.torch import load_file;"
        "torch.save(load_file(sys.argv[1]), sys.argv[2])"
    )  # fmt: skip
    weights = [str(source / "model.safetensors"), str(pickled / "pytorch_model.bin")]
    subprocess.run([sys.executable, "-c", convert, *weights], check=True)
    hub.repositories["test-org/pickled"] = pickled
    refused = breve("models", "prepare", "--translator", "test-org/pickled", hub=hub, tmp_path=tmp_path)
    assert refused.returncode == 4
    assert "pickle" in refused.stderr
    assert not any("pytorch_model.bin" in line for line in hub.asked)
    flags = ("--translator", "test-org/pickled", "--allow-pickle")
    allowed = breve("models", "prepare", *flags, hub=hub, tmp_path=tmp_path)
    assert allowed.returncode == 0, allowed.stderr


def test_code_that_comes_with_a_model_is_never_run(hub: Hub, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    config = {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Config", "AutoModelForSeq2SeqLM": "evil.Model"}}
    (evil / "config.json").write_text(json.dumps(config))
    (evil / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (evil / "model.safetensors").write_bytes(b"")
    hub.repositories["test-org/evil"] = evil
    done = breve("models", "prepare", "--translator", "test-org/evil", hub=hub, tmp_path=tmp_path, given="y\n")
    assert done.returncode == 4
    assert not (tmp_path / "ran").exists()
    assert not any(line.endswith(".py") for line in hub.asked)
