"""The server behind the page, with a scripted engine: what programs, agents and operators see."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from breve.document import Flag
from breve.engines.scripted import ScriptedEngine
from breve.errors import BreveError, OptionError
from breve.web import many, markup
from breve.web.events import article_events, options_of
from breve.web.i18n import texts
from breve.web.page import build
from breve.web.server import AUTH_VARIABLE, authentication, start
from breve.web.service import Service, ShuttingDown

SEEDS = Path(__file__).parents[1] / "seeds"
XIAOMI = (SEEDS / "xiaomi.fr.txt").read_text(encoding="utf-8")
LINE = "Le maire de Lyon a annoncé mardi la fermeture de la ligne pendant trois semaines. "


def translated(prompt: str) -> str:
    """Answer as a translation model whose English keeps the words, so that all facts are kept."""
    return prompt.removeprefix("French: ").removesuffix("\nEnglish:")


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(ScriptedEngine(answer=translated))


@pytest.fixture(scope="module")
def url(service: Service) -> Iterator[str]:
    page = build(service)
    yield start(page, service, host="127.0.0.1").rstrip("/")
    page.close(verbose=False)


def call(url: str, endpoint: str, *data: Any) -> Any:
    """Call an endpoint as docs/web.md tells to: post, then read the stream of events."""
    with httpx.Client(timeout=60) as client:
        posted = client.post(f"{url}/gradio_api/call/{endpoint}", json={"data": list(data)}).raise_for_status()
        events = client.get(f"{url}/gradio_api/call/{endpoint}/{posted.json()['event_id']}").text
    lines = events.strip().splitlines()
    assert "event: complete" in lines, events
    return json.loads(lines[-1].removeprefix("data: "))[0]


def test_rest_gives_a_brief_in_the_schema(url: str) -> None:
    brief = call(url, "summarize", XIAOMI, 3)
    assert brief["schema"] == "breve/1"
    assert len(brief["bullets"]) == 3
    assert brief["coverage"]["translated"] == brief["coverage"]["segments"] == len(brief["segments"])


def test_a_translation_has_one_entry_a_sentence_in_order(url: str) -> None:
    answer = call(url, "translate", "Il pleut à Paris. Le train est parti sans nous.")
    assert [entry["source"] for entry in answer] == ["Il pleut à Paris.", "Le train est parti sans nous."]
    assert [entry["id"] for entry in answer] == [0, 1]


def test_gradio_client_gets_types_descriptions_and_the_brief(url: str) -> None:
    from gradio_client import Client

    client = Client(url, verbose=False)
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(described) == {"/summarize", "/translate"}
    text = described["/summarize"]["parameters"][0]
    assert (text["parameter_name"], text["python_type"]["type"]) == ("text", "str")
    assert "cites the French sentences" in described["/summarize"]["description"]
    assert client.predict(text=XIAOMI, api_name="/summarize")["schema"] == "breve/1"


def test_a_client_is_told_what_was_wrong(url: str) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(url, verbose=False)
    with pytest.raises(AppError, match="no words"):
        client.predict(text=" … ", api_name="/summarize")
    with pytest.raises(AppError, match="bullets is 99; it must be 1 to 50"):
        client.predict(text=XIAOMI, bullets=99, api_name="/summarize")


def test_an_mcp_client_finds_one_tool_and_gets_the_brief(url: str) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def ask() -> tuple[list[Any], Any]:
        async with streamablehttp_client(f"{url}/gradio_api/mcp/") as (read, write, _), ClientSession(read, write) as s:
            await s.initialize()
            listed = await s.list_tools()
            return listed.tools, await s.call_tool("summarize", {"text": XIAOMI, "bullets": 4})

    tools, answer = asyncio.run(ask())
    assert [tool.name for tool in tools] == ["summarize"]
    assert "cites the French sentences" in tools[0].description
    assert "3 to 7" in tools[0].inputSchema["properties"]["bullets"]["description"]
    assert not answer.isError
    assert len(json.loads(answer.content[0].text)["bullets"]) == 4
