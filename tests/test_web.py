"""The server behind the page, with a scripted engine: what programs, agents and operators see."""

from __future__ import annotations

import asyncio
import base64
import gc
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
import zipfile
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
from breve.errors import BreveError, ModelBroken, OptionError
from breve.web import assets, many, markup
from breve.web.events import article_events, options_of
from breve.web.i18n import texts
from breve.web.page import build
from breve.web.server import AUTH_VARIABLE, authentication, start
from breve.web.service import Service, ShuttingDown

SEEDS = Path(__file__).parents[1] / "seeds"
XIAOMI = (SEEDS / "xiaomi.fr.txt").read_text(encoding="utf-8")
ACCIDENT = (SEEDS / "accident.fr.txt").read_text(encoding="utf-8")
INJECTIONS = (Path(__file__).parent / "injections.txt").read_text(encoding="utf-8").splitlines()
OURS = {"div", "strong", "span", "table", "caption", "thead", "tbody", "tr", "th", "td", "br", "b"}
LINE = "Le maire de Lyon a annoncé mardi la fermeture de la ligne pendant trois semaines. "


def translated(prompt: str) -> str:
    """Answer as a translation model whose English keeps the words, so that all facts are kept."""
    return prompt.removeprefix("French: ").removesuffix("\nEnglish:")


@pytest.fixture(scope="module")
def engine() -> ScriptedEngine:
    return ScriptedEngine(answer=translated)


@pytest.fixture(scope="module")
def service(engine: ScriptedEngine) -> Service:
    return Service(engine)


@pytest.fixture(scope="module")
def url(service: Service) -> Iterator[str]:
    page = build(service)
    yield start(page, service, host="127.0.0.1").rstrip("/")
    page.close(verbose=False)


def call(url: str, endpoint: str, **arguments: Any) -> Any:
    """Call an endpoint as docs/web.md tells to: post, then read the stream of events."""
    with httpx.Client(timeout=60) as client:
        posted = client.post(f"{url}/gradio_api/call/v2/{endpoint}", json=arguments).raise_for_status()
        events = client.get(f"{url}/gradio_api/call/{endpoint}/{posted.json()['event_id']}").text
    lines = events.strip().splitlines()
    assert "event: complete" in lines, events
    return json.loads(lines[-1].removeprefix("data: "))[0]


def test_rest_gives_a_brief_in_the_schema(url: str) -> None:
    brief = call(url, "summarize", text=XIAOMI, bullets=3)
    assert brief["schema"] == "breve/1"
    assert len(brief["bullets"]) == 3
    assert brief["coverage"]["translated"] == brief["coverage"]["segments"] == len(brief["segments"])


def test_a_translation_has_one_entry_a_sentence_in_order(url: str) -> None:
    answer = call(url, "translate", text="Il pleut à Paris. Le train est parti sans nous.")
    assert [entry["source"] for entry in answer] == ["Il pleut à Paris.", "Le train est parti sans nous."]
    assert [entry["id"] for entry in answer] == [0, 1]


def test_gradio_client_gets_types_descriptions_and_the_brief(url: str) -> None:
    from gradio_client import Client

    client = Client(url, verbose=False)
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(described) == {"/summarize", "/translate", "/brief"}
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
            return listed.tools, await s.call_tool("brief_french_article", {"text": XIAOMI, "bullets": 4})

    tools, answer = asyncio.run(ask())
    assert [tool.name for tool in tools] == ["brief_french_article"]
    assert "can be checked against its source" in tools[0].description
    assert "3 to 7" in tools[0].inputSchema["properties"]["bullets"]["description"]
    assert not answer.isError
    lines = answer.content[0].text.splitlines()
    assert len([line for line in lines if line.startswith("- ")]) == 4
    assert "## Evidence" in lines


