"""What holds for every engine, what the profiles refuse, and the decoder on CTranslate2 in particular."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sentencepiece import SentencePieceProcessor
from tiny_models import MAKERS
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.normalizers import Replace

from breve.engines import load_engine
from breve.engines.base import GREEDY, Decoding, Engine, Hypothesis, Request
from breve.engines.ctranslate2 import Ctranslate2Engine
from breve.engines.pieces import sentencepiece_model
from breve.engines.profiles import choices, load_profile, load_profiles, parse_profiles
from breve.engines.scripted import ScriptedEngine
from breve.engines.vocabulary import select, trim
from breve.errors import ModelBroken, OptionError
from breve.options import Options, OptionValues
from breve.prompts import load_prompt

FRENCH = ["Le chat dort.", "La mairie ferme lundi à midi, selon le maire.", "Oui."]
TINY = [f"{runtime} {kind}" for runtime in ("ctranslate2", "transformers") for kind in MAKERS]
ENGINES = ["scripted", "server_engine", *TINY, pytest.param("embedded_engine", marks=pytest.mark.model)]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    runtime, _, kind = request.param.partition(" ")
    made: Engine = request.getfixturevalue("tiny")(kind, runtime) if kind else request.getfixturevalue(runtime)
    return made


@pytest.fixture
def decoder(embedded_engine: Engine) -> Ctranslate2Engine:
    assert isinstance(embedded_engine, Ctranslate2Engine)
    return embedded_engine


def requests(*texts: str, limit: int = 60) -> list[Request]:
    prompt = load_prompt("embedded-translate")
    return [Request(prompt.render(source=text), limit) for text in texts]


def texts_of(answers: list[list[Hypothesis]]) -> list[list[str]]:
    return [[h.text for h in hypotheses] for hypotheses in answers]


class TestEveryEngine:
    def test_it_is_an_engine_that_says_what_it_is(self, engine: Engine) -> None:
        assert isinstance(engine, Engine)
        assert "translate" in engine.tasks
        assert engine.signature()["engine"] == engine.name

    def test_nothing_gives_nothing(self, engine: Engine) -> None:
        assert engine.generate([]) == []
        assert engine.count_tokens([]) == []

    def test_the_order_stays_whatever_the_lengths(self, engine: Engine) -> None:
        alone = [engine.generate([r])[0][0].text for r in requests(*FRENCH)]
        together = [h[0].text for h in engine.generate(requests(*FRENCH))]
        assert together == alone
        assert len(set(together)) == len(FRENCH)

    def test_hypotheses_come_as_many_as_asked_best_first(self, engine: Engine) -> None:
        for decoding in (Decoding(num_hypotheses=3), Decoding(num_hypotheses=3, temperature=0.8, top_p=0.9)):
            for hypotheses in engine.generate(requests(*FRENCH), decoding):
                scores = [h.score for h in hypotheses]
                assert len(scores) == 3
                assert scores == sorted(scores, reverse=True)
                assert scores[0] <= 0

    def test_the_same_request_gives_the_same_text(self, engine: Engine) -> None:
        sampled = Decoding(num_hypotheses=2, temperature=0.9, seed=5)
        first = texts_of(engine.generate(requests(*FRENCH), sampled))
        engine.generate(requests(FRENCH[0]), Decoding(temperature=0.9, seed=6))
        assert texts_of(engine.generate(requests(*FRENCH), sampled)) == first

    def test_a_cut_text_says_so_and_each_request_has_its_own_limit(self, engine: Engine) -> None:
        (cut,), (whole,) = engine.generate([*requests(FRENCH[1], limit=2), *requests(FRENCH[0])])
        assert not cut.finished
        assert engine.count_tokens([cut.text])[0] <= 4  # text on its own may be split otherwise
        assert whole.finished or engine.count_tokens([whole.text])[0] > 20  # random weights may never end

    def test_tokens_are_counted_for_each_text(self, engine: Engine) -> None:
        few, many = engine.count_tokens(["un mot", "un mot et encore bien d'autres mots"])
        assert 2 <= few < many


class TestScripted:
    def test_replies_come_in_turn_then_the_answer_and_calls_are_kept(self) -> None:
        engine = ScriptedEngine(["one", Hypothesis("two", -3.0, finished=False)], answer=str.upper)
        answers = engine.generate([Request("a"), Request("b"), Request("c")])
        assert texts_of(answers) == [["one"], ["two"], ["C"]]
        assert not answers[1][0].finished
        assert engine.asked == ["a", "b", "c"]
        assert engine.calls[0].decoding == Decoding()


class TestProfiles:
    def test_the_embedded_profile_comes_with_the_install(self) -> None:
        assert load_profile("embedded").choice("translate").engine == "ctranslate2"
        with pytest.raises(OptionError, match="condense"):
            load_engine("embedded", "condense", Options())

    def test_an_unknown_profile_names_those_that_there_are(self) -> None:
        with pytest.raises(OptionError, match="'big'; it must be one of embedded"):
            load_engine("big", "translate", Options())

    def test_a_user_adds_one(self, tmp_path: Path) -> None:
        own = '[mine]\ndescription = "my own"\ntranslate = {engine = "ctranslate2", model = "embedded"}\n'
        (tmp_path / "profiles.toml").write_text(own)
        assert {"embedded", "mine"} <= set(load_profiles())
        assert load_profile("mine").description == "my own"

    def test_each_task_may_have_a_model_of_its_own(self) -> None:
        found = choices(Options(profile="llm", translator="embedded", condenser="extractive"))
        assert found["condense"] is None
        assert found["translate"] == load_profile("embedded").translate
        other = choices(Options(translator="opus", condenser="my-org/my-model", backend="transformers"))
        assert [choice.engine for choice in other.values() if choice] == ["transformers", "transformers"]
        assert [choice.model for choice in other.values() if choice][1] == "my-org/my-model"

    def test_a_folder_is_a_model_but_never_takes_the_place_of_ours(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "mine").mkdir()
        (tmp_path / "embedded").mkdir()
        found = choices(Options(condenser="mine"))
        assert found["condense"] is not None
        assert found["condense"].model == str(tmp_path / "mine")
        assert found["translate"] is not None
        assert not found["translate"].is_of_the_hub

    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({"translator": "best"}, "no model 'best'"),
            ({"condenser": "embedded"}, "condense"),
            ({"backend": "transformers"}, "embedded on ctranslate2"),
            ({"profile": "server", "backend": "ctranslate2"}, "first on server"),
        ],
    )
    def test_a_wrong_choice_of_models_is_refused(self, values: OptionValues, named: str) -> None:
        with pytest.raises(OptionError, match=named):
            choices(Options(**values))

    @pytest.mark.parametrize("values", [{"device": "tpu"}, {"backend": "abacus"}])
    def test_a_wrong_device_or_engine_is_refused(self, values: OptionValues) -> None:
        with pytest.raises(OptionError, match="must be"):
            Options(**values)

    def test_every_shipped_profile_says_its_licence_and_pins_what_is_known(self) -> None:
        shipped = load_profiles()
        assert {"embedded", "opus", "opus-bart", "nllb", "llm", "server"} <= set(shipped)
        assert "not for commercial use" in str(shipped["nllb"].choice("translate").licence)
        for profile in shipped.values():
            for choice in (profile.translate, profile.condense):
                if choice and choice.is_of_the_hub:
                    assert choice.licence
                    assert choice.revision == "main" or len(choice.revision) == 40
                    assert not choice.pickle

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ('[p]\ndescription = "x"\nmodle = "y"', "modle"),
            ('[p]\ndescription = "x"\ntranslate = {engine = "abacus", model = "m"}', "abacus|ctranslate2"),
            ("[p]", "description"),
            ("description = 3", "own.toml"),
            ("[p", "own.toml"),
        ],
    )
    def test_a_wrong_one_is_refused_by_name(self, text: str, named: str) -> None:
        with pytest.raises(OptionError, match=named):
            parse_profiles(text, "own.toml")

    def test_a_file_in_another_encoding_is_refused_by_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = tmp_path / "own.toml"
        own.write_bytes('[p]\ndescription = "français"'.encode("latin-1"))
        monkeypatch.setenv("BREVE_PROFILES", str(own))
        with pytest.raises(OptionError, match=r"own\.toml"):
            load_profiles()


def test_a_trimmed_vocabulary_keeps_merges_that_still_work_and_drops_other_scripts() -> None:
    vocabulary = {"<pad>": 0, "<eos>": 1, "a": 2, "ж": 3, "b": 4, "ab": 5, "aж": 6, "<unused7>": 7, "<0xD0>": 8}
    model = {"type": "BPE", "vocab": vocabulary, "merges": [["a", "ж"], ["a", "b"]]}
    added = [{"id": 1, "content": "<eos>", "special": True}, {"id": 7, "content": "<unused7>", "special": True}]
    kept = select(vocabulary)
    smaller = trim({"model": model, "added_tokens": added}, kept)
    assert kept == [0, 1, 2, 4, 5, 8]
    assert smaller["model"]["vocab"] == {"<pad>": 0, "<eos>": 1, "a": 2, "b": 3, "ab": 4, "<0xD0>": 5}
    assert smaller["model"]["merges"] == [["a", "b"]]
    assert [entry["content"] for entry in smaller["added_tokens"]] == ["<eos>"]


def toy_tokenizer(words: list[str]) -> dict[str, Any]:
    """Return the data of a tokenizer with byte tokens, the letters of the words, and their beginnings as tokens."""
    tokens = [word[:end] for end in range(2, 9) for word in words if len(word) >= end]
    letters = sorted({letter for word in words for letter in word})
    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", *(f"<0x{n:02X}>" for n in range(256)), *letters, *tokens]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(pieces))}
    merges = [
        (token[:end], token[end:]) for token in dict.fromkeys(tokens) for end in range(1, len(token))
        if token[:end] in vocabulary and token[end:] in vocabulary
    ]  # fmt: skip
    tokenizer = Tokenizer(BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))  # noqa: S106
    tokenizer.normalizer = Replace(" ", "▁")
    tokenizer.add_special_tokens(["<pad>", "<eos>", "<bos>", "<unk>"])
    data: dict[str, Any] = json.loads(tokenizer.to_str())
    return data


@pytest.mark.parametrize(
    "text", ["", "le chat", "  le chat dort, la chatte\taussi\n", "lele▁le 猫 😀 chachat", "<eos><0x0A>"]
)
def test_a_tokenizer_splits_texts_alike_as_a_sentencepiece_model(text: str) -> None:
    data = toy_tokenizer(["▁le", "▁chat", "▁chatte", "chat", "chien", "▁dort", "le", "la", "tte", "ort"])
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.encode_special_tokens = True
    model = SentencePieceProcessor(model_proto=sentencepiece_model(data))
    assert model.encode(text, out_type=str) == tokenizer.encode(text).tokens
    assert model.encode(text) == tokenizer.encode(text).ids
    assert model.decode(model.encode(text)) == text.replace("▁", " ")


def test_a_tokenizer_that_sentencepiece_would_read_otherwise_is_refused() -> None:
    data = toy_tokenizer(["▁chat", "chat"])
    merges = data["model"]["merges"]
    for wrong in (merges[:-1], [merges[-1], *merges]):
        with pytest.raises(ValueError, match="merges"):
            sentencepiece_model(data | {"model": data["model"] | {"merges": wrong}})


def test_a_folder_without_a_model_says_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken) as caught:
        Ctranslate2Engine(tmp_path)
    assert "breve models prepare" in str(caught.value.hint)


@pytest.mark.model
class TestEmbedded:
    def test_it_translates(self, decoder: Ctranslate2Engine) -> None:
        ((first,), (second,)) = decoder.generate(requests("Le chat dort.", "Il est né à Paris en 1987."))
        assert "cat" in first.text.lower()
        assert "Paris" in second.text
        assert "1987" in second.text

    def test_one_line_is_written(self, decoder: Ctranslate2Engine) -> None:
        for decoding in (Decoding(), Decoding(num_hypotheses=4)):
            for hypotheses in decoder.generate(requests(*FRENCH), decoding):
                assert all("\n" not in h.text and h.text == h.text.strip() for h in hypotheses)

    @pytest.mark.parametrize("spelled", ["<eos>", "<bos>", "<pad>", "<unk>", "<start_of_turn>", "<0x0A>", "<unused3>"])
    def test_a_control_token_in_a_text_is_text(self, decoder: Ctranslate2Engine, spelled: str) -> None:
        text = f"Le mot {spelled} reste."
        assert decoder.decode(decoder.encode(text)) == text
        assert len(decoder.encode(spelled)) > 1

    @pytest.mark.parametrize(
        "text", ["Łódź, naïve, 3 500 €", "🚗🏁 → ½ ™", "北京 и ελληνικά", "\u202f«\xa0oui\xa0»\n", "\x00\ud800"]
    )
    def test_every_script_comes_back_whole(self, decoder: Ctranslate2Engine, text: str) -> None:
        assert decoder.decode(decoder.encode(text)) == text.encode("utf-8", "replace").decode()

    def test_a_better_continuation_scores_higher(self, decoder: Ctranslate2Engine) -> None:
        prompt = requests("Le chat dort sur le lit.")[0].text
        good, bad = decoder.score([prompt, prompt], [" The cat sleeps on the bed.", " Stocks fell on Monday again."])
        assert bad < good < 0

    @pytest.mark.parametrize("decoding", [GREEDY, Decoding(beam_size=4, num_hypotheses=4, repetition_penalty=1.1)])
    def test_a_text_does_not_depend_on_its_neighbours(self, decoder: Ctranslate2Engine, decoding: Decoding) -> None:
        article = (Path(__file__).parents[1] / "seeds/sante.fr.txt").read_text("utf-8")
        sentences = [line for line in article.splitlines() if line][:8]
        asked = requests(*sentences)
        alone = [decoder.generate([request], decoding)[0] for request in asked]
        assert decoder.generate(asked, decoding) == alone
        assert decoder.generate(asked[::-2], decoding) == alone[::-2]

    def test_an_answer_goes_on_from_a_given_start(self, decoder: Ctranslate2Engine) -> None:
        (request,) = requests("Le chat dort sur le lit depuis midi.")
        for decoding in (GREEDY, Decoding(beam_size=4, num_hypotheses=4)):
            (found,) = decoder.generate([replace(request, start="The black cat has slept")], decoding)
            assert all(h.text.startswith("The black cat has slept ") and "bed" in h.text for h in found)

    def test_more_can_be_asked_for_while_a_stream_runs(self, decoder: Ctranslate2Engine) -> None:
        asked = requests(*FRENCH, *FRENCH[::-1], *FRENCH)
        stream = decoder.stream(asked)
        found = dict(next(stream))
        meanwhile = decoder.generate(asked[:1])
        assert len(found) < len(asked)
        for done in stream:
            assert not found.keys() & done.keys()
            found |= done
        assert [found[n] for n in range(len(asked))] == decoder.generate(asked)
        assert meanwhile == [found[0]]

    def test_a_shared_beginning_changes_nothing(self, decoder: Ctranslate2Engine) -> None:
        examples = "French: Bonjour.\nEnglish: Hello.\n\nFrench: Merci à vous.\nEnglish: Thank you.\n\n"
        long = [Request(examples + r.text, r.max_new_tokens) for r in requests(*FRENCH)]
        together = decoder.generate(long)
        assert decoder.generate(long[:2]) == together[:2]
        # What is shared is run at once, so the last digits differ from a request's that is alone.
        for request, [found] in zip(long[:2], together, strict=False):
            [[alone]] = decoder.generate([request])
            assert alone.text == found.text
            assert alone.score == pytest.approx(found.score, abs=0.05)

    def test_a_prepared_model_runs_without_torch_and_loads_fast(self, embedded_engine: Engine) -> None:
        code = (
            "import sys, time; start = time.perf_counter()\n"
            "from breve.engines import load_engine; from breve.engines.base import Request\n"
            "from breve.options import Options\n"
            "engine = load_engine('embedded', 'translate', Options()); took = time.perf_counter() - start\n"
            "assert engine.generate([Request('French: Bonjour.\\nEnglish:')])[0][0].text\n"
            "assert not {'torch', 'transformers'} & set(sys.modules), sorted(sys.modules)\n"
            "print(took)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert float(done.stdout) < 5.0  # 1.0 to 1.4 s on two free cores; room for a machine that is busy
