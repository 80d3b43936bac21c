"""A folder to a folder: what is done, what is left alone, what is recorded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import breve
from batch_driver import answer, make_files
from breve.engines.scripted import ScriptedEngine
from breve.folder.files import list_files, output_name, wanted_by
from breve.folder.plan import GROUP_BYTES, group_bytes
from breve.folder.run import planned
from breve.folder.settings import Report

DRIVER = Path(__file__).parents[1] / "bench" / "batch_driver.py"
TEXT = "La mairie de Vesoul ferme la piscine numéro {n}\n\nLes travaux coûteront {n} euros, selon le maire.\n"


class Crash:
    """Answers, but ends its process at a sentence about the piscine 13."""

    def __call__(self, prompt: str) -> str:
        if "piscine numéro 13" in prompt:
            os._exit(9)
        return answer(prompt)


def fault(prompt: str) -> str:
    if "piscine numéro 13" in prompt:
        raise RuntimeError("the engine can't do this one")
    return answer(prompt)


def run(folder: Path, script: Any = answer, **values: Any) -> Report:
    return breve.batch(folder / "in", folder / "out", engine=ScriptedEngine(answer=script), **values)


def briefs(folder: Path) -> dict[str, bytes]:
    """The output tree without the journal."""
    files = sorted(p for p in (folder / "out").rglob("*") if p.is_file() and ".breve" not in p.parts)
    return {p.relative_to(folder / "out").as_posix(): p.read_bytes() for p in files}


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "out" / "report.jsonl").read_text("utf-8").splitlines()
    return {row["path"]: row for row in map(json.loads, lines)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for n, name in enumerate(("a.txt", "a.md", "sub/b.txt")):
        (tmp_path / "in" / name).write_text(TEXT.format(n=n + 1), encoding="utf-8")
    return tmp_path


def test_the_tree_is_mirrored_and_names_do_not_collide(folder: Path) -> None:
    report = run(folder, formats=("md", "json", "html"))
    assert (report.done, report.exit_code) == (3, 0)
    names = {f"{name}.{suffix}" for name in ("a.txt", "a.md", "sub/b.txt") for suffix in ("md", "json", "html")}
    assert set(briefs(folder)) == names | {"index.html", "report.jsonl"}


def test_a_brief_is_the_one_that_summarize_gives(folder: Path) -> None:
    run(folder, formats=("json",))
    source = folder / "in" / "sub" / "b.txt"
    alone = breve.summarize(source, engine=ScriptedEngine(answer=answer))
    brief = json.loads(briefs(folder)["sub/b.txt.json"])
    assert [b["text"] for b in brief["bullets"]] == [b.text for b in alone.bullets]
    assert brief["signature"] == json.loads(json.dumps(alone.signature))
    assert set(brief["timing_s"].values()) == {0}


def test_a_second_run_does_nothing_and_changes_nothing(folder: Path) -> None:
    run(folder)
    before = briefs(folder)
    report = run(folder)
    assert (report.done, report.skipped) == (0, 3)
    assert briefs(folder) == before


def test_a_renamed_file_is_copied_an_edited_one_done_and_a_changed_option_does_all(folder: Path) -> None:
    run(folder)
    (folder / "in/a.txt").rename(folder / "in/sub/renamed.txt")
    (folder / "in/sub/b.txt").write_text(TEXT.format(n=7), encoding="utf-8")
    report = run(folder)
    assert (report.done, report.copied, report.skipped) == (1, 1, 1)
    assert briefs(folder)["sub/renamed.txt.md"] == briefs(folder)["a.txt.md"]
    assert b"7" in briefs(folder)["sub/b.txt.md"]
    assert run(folder, bullets=1).done == 3


def test_the_same_bytes_as_markdown_are_another_article(folder: Path) -> None:
    for name in ("x.txt", "x.md"):
        (folder / "in" / name).write_text("# Titre\n\nLa mairie de Vesoul ferme la piscine.\n", encoding="utf-8")
    assert run(folder).done == 5


def test_a_lost_brief_is_made_again(folder: Path) -> None:
    run(folder)
    (folder / "out/a.txt.md").unlink()
    (folder / "out/sub/b.txt.md").write_bytes(b"cut")
    report = run(folder)
    assert (report.done + report.copied, report.skipped) == (2, 1)
    assert len(briefs(folder)["sub/b.txt.md"]) > 50


def test_force_limit_and_globs(folder: Path) -> None:
    assert run(folder, limit=2).done == 2
    assert run(folder, limit=2).done == 1
    assert run(folder, force=True, globs=("*.md",)).done == 1
    assert run(folder, force=True, globs=("sub/**/*.txt",)).done == 1


def test_a_plan_names_the_files_and_writes_nothing(folder: Path) -> None:
    paths = list(planned(folder / "in", folder / "out", engine=ScriptedEngine(), globs=("*.txt",)))
    assert paths == ["a.txt", "sub/b.txt"]
    assert not (folder / "out").exists()
    run(folder)
    assert list(planned(folder / "in", folder / "out", engine=ScriptedEngine(answer=answer))) == []


BAD = {
    "empty.txt": (b"", "EmptyInput"),
    "symbols.txt": ("… !!! 🙂\n".encode(), "EmptyInput"),
    "english.txt": (b"The town hall announced that the swimming pool would close in March.", "WrongLanguage"),
    "image.txt": (b"\x89PNG\r\n\x1a\n" + bytes(200), "UnreadableInput"),
    "paper.txt": (b"%PDF-1.7\n", "UnsupportedFormat"),
    "photo.jpg": (b"\xff\xd8\xff", "UnsupportedFormat"),
    "enormous.txt": (b"La mairie ferme. " * 1000, "TooLarge"),
}


@pytest.fixture
def bad_folder(folder: Path) -> Path:
    for name, (data, _) in BAD.items():
        (folder / "in" / name).write_bytes(data)
    (folder / "in" / "broken.txt").symlink_to(folder / "nowhere")
    (folder / "in" / "self.txt").symlink_to(folder / "in" / "self.txt")
    (folder / "in" / "sub" / "loop").symlink_to(folder / "in")
    os.mkfifo(folder / "in" / "pipe.txt")
    return folder


def test_every_kind_of_bad_file_is_named_with_its_reason_and_the_rest_is_done(bad_folder: Path) -> None:
    report = run(bad_folder, max_file_bytes=5000)
    assert (report.done, report.failed, report.exit_code) == (3, len(BAD) + 3, 1)
    found = {path: row for path, row in rows(bad_folder).items() if row["status"] == "failed"}
    expected = {name: error for name, (_, error) in BAD.items()}
    expected |= dict.fromkeys(("broken.txt", "self.txt", "pipe.txt"), "UnreadableInput")
    assert {path: row["error"] for path, row in found.items()} == expected
    assert all(row["message"] for row in found.values())
    assert found["english.txt"]["hint"]


def test_a_failure_is_left_alone_until_it_is_asked_for_or_edited(bad_folder: Path) -> None:
    run(bad_folder)
    report = run(bad_folder)
    assert (report.done, report.known > 0, report.exit_code) == (0, True, 1)
    (bad_folder / "in/english.txt").write_text(TEXT.format(n=5), encoding="utf-8")
    assert run(bad_folder, retry_failed=True).done == 1
    (bad_folder / "in/empty.txt").unlink()
    report = run(bad_folder, retry_failed=True)
    assert "empty.txt" in [failure.path for failure in report.failures if failure.error == "UnreadableInput"]
    run(bad_folder)
    assert "empty.txt" not in rows(bad_folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_recorded(folder: Path) -> None:
    (folder / "in/a.txt").chmod(0)
    (folder / "in/sub").chmod(0)
    report = run(folder)
    (folder / "in/sub").chmod(0o755)
    assert {failure.path for failure in report.failures} == {"a.txt", "sub"}


def test_fail_fast_stops(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 200)
    (tmp_path / "in" / "000" / "article-000000.txt").write_bytes(b"")
    report = run(tmp_path, fail_fast=True)
    assert report.failed == 1
    assert report.done < 200


def test_an_article_that_the_engine_fails_on_harms_no_other(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 20)
    report = run(tmp_path, fault)
    assert (report.done, [(f.path, f.error) for f in report.failures]) == (
        19, [("000/article-000013.txt", "RuntimeError")],
    )  # fmt: skip


def test_an_article_that_ends_its_process_is_recorded_and_the_others_are_done(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 20)
    report = run(tmp_path, Crash(), workers=2)
    assert (report.done, [(f.path, f.error) for f in report.failures]) == (
        19, [("000/article-000013.txt", "WorkerDied")],
    )  # fmt: skip


def test_processes_give_the_same_tree(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 80)
    run(tmp_path, formats=("md", "json"))
    one = briefs(tmp_path)
    run(tmp_path, formats=("md", "json"), workers=2, force=True)
    assert briefs(tmp_path) == one


def test_the_first_groups_are_small_where_several_workers_wait_for_one() -> None:
    assert [group_bytes(n, 2) for n in range(8)] == [4000, 4000, 8000, 8000, *[GROUP_BYTES] * 4]
    assert {group_bytes(n, 1) for n in range(8)} == {GROUP_BYTES}
    assert group_bytes(100_000, 2) == GROUP_BYTES


def test_a_full_disk_ends_the_run_with_what_was_done_journalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 80)
    left = iter(range(50))
    whole = os.fsync

    def fsync(descriptor: int) -> None:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        whole(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(breve.OutputError, match="No space left"):
            run(tmp_path)
    assert not [name for name in briefs(tmp_path) if Path(name).name.startswith(".")]
    report = run(tmp_path)
    assert report.done + report.skipped == 80
    assert report.skipped > 0


def test_an_output_that_can_not_be_written_is_one_failure(folder: Path) -> None:
    (folder / "out" / "a.txt.md").mkdir(parents=True)
    report = run(folder)
    assert (report.done, [f.path for f in report.failures]) == (2, ["a.txt"])


@pytest.mark.parametrize("name", ["out-is-a-file", "same", "no-input"])
def test_a_wrong_call_says_what_is_wrong(folder: Path, name: str) -> None:
    (folder / "file").write_text("")
    pair = {
        "out-is-a-file": ("in", "file"), "same": ("in", "in"), "no-input": ("nowhere", "out"),
    }[name]  # fmt: skip
    with pytest.raises(breve.OptionError):
        breve.batch(folder / pair[0], folder / pair[1], engine=ScriptedEngine())


def test_an_output_folder_inside_the_input_is_not_read(folder: Path) -> None:
    for _ in range(2):
        report = breve.batch(folder / "in", folder / "in/sub/out", engine=ScriptedEngine(answer=answer))
    assert (report.done, report.skipped) == (0, 3)


def driver(folder: Path, seconds: float, **values: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(DRIVER), str(folder / "in"), str(folder / "out"), json.dumps(values), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def wait_for(what: Iterator[Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not next(what):
        assert time.monotonic() < end
        time.sleep(0.05)


def made(folder: Path) -> Iterator[bool]:
    while True:
        yield (folder / "out").exists() and any((folder / "out").rglob("*.txt.md"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_in_good_order(tmp_path: Path, number: int, code: int) -> None:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 200)
    process = driver(tmp_path, 0.005)
    wait_for(made(tmp_path))
    process.send_signal(number)
    assert process.wait(60) == code, process.stderr and process.stderr.read()
    there = [name for name in briefs(tmp_path) if name.endswith(".txt.md")]
    assert 0 < len(there) < 200
    report = run(tmp_path)
    assert (report.skipped, report.done) == (len(there), 200 - len(there))


def test_a_second_run_at_once_is_refused_or_waits(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 100)
    process = driver(tmp_path, 0.005)
    wait_for(made(tmp_path))
    with pytest.raises(breve.OptionError, match="another run is writing"):
        run(tmp_path, wait=False)
    report = run(tmp_path, wait=True)
    assert process.wait(60) == 0
    assert report.skipped == 100


def test_new_and_changed_files_are_done_as_they_come(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), str(folder / "in"), str(folder / "out"), '{"watch": true}'],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    expected = folder / "out" / "report.jsonl"
    wait_for(iter(expected.exists, None))
    new = folder / "in" / "later" / "c.txt"
    new.parent.mkdir()
    new.write_text(TEXT.format(n=9), encoding="utf-8")
    wait_for(iter((folder / "out/later/c.txt.md").exists, None))
    before = briefs(folder)["a.txt.md"]
    (folder / "in/a.txt").write_text(TEXT.format(n=8), encoding="utf-8")
    wait_for(iter(lambda: briefs(folder)["a.txt.md"] != before, None))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130, process.stderr and process.stderr.read()


def test_progress_counts_files(folder: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    run(folder, progress=lambda report: seen.append((report.seen, report.total)))
    assert seen[-1] == (3, 3)


def test_a_run_outside_the_main_thread_works(folder: Path) -> None:
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(run(folder)))
    thread.start()
    thread.join()
    assert reports[0].done == 3


@pytest.mark.parametrize(
    ("glob", "path", "found"),
    [
        ("*.txt", "a/b/c.txt", True), ("*.txt", "a/b/c.md", False), ("**/*.txt", "c.txt", True),
        ("a/*.txt", "a/b/c.txt", False), ("a/**/*.txt", "a/b/c.txt", True), ("a/**/*.txt", "a/c.txt", True),
        ("[ab].txt", "a.txt", True), ("./a/?.txt", "a/c.txt", True), ("a/**", "a/b/c.txt", True),
    ],
)  # fmt: skip
def test_globs(glob: str, path: str, found: bool) -> None:
    assert wanted_by((glob,))(path) is found


def test_hidden_files_are_passed_over_and_order_is_that_of_names(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".git/x.txt", "b/.hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    listed = list(list_files(tmp_path, lambda path: True, tmp_path / "out", lambda path, error: None))
    assert listed == ["a.txt", "b/1.txt", "b/2.txt"]


def test_output_names_that_a_file_system_or_the_report_would_not_take_are_made_others() -> None:
    paths = ("index", "INDEX", "é" * 120 + ".txt", "é" * 120 + ".md", "sub/index")
    names = [output_name(path, "html") for path in paths]
    assert len({name.lower() for name in names}) == 5
    assert "index.html" not in {name.lower() for name in names}
    assert max(len(name.encode()) for name in names) < 230


def test_a_name_that_is_no_unicode_is_taken(folder: Path) -> None:
    (folder / "in" / os.fsdecode(b"caf\xe9.txt")).write_text(TEXT.format(n=4), encoding="utf-8")
    assert run(folder).done == 4
    assert run(folder).skipped == 4