def test_health_says_what_runs(url: str) -> None:
    answer = httpx.get(f"{url}/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["active"]) == ("ok", 0)


def test_forty_clients_at_once_get_a_brief_or_are_told_that_it_is_busy(url: str) -> None:
    def ask(_: int) -> int:
        return httpx.post(f"{url}/gradio_api/call/v2/summarize", json={"text": XIAOMI}, timeout=60).status_code

    with ThreadPoolExecutor(40) as pool:
        codes = list(pool.map(ask, range(40)))
    assert set(codes) <= {200, 503}
    assert codes.count(200) >= 32
    assert call_when_free(url)["schema"] == "breve/1"


def call_when_free(url: str) -> Any:
    for _ in range(120):
        try:
            return call(url, "summarize", text=XIAOMI)
        except httpx.HTTPStatusError as error:
            assert "full" in error.response.json()["detail"]
            time.sleep(0.5)
    raise AssertionError("the queue never emptied")


def test_memory_stays_flat_over_200_requests(url: str, engine: ScriptedEngine) -> None:
    def used_mb(requests: int) -> float:
        for _ in range(requests):
            call(url, "summarize", text=ACCIDENT)
            engine.calls.clear()  # its memory of them is no part of the server's
        gc.collect()
        return float(psutil.Process().memory_info().rss) / 1e6

    settled = used_mb(60)
    assert used_mb(200) - settled < 20


def test_a_queue_that_is_full_says_busy() -> None:
    gate = threading.Event()

    def held(prompt: str) -> str:
        gate.wait(30)
        return translated(prompt)

    engine = ScriptedEngine(answer=held)
    service = Service(engine)
    gate.set()  # for the warm-up
    page = build(service)
    page.queue(max_size=2)
    url = start(page, service, host="127.0.0.1").rstrip("/")
    gate.clear()
    try:
        answers = []
        for _ in range(6):
            answers.append(httpx.post(f"{url}/gradio_api/call/v2/translate", json={"text": LINE}))
            time.sleep(0.2)
        refused = [a for a in answers if a.status_code == 503]
        assert refused
        assert "Queue is full" in refused[0].json()["detail"]
        assert {a.status_code for a in answers} == {200, 503}
    finally:
        gate.set()
        page.close(verbose=False)


def test_draining_lets_work_end_and_takes_no_more() -> None:
    service = Service(ScriptedEngine(answer=translated))
    run = service.run(XIAOMI, options_of())
    next(run)
    drained: list[bool] = []
    waiting = threading.Thread(target=lambda: drained.append(service.drain(20)))
    waiting.start()
    while not service.draining:
        time.sleep(0.01)
    with pytest.raises(ShuttingDown):
        service.summarize(LINE, options_of())
    assert list(run)[-1].summary is not None
    waiting.join()
    assert drained == [True]


def test_closing_a_run_ends_its_work() -> None:
    engine = ScriptedEngine(answer=translated)
    service = Service(engine)
    run = service.run(LINE * 100, options_of())
    next(run), next(run)
    asked = len(engine.asked)
    run.close()
    assert asked < 50
    assert len(engine.asked) == asked
    assert service.active == 0


@pytest.mark.parametrize("value", ["user", ":password", "user:"])
def test_a_malformed_auth_variable_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, value)
    with pytest.raises(OptionError, match="user:password"):
        authentication()


def test_auth_keeps_strangers_out_but_not_the_health_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, "ada:love:lace")
    service = Service(ScriptedEngine(answer=translated))
    page = build(service)
    url = start(page, service, host="127.0.0.1").rstrip("/")
    try:
        assert httpx.post(f"{url}/gradio_api/call/v2/translate", json={"text": LINE}).status_code == 401
        assert httpx.get(f"{url}/health").status_code == 200
        with httpx.Client() as client:
            client.post(f"{url}/login", data={"username": "ada", "password": "love:lace"}).raise_for_status()
            assert client.post(f"{url}/gradio_api/call/v2/translate", json={"text": LINE}).status_code == 200
    finally:
        page.close(verbose=False)


