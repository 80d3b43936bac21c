"""Models by name: fetched through the hub's interface, kept, run with no network, refused where they must be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_server import SHA, Hub, serving

NAME = "test-org/tiny-marian"
MAIN = "from breve.cli import main; import sys; sys.argv[0] = 'breve'; main()"
FETCH = f"""
from huggingface_hub import HfApi
from breve.engines.download import snapshot
info = HfApi().model_info({NAME!r}, files_metadata=True)
snapshot({NAME!r}, info.sha, info.siblings, ["*.json"])
"""
CHUNK = 10 * 1024 * 1024  # the client writes so much at a time
LINES = "Le chat dort.\nLa mairie ferme lundi à midi.\n"


@pytest.fixture
def hub(tiny_folder: Callable[[str], Path], tmp_path: Path) -> Iterator[Hub]:
    """A stand-in for the hub; a user's profile names its model."""
    (tmp_path / "profiles.toml").write_text(
        f'[tiny]\ndescription = "tiny"\ntranslate = {{engine = "ctranslate2", model = "{NAME}"}}\n'
    )
    with serving(Hub({NAME: tiny_folder("marian")}, {NAME: {"license": "cc-by-4.0"}})) as running:
        yield running


@pytest.fixture
def grown(hub: Hub, tmp_path: Path) -> Path:
    """A file of 25 MB in the model's repository."""
    folder = tmp_path / "grown"
    shutil.copytree(hub.repositories[NAME], folder)
    hub.repositories[NAME] = folder
    file = folder / "notes.json"
    file.write_bytes(json.dumps(list(range(3_000_000))).encode())
    return file


def command(code: str, *arguments: str, hub: Hub, tmp_path: Path) -> dict[str, Any]:
    """Return what starts a process in which the hub is ours."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")} | {
        "BREVE_CACHE": str(tmp_path / "cache"), "BREVE_PROFILES": str(tmp_path / "profiles.toml"),
        "HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }  # fmt: skip
    if hub.token:
        environment["HF_TOKEN"] = hub.token
    return {"args": [sys.executable, "-c", code, *arguments], "env": environment, "text": True}


def breve(
    *arguments: str, hub: Hub, tmp_path: Path, given: str = "", offline: bool = False, no_sockets: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; ``no_sockets`` makes opening one fatal."""
    code = MAIN
    if no_sockets:
        code = (
            "import sys\n"
            "def hook(event, args):\n"
            "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'):\n"
            "        import os; sys.stderr.write(f'FORBIDDEN {event}'); sys.stderr.flush(); os._exit(99)\n"
            "sys.addaudithook(hook)\n"
        ) + code
    process = command(code, *arguments, hub=hub, tmp_path=tmp_path)
    if offline:
        process["env"]["HF_HUB_OFFLINE"] = "1"
    return subprocess.run(**process, input=given, capture_output=True)


def fetch(hub: Hub, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Fetch the model's JSON files in a process of its own."""
    return subprocess.run(**command(FETCH, hub=hub, tmp_path=tmp_path), capture_output=True)


def parts(tmp_path: Path) -> list[Path]:
    """Return what is kept of files that aren't complete."""
    return [*tmp_path.glob("hf/**/*part*"), *tmp_path.glob("hf/**/*incomplete*")]


def fetched(tmp_path: Path) -> bytes:
    """Return the large file as it lies in the cache."""
    (file,) = tmp_path.glob("hf/**/notes.json")
    return file.read_bytes()


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


def test_a_cut_connection_is_continued_where_it_was_cut(grown: Path, hub: Hub, tmp_path: Path) -> None:
    hub.cut["notes.json"] = 15_000_000
    done = fetch(hub, tmp_path)
    assert done.returncode == 0, done.stderr
    assert hub.ranges == [("notes.json", CHUNK)]
    assert fetched(tmp_path) == grown.read_bytes()


def test_a_run_that_was_killed_is_continued_by_the_next(grown: Path, hub: Hub, tmp_path: Path) -> None:
    hub.stalled["notes.json"] = 15_000_000
    hub.token = "hf_of_a_gated_model"  # noqa: S105 - no secret
    prepare = ("models", "prepare", "--profile", "tiny")
    with subprocess.Popen(**command(MAIN, *prepare, hub=hub, tmp_path=tmp_path), stderr=subprocess.PIPE) as killed:
        until = time.monotonic() + 120
        while not any(part.stat().st_size >= CHUNK for part in parts(tmp_path)):
            assert killed.poll() is None and time.monotonic() < until, killed.communicate()[1]
            time.sleep(0.1)
        killed.kill()
    hub.asked.clear()
    done = breve(*prepare, hub=hub, tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr
    assert hub.ranges == [("notes.json", CHUNK)]
    assert len([line for line in hub.asked if line.startswith("GET") and "notes.json" in line]) == 1
    assert fetched(tmp_path) == grown.read_bytes()
    assert parts(tmp_path) == []


def test_a_run_that_failed_is_continued_by_the_next(grown: Path, hub: Hub, tmp_path: Path) -> None:
    fail(hub, tmp_path)
    assert fetch(hub, tmp_path).returncode == 0
    assert hub.ranges == [("notes.json", CHUNK)]
    assert fetched(tmp_path) == grown.read_bytes()
    assert parts(tmp_path) == []


def test_a_part_is_no_part_of_another_version(grown: Path, hub: Hub, tmp_path: Path) -> None:
    fail(hub, tmp_path)
    grown.write_bytes(grown.read_bytes().replace(b"1", b"2"))
    assert fetch(hub, tmp_path).returncode == 0
    assert hub.ranges == []
    assert fetched(tmp_path) == grown.read_bytes()
    (part,) = parts(tmp_path)  # the old version's: kept for a month
    os.utime(part, (time.time() - 31 * 24 * 3600,) * 2)
    assert fetch(hub, tmp_path).returncode == 0
    assert parts(tmp_path) == []


@pytest.mark.parametrize("damaged", [b"{" * CHUNK, b"{" * 40_000_000])
def test_a_damaged_part_is_fetched_anew(grown: Path, hub: Hub, tmp_path: Path, damaged: bytes) -> None:
    fail(hub, tmp_path)
    (part,) = parts(tmp_path)
    part.write_bytes(damaged)
    assert fetch(hub, tmp_path).returncode == 0
    assert fetched(tmp_path) == grown.read_bytes()
    assert parts(tmp_path) == []


def test_a_file_that_is_not_what_the_hub_describes_is_refused(grown: Path, hub: Hub, tmp_path: Path) -> None:
    hub.altered.add("notes.json")
    done = breve("models", "prepare", "--profile", "tiny", hub=hub, tmp_path=tmp_path)
    assert done.returncode == 4
    assert "SHA-256" in done.stderr
    assert "Traceback" not in done.stderr
    assert parts(tmp_path) == []


def fail(hub: Hub, tmp_path: Path) -> None:
    """Let a run fail after 15 MB of the large file; all is well with the hub afterwards."""
    hub.cut["notes.json"] = 15_000_000
    hub.whole_only.add("notes.json")
    failed = fetch(hub, tmp_path)
    assert "503" in failed.stderr
    hub.whole_only.clear()
    hub.ranges.clear()


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
