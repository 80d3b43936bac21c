"""A model behind a URL: what goes over the wire, and what happens when the other side fails."""

from __future__ import annotations

import json
import socket
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from openai_server import Script, serving

from breve.cli import exit_code
from breve.engines.base import Decoding, Request
from breve.engines.profiles import ModelChoice, load_profile
from breve.engines.server import ServerEngine
from breve.errors import ModelError, ModelMissing, OptionError
from breve.pipeline import summarize

KEY = "sk-very-secret"


@pytest.fixture
def script() -> Iterator[Script]:
    with serving(Script()) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREVE_SERVER_URL", script.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("BREVE_SERVER_MODEL", raising=False)


def engine(**settings: Any) -> ServerEngine:
    return ServerEngine(ModelChoice(engine="server", model="first", **settings))


class TestWire:
    def test_the_model_system_text_and_limits_are_sent_and_the_key_only_as_a_header(self, script: Script) -> None:
        made = engine()
        ((hypothesis,),) = made.generate([Request("bonjour", 7, "be brief")])
        (asked,) = script.asked
        assert hypothesis.text == "BONJOUR"
        assert asked["model"] == "tiny-chat"
        assert asked["messages"] == [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "bonjour"},
        ]
        assert (asked["max_tokens"], asked["temperature"]) == (7, 0.0)
        assert script.headers[0]["authorization"] == f"Bearer {KEY}"
        assert KEY not in json.dumps(asked) + json.dumps(dict(made.signature()))

    def test_no_more_requests_are_under_way_than_allowed_and_the_order_stays(self, script: Script) -> None:
        script.delay_s = 0.03
        texts = [f"phrase {n}" for n in range(12)]
        answers = engine(concurrency=3).generate([Request(text) for text in texts])
        assert [h[0].text for h in answers] == [text.upper() for text in texts]
        assert 2 <= script.most_at_once <= 3

    def test_other_hypotheses_are_sampled_with_seeds_of_their_own(self, script: Script) -> None:
        engine().generate([Request("a")], Decoding(num_hypotheses=3, seed=5))
        assert sorted((a["seed"], a["temperature"] > 0) for a in script.asked) == [(5, False), (6, True), (7, True)]

    def test_a_schema_is_sent_and_left_out_for_a_server_that_refuses_it(self, script: Script) -> None:
        script.faults = deque(["no schema", "no schema"])
        made = engine(concurrency=1)
        request = Request("a", json_schema={"type": "object"})
        assert [h[0].text for h in made.generate([request, request])] == ["A", "A"]
        assert ["response_format" in asked for asked in script.asked] == [True, True, False, False]

    def test_a_server_that_takes_a_schema_in_another_form_gets_it_so(self, script: Script) -> None:
        script.faults = deque(["json_object"] * 3)
        made = engine(concurrency=1, max_retries=0)
        schema = {"type": "object"}
        request = Request("a", json_schema=schema)
        assert [h[0].text for h in made.generate([request, request])] == ["A", "A"]
        first, *rest = [asked["response_format"] for asked in script.asked]
        assert first["json_schema"]["schema"] == schema
        assert rest == [{"type": "json_object", "schema": schema}] * 2

    def test_settings_that_a_model_refuses_are_named_otherwise_or_left_out(self, script: Script) -> None:
        script.refused = frozenset({"max_tokens", "temperature"})
        made = engine()
        answers = made.generate([Request("bonjour", 7)]) + made.generate([Request("a longer one than that", 2)])
        assert [(found.text, found.finished) for (found,) in answers] == [("BONJOUR", True), ("A LONG", False)]
        assert [("temperature" in asked, asked.get("max_completion_tokens")) for asked in script.asked[2:]] == [
            (False, 7), (False, 2),
        ]  # fmt: skip

    def test_another_setting_that_is_refused_is_an_error(self, script: Script) -> None:
        script.refused = frozenset({"model"})
        with pytest.raises(ModelError, match="unsupported: model"):
            engine().generate([Request("bonjour")])

    def test_the_thoughts_of_a_reasoning_model_are_no_part_of_its_answer(self, script: Script) -> None:
        script.answer = lambda asked: "<think>Hm.\nWell.</think>\n\nYes."
        assert engine().generate([Request("a")])[0][0].text == "Yes."

    def test_a_mark_of_thoughts_within_an_answer_cuts_nothing_off(self, script: Script) -> None:
        script.answer = lambda asked: "The tag is <think>. It opens a thought."
        assert engine().generate([Request("a")])[0][0].text == "The tag is <think>. It opens a thought."

    def test_an_answer_that_a_filter_cut_is_not_finished(self, script: Script) -> None:
        script.faults = deque(["content_filter"])
        assert not engine().generate([Request("a")])[0][0].finished