def test_no_word_of_a_reader_reaches_the_log(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    private_text = "Le secret de Polichinelle est gardé. "
    call(url, "translate", text=private_text)
    httpx.post(f"{url}/gradio_api/call/summarize", json={"data": [private_text]})  # arguments are missing
    httpx.post(f"{url}/gradio_api/call/v2/summarize", json={"text": private_text, "bullets": 99})
    httpx.post(f"{url}/gradio_api/call/v2/summarize", json={"text": private_text, "bullets": "Polichinelle"})
    call(url, "translate", text=private_text)  # by now the others have ended
    said = capfd.readouterr()
    assert "Polichinelle" not in said.out + said.err


def test_every_word_is_there_in_both_languages_and_used() -> None:
    sources = "".join(f.read_text(encoding="utf-8") for f in Path(markup.__file__).parent.glob("*.py"))
    for key, text in texts().items():
        assert set(text) == {"en", "fr"}
        assert re.search(rf"""["']{key}["']""", sources), key


class Elements(HTMLParser):
    """What a browser would build of a markup: its elements, their attributes, its text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(text: str) -> list[str]:
    """Return all markup that a run over a text or a file puts on the page."""
    service = Service(ScriptedEngine(answer=translated))
    updates = [u for step in article_events(service, text, None, 0, "embedded", True) for u in step[:3]]
    return [update for update in updates if isinstance(update, str)]


@pytest.mark.parametrize("injection", INJECTIONS)
def test_markup_in_a_text_or_title_stays_text(injection: str) -> None:
    harmless = shown("Un titre bien à lui\n\n" + LINE * 3)
    allowed = {n for m in harmless for n in Elements(m).names} | {"span"}
    attributes = {a for m in harmless for a in Elements(m).attributes}
    markups = shown(f"Un titre {injection}\n\nLe maire a dit {injection} à Lyon. {LINE * 3}")
    found = [Elements(m) for m in markups]
    assert {name for e in found for name in e.names} <= allowed
    assert {name for e in found for name in e.attributes} <= attributes
    assert any(" ".join(injection.split()) in " ".join(e.text.split()) for e in found)


@pytest.mark.parametrize("injection", INJECTIONS)
def test_markup_in_a_flag_an_error_or_a_file_name_stays_text(injection: str) -> None:
    error = Elements(markup.problem(BreveError(injection, hint=injection)))
    row = {"file": injection, "title": injection, "state": "failed", "error": injection}
    table = Elements(markup.table([row]))
    flagged = Elements(markup.marked(injection, [Flag("number", injection)]))
    for found, count in ((error, 2), (table, 3), (flagged, 1)):
        assert found.text.count(injection) == count
        assert found.names <= OURS
        assert not {name for name in found.attributes if name.startswith("on") or name in {"src", "href"}}


def test_live_cells_are_escaped_too() -> None:
    from breve.document import Translation

    line = markup.live([Translation(3, "<img src=x onerror=window.pwned=1>")])
    assert json.loads(line) == [[3, "&lt;img src=x onerror=window.pwned=1&gt;"]]


def test_checked_and_doubtful_numbers_are_told_apart() -> None:
    html = markup.marked("It sold 20,000 cars in 2024.", [Flag("number", "20,000 is not in the source")])
    assert '<b class="doubtful">20,000</b>' in html
    assert '<b class="checked">2024</b>' in html


def test_a_bad_file_is_listed_and_the_others_go_on(tmp_path: Path) -> None:
    good, bad, other = tmp_path / "a.txt", tmp_path / "b.xyz", tmp_path / "c.txt"
    good.write_text(XIAOMI, encoding="utf-8")
    bad.write_bytes(b"\x00\x01")
    other.write_text(ACCIDENT, encoding="utf-8")
    service = Service(ScriptedEngine(answer=translated))
    steps = list(many.many_events(service, [str(good), str(bad), str(other)], options_of()))
    _, table, exports = steps[-1]
    text = Elements(table).text
    assert text.count("done") == 2
    assert "b.xyz is of the format .xyz" in text
    assert str(tmp_path) not in text
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(exports))) as archive:
        assert archive.namelist() == ["001-a.txt.md", "001-a.txt.json", "002-c.txt.md", "002-c.txt.json"]
        assert json.loads(archive.read("001-a.txt.json"))["schema"] == "breve/1"


def test_an_unforeseen_error_is_told_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    def broken(prompt: str) -> str:
        raise ValueError(prompt)

    service = Service(ScriptedEngine(answer=broken))
    last = list(article_events(service, XIAOMI, None, 0, "embedded", False))[-1]
    assert "Something went wrong on the server" in last[0]
    assert "Xiaomi" not in last[0] + caplog.text
    assert "ValueError" in caplog.text


def examples(language: str) -> list[str]:
    page = (SEEDS.parent / "docs" / "web.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("code", examples("python"))
def test_the_python_examples_of_the_docs_run(url: str, code: str, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(code.replace("http://127.0.0.1:7860", url), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Le maire de Lyon" in done.stdout  # the scripted engine keeps the words


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("code", examples("bash"))
def test_the_shell_examples_of_the_docs_run(url: str, code: str) -> None:
    done = subprocess.run(
        ["bash", "-c", code.replace("http://127.0.0.1:7860", url)], capture_output=True, text=True, timeout=120
    )
    assert "event: complete" in done.stdout, done.stdout + done.stderr
    assert '"schema": "breve/1"' in done.stdout


def test_requirements_of_a_hosted_space_are_those_of_the_package() -> None:
    root = SEEDS.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = {*project["dependencies"], *extras["embedded"], *extras["web"]}
    listed = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in listed if not line.startswith("#")} == needed


@pytest.mark.model
def test_a_server_that_is_told_to_end_ends_its_work_first() -> None:
    root = SEEDS.parent
    with subprocess.Popen([sys.executable, root / "app.py"], cwd=root, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = next(line.split()[-1] for line in server.stdout if line.startswith("Brève is at")).rstrip("/")
        posted = httpx.post(f"{url}/gradio_api/call/v2/summarize", json={"text": ACCIDENT[:600]}).json()
        while httpx.get(f"{url}/health").json()["active"] == 0:
            time.sleep(0.05)
        server.terminate()
        answer = httpx.get(f"{url}/gradio_api/call/summarize/{posted['event_id']}", timeout=60).text
        assert "event: complete" in answer
        assert server.wait(60) == 0


def test_what_the_page_never_uses_is_not_loaded_and_still_works() -> None:
    code = (
        "import gc, inspect, jinja2, ssl, sys\nfrom breve.web.lean import UNUSED, lean_import\n"
        "patched = inspect.getfile, ssl.create_default_context, jinja2.Template\n"
        "with lean_import():\n    from breve.web.page import build\n"
        "assert (inspect.getfile, ssl.create_default_context, jinja2.Template) == patched and gc.isenabled()\n"
        "from breve.web.service import Service\nfrom breve.engines.scripted import ScriptedEngine\n"
        "from breve.web.server import start\nservice = Service(ScriptedEngine(answer=str))\n"
        "page = build(service)\nurl = start(page, service, host='127.0.0.1')\n"
        "assert not [name for name in UNUSED if getattr(sys.modules.get(name), '__file__', None)]\n"
        "import importlib.util\nassert importlib.util.find_spec('pandas')\n"
        "import pandas\nassert pandas.DataFrame({'a': [1, 2]}).a.sum() == 3\n"
        "import pandas.io.json\nfrom pandas import Series\n"
        "from huggingface_hub import HfApi, hf_api\n"
        "assert HfApi(endpoint='http://here').endpoint == 'http://here'\n"
        "class Own(HfApi):\n    pass\n"
        "assert isinstance(Own(), hf_api.HfApi) and isinstance(Own(), HfApi)\n"
        "import mcp.server.fastmcp.server\nfrom mcp.server import FastMCP\nassert FastMCP('here').name == 'here'\n"
        "import gradio as gr\nassert gr.Workflow.__name__ == 'Workflow' and callable(gr.load)\n"
        "import fastapi\nassert fastapi.FastAPI().openapi()['paths'] == {}\n"
        "page.close(verbose=False)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_page_names_the_scripts_that_its_browser_will_ask_for(url: str) -> None:
    assert "link" not in httpx.get(f"{url}/health").headers
    link = httpx.get(f"{url}/").headers["link"]
    names = re.findall(r"<(assets/[\w.-]+)>; rel=modulepreload", link)
    assert len(names) > 20
    assert len(link) < 3000
    for name in names:
        answer = httpx.get(f"{url}/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0].endswith("/javascript")
        assert "immutable" in answer.headers["cache-control"]
    for wrong in ("assets/none.js", "assets/..%2Findex.html", "assets/%2Fetc%2Fpasswd"):
        assert httpx.get(f"{url}/{wrong}").status_code in {403, 404}


def test_a_front_end_that_names_its_scripts_otherwise_is_served_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "assets"
    monkeypatch.setattr(assets, "FOLDER", folder)
    assert assets.routes() == assets.middleware(["textbox"]) == []
    folder.mkdir()
    for text in ("", "assets/index-a1.js"):
        (tmp_path / "index.html").write_text(text, encoding="utf-8")
        assert assets.middleware(["textbox"]) == []


def test_a_model_that_does_not_load_is_told_when_the_server_starts() -> None:
    def broken(prompt: str) -> str:
        raise ModelBroken("the model is damaged")

    service = Service(ScriptedEngine(answer=broken))
    with pytest.raises(ModelBroken, match="damaged"):
        start(build(service), service)


def test_the_command_serves_and_refuses_a_malformed_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, "no colon")
    done = subprocess.run([sys.executable, "-m", "breve.cli", "serve"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "must be user:password" in done.stderr


def test_a_file_is_read_when_no_text_is_given(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_bytes(ACCIDENT.encode("cp1252"))
    service = Service(ScriptedEngine(answer=translated))
    last = list(article_events(service, "  ", str(file), 3, "embedded", False))[-1]
    saved = json.loads(json.loads(last[4])["json"])
    assert len(saved["bullets"]) == 3
    assert saved["title"]["source"] == ACCIDENT.splitlines()[0]
