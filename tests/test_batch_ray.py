"""The batch on a Ray cluster of this machine. Nodes that are lost and files that kill: bench/ray_nodes.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import breve
from batch_driver import answer, make_files
from breve.engines.scripted import ScriptedEngine
from kills import tree

BENCH = Path(__file__).parents[1] / "bench"
pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    ray = pytest.importorskip("ray")
    with pytest.MonkeyPatch.context() as patch:
        # The workers import the script of the engine.
        patch.setenv("PYTHONPATH", os.pathsep.join([str(BENCH), os.environ.get("PYTHONPATH", "")]))
        start(ray)
        yield
        ray.shutdown()


def start(ray: Any) -> None:
    """Start Ray, which gives up after some seconds on a machine that is very busy: then there is nothing to test."""
    try:
        ray.init(num_cpus=2, logging_level="ERROR", log_to_driver=False)
    except Exception as error:  # Ray raises a bare one
        ray.shutdown()
        if "timed out during startup" not in str(error):
            raise
        pytest.skip("Ray did not start in time")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    make_files(tmp_path / "in", 12)
    (tmp_path / "in" / "empty.txt").write_bytes(b"")
    (tmp_path / "in" / "broken.txt").symlink_to(tmp_path / "nowhere")
    return tmp_path


def test_a_cluster_leaves_the_same_tree_and_either_run_goes_on(folder: Path, cluster: None) -> None:
    engine = ScriptedEngine(answer=answer)
    breve.batch(folder / "in", folder / "local", engine=engine)
    report = breve.batch(folder / "in", folder / "out", engine=engine, runner="ray", workers=1)
    assert (report.done, {f.path: f.error for f in report.failures}) == (
        12, {"empty.txt": "EmptyInput", "broken.txt": "UnreadableInput"},
    )  # fmt: skip
    assert {k: v for k, v in tree(folder / "out").items() if k.endswith(".md")} == {
        k: v for k, v in tree(folder / "local").items() if k.endswith(".md")
    }
    (folder / "in/000/article-000003.txt").rename(folder / "in/renamed.txt")
    report = breve.batch(folder / "in", folder / "out", engine=engine, runner="ray", workers=1)
    assert (report.done, report.copied, report.skipped) == (0, 1, 11)
    assert breve.batch(folder / "in", folder / "out", engine=engine).skipped == 12


def test_parquet_holds_the_same_briefs_and_is_not_written_twice(folder: Path, cluster: None) -> None:
    import json

    import pyarrow.dataset as ds

    engine = ScriptedEngine(answer=answer)
    for done, skipped in ((12, 0), (0, 12)):
        report = breve.batch(
            folder / "in", folder / "rows", engine=engine, runner="ray", workers=1, formats=("parquet",)
        )  # fmt: skip
        assert (report.done, report.skipped >= skipped) == (done, True)
    breve.batch(folder / "in", folder / "local", engine=engine)
    rows = ds.dataset(folder / "rows").to_table().to_pylist()
    briefs = {row["path"]: json.loads(row["texts"])["md"] for row in rows if row["status"] == "done"}
    assert briefs == {
        name.removesuffix(".md"): data.decode() for name, data in tree(folder / "local").items() if name.endswith(".md")
    }