class TestFaults:
    @pytest.mark.parametrize("faults", [["429", "429"], ["500", "503"], ["cut"], ["429", "cut", "502"]])
    def test_what_passes_is_tried_again(self, script: Script, faults: list[str]) -> None:
        script.faults = deque(faults)
        assert engine().generate([Request("oui")])[0][0].text == "OUI"
        assert len(script.asked) == len(faults) + 1

    def test_a_slow_answer_is_given_up_and_tried_again(self, script: Script) -> None:
        script.faults = deque(["slow"])
        assert engine(timeout_s=0.3).generate([Request("oui")])[0][0].text == "OUI"

    @pytest.mark.parametrize(
        ("fault", "said"),
        [("400", "400"), ("broken", "can't be read"), ("odd", "no choices"), ("no message", "can't be read"),
         ("list", "can't be read"), ("no list", "can't be read")],
    )  # fmt: skip
    def test_what_stays_wrong_is_a_model_error(self, script: Script, fault: str, said: str) -> None:
        script.faults = deque([fault] * 20)
        with pytest.raises(ModelError, match=said):
            engine(max_retries=1).generate([Request("oui")])

    def test_a_refused_key_says_which_variable_and_never_the_key(self, script: Script) -> None:
        script.faults = deque(["401"])
        with pytest.raises(ModelError) as caught:
            engine().generate([Request("oui")])
        assert "OPENAI_API_KEY" in str(caught.value.hint)
        assert KEY not in f"{caught.value}{caught.value.hint}"

    def test_a_server_that_repeats_the_key_does_not_get_it_shown(self, script: Script) -> None:
        script.faults = deque(["echo"])
        with pytest.raises(ModelError, match="wrong key: Bearer …") as caught:
            engine().generate([Request("oui")])
        assert KEY not in f"{caught.value}{caught.value.hint}"

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:port/v1", "localhost:8080/v1", "ftp://host/v1", "http://", "http://[::1/v1"]
    )
    def test_what_is_no_address_says_what_is_one(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BREVE_SERVER_URL", url)
        with pytest.raises(OptionError, match="http://HOST:PORT/v1"):
            engine()

    def test_a_password_in_what_is_no_address_is_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BREVE_SERVER_URL", f"http://me:{KEY}@127.0.0.1:port/v1")
        with pytest.raises(OptionError) as caught:
            engine()
        assert KEY not in str(caught.value)

    def test_without_the_client_exit_code_4_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "openai", None)
        with pytest.raises(ModelMissing) as caught:
            engine().generate([Request("oui")])
        assert "breve[server]" in str(caught.value.hint)

    def test_retries_end(self, script: Script) -> None:
        script.faults = deque(["503"] * 20)
        with pytest.raises(ModelError, match="503"):
            engine(max_retries=2).generate([Request("oui")])
        assert len(script.asked) == 3

    def test_no_server_is_exit_code_4_with_what_to_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        monkeypatch.setenv("BREVE_SERVER_URL", f"http://127.0.0.1:{port}/v1")
        with pytest.raises(ModelMissing, match=f"127.0.0.1:{port}") as caught:
            engine(max_retries=0).generate([Request("oui")])
        assert "BREVE_SERVER_URL" in str(caught.value.hint)
        assert exit_code(caught.value) == 4

    def test_no_url_is_exit_code_4_with_what_to_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BREVE_SERVER_URL")
        choice = load_profile("server").choice("translate")
        with pytest.raises(ModelMissing, match="no URL") as caught:
            ServerEngine(choice)
        assert "BREVE_SERVER_URL" in str(caught.value.hint)


ENGLISH = {
    "Le conseil de Lure a adopté lundi un budget de 12 millions d'euros.":
        "The council of Lure adopted a budget of €12 million on Monday.",
    "L'école de la rue Basse aura trois nouvelles classes en septembre.":
        "The school in Rue Basse will have three new classes in September.",
    "La taxe foncière augmente de 2 %.": "The property tax goes up by 2%.",
    "Les habitants pourront consulter le projet à la mairie.": "Residents can read the project at the town hall.",
}  # fmt: skip


def speaks(asked: Mapping[str, Any]) -> str:
    """Translate by the table, and write a brief of the first and third sentences."""
    text = asked["messages"][-1]["content"]
    if "<article>" not in text:
        return ENGLISH[text.split("<text>\n")[1].split("\n</text>")[0]]
    lines = [line.partition(". ")[2] for line in text.split("<article>\n")[1].split("\n</article>")[0].split("\n")]
    return json.dumps({"bullets": [{"text": lines[n], "segments": [n + 1]} for n in (0, 2)]})


def test_an_article_goes_through_the_server_profile_from_end_to_end(script: Script) -> None:
    script.answer = speaks
    summary = summarize(" ".join(ENGLISH), profile="server")
    assert [(b.segments, b.verdict) for b in summary.bullets] == [((0,), "supported"), ((2,), "supported")]
    assert summary.bullets[0].text == "The council of Lure adopted a budget of €12 million on Monday."
    assert summary.signature["condenser"]["engine"] == "server"
    assert summary.signature["condenser"]["prompt"].startswith("condense/1/")
    assert summary.signature["translator"]["prompt"].startswith("translate/1/")
    assert KEY not in json.dumps(summary.signature)
    assert sum("response_format" in asked for asked in script.asked) == 1
