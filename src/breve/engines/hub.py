"""Models of the Hugging Face hub, or of a folder in its layout: fetched once, converted once, kept in the store."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breve.engines.quiet import quiet
from breve.errors import ModelBroken, ModelError, ModelMissing

if TYPE_CHECKING:
    from breve.engines.profiles import ModelChoice

RECIPE = 1  # raise it when the way models are made changes
Progress = Callable[[float, str], None]
SAFE = "*.safetensors"
PICKLED = ("pytorch_model*.bin",)
TEXTS = ("*.json", "*.model", "*.spm", "merges.txt", "chat_template.jinja")  # no code: *.py is never fetched
# What the converter looks for and transformers 5 no longer keeps in these configurations.
NORMALIZATION = {
    "bart": {"normalize_before": False, "normalize_embedding": True},
    "pegasus": {"normalize_before": True, "normalize_embedding": False},
}
PICKLE_HINT = "weights in pickle can run code when they are read; --allow-pickle takes them all the same"


class HubRecipe:
    """How the store makes a model of the hub for an engine, and what identifies the result."""

    def __init__(self, choice: ModelChoice, device: str) -> None:
        self._choice = choice
        self._quantization = choice.quantization or ("float16" if device.startswith("cuda") else "int8")
        if choice.engine == "transformers":
            self._quantization = "none"

    @property
    def name(self) -> str:
        """The model's name as a folder's name."""
        return Path(self._choice.model).name if self._is_folder else self._choice.model.replace("/", "--")

    @property
    def extra(self) -> str:
        """The extra that installs what it takes to make the model."""
        return "hub"

    @property
    def is_local(self) -> bool:
        """Whether it can be made without the network."""
        return self._is_folder

    def parts(self) -> dict[str, str]:
        """Return all that shapes the model; the store's key is a hash of it."""
        origin = {"fingerprint": _fingerprint(Path(self._choice.model))} if self._is_folder else {}
        return {
            "model": Path(self._choice.model).name if self._is_folder else self._choice.model,
            "revision": "" if self._is_folder else self._choice.revision,
            "runtime": self._choice.engine,
            "quantization": self._quantization,
            "prefix": self._choice.prefix or "",
            "recipe": str(RECIPE),
            **origin,
            **({"ctranslate2": version("ctranslate2").split(".")[0]} if self._choice.engine == "ctranslate2" else {}),
        }

    def build(self, made: Path, scratch: Path, progress: Progress) -> dict[str, Any]:
        """Write the model, its layout and its codec into ``made``; return what the manifest says of it.

        Raises ImportError when the extra isn't installed, ModelMissing when the hub can't be reached or has no such
        model, ModelBroken when the model can't be read or converted.
        """
        import transformers  # noqa: F401 - an ImportError here names the extra, before anything is fetched

        source, described = Path(self._choice.model), dict[str, Any]()
        if not self._is_folder:
            source, described = self._fetched(progress)
        weights = self._weights(source)
        progress(0.6, "reading the model")
        made.mkdir()
        with _reading(self._choice.model), quiet():
            from breve.engines.layout import layout_of

            if self._choice.engine == "ctranslate2":
                progress(0.7, f"converting to {self._quantization}")
                self._convert(source, made)
                layout_of(source, made, self._choice.prefix)
            else:
                layout_of(source, made, self._choice.prefix)
                for file in [*source.glob("*config.json"), *weights]:
                    _link(file, made / file.name)
        progress(1.0, "done")
        names = ("ctranslate2", "tokenizers", "torch", "transformers")
        return {**described, "versions": {name: version(name) for name in names}}

    @property
    def _is_folder(self) -> bool:
        return Path(self._choice.model).is_dir()

    def _fetched(self, progress: Progress) -> tuple[Path, dict[str, Any]]:
        """Return the folder of the fetched files, and the revision and licence that the hub gave."""
        from huggingface_hub import HfApi

        from breve.engines.download import snapshot

        model, asked = self._choice.model, self._choice.revision
        with _fetching(model):
            progress(0.0, f"asking the hub for {model}")
            info = HfApi().model_info(model, revision=asked, timeout=30, files_metadata=True)
            files, revision = info.siblings or [], info.sha or asked
            patterns = [*TEXTS, *self._patterns([file.rfilename for file in files])]
            progress(0.05, f"fetching revision {revision}")
            folder = snapshot(model, revision, files, patterns)
        licence = self._choice.licence or (info.card_data.get("license") if info.card_data else None)
        return folder, {"resolved_revision": revision, "licence": licence}

    def _patterns(self, files: list[str]) -> list[str]:
        safe = [name for name in files if name.endswith(".safetensors") and "/" not in name]
        if not safe and not self._choice.pickle:
            raise ModelError(f"{self._choice.model} has no safetensors at this revision", hint=PICKLE_HINT)
        named = [name for name in safe if name.startswith("model")]  # some hold the same in another layout too
        return named or safe or list(PICKLED)

    def _weights(self, source: Path) -> list[Path]:
        weights = [*source.glob(SAFE), *source.glob("*.safetensors.index.json")]
        if not weights and not self._choice.pickle:
            raise ModelError(f"{self._choice.model} has no safetensors", hint=PICKLE_HINT)
        return weights or [file for pattern in PICKLED for file in source.glob(pattern)]

    def _convert(self, source: Path, made: Path) -> None:
        from ctranslate2.converters import TransformersConverter

        safe = any(source.glob(SAFE))

        class Converter(TransformersConverter):  # type: ignore[misc]  # ctranslate2 ships no types
            """Reads safetensors where there are some, never code of the model's; fills what its loaders expect."""

            def load_model(self, model_class: Any, name: str, **kwargs: Any) -> Any:
                model = model_class.from_pretrained(name, use_safetensors=safe, trust_remote_code=False, **kwargs)
                for key, value in NORMALIZATION.get(model.config.model_type, {}).items():
                    if not hasattr(model.config, key):
                        setattr(model.config, key, value)
                if model.config.model_type == "marian" and _starts_from(model).any():
                    raise ValueError("its output doesn't start from a zero embedding, as ctranslate2 takes for granted")
                return model

            def load_tokenizer(self, tokenizer_class: Any, name: str, **kwargs: Any) -> Any:
                tokenizer = tokenizer_class.from_pretrained(name, trust_remote_code=False, **kwargs)
                if tokenizer.bos_token is None:  # the converter writes null, which the runtime refuses
                    tokenizer.bos_token = tokenizer.eos_token
                languages = getattr(tokenizer, "lang_token_to_id", None)
                if languages:  # M2M100's are no part of its vocabulary since transformers 5
                    table = tokenizer.get_vocab() | languages
                    tokenizer.get_vocab = lambda: table
                return tokenizer

        Converter(str(source)).convert(str(made), quantization=self._quantization, force=True)


@contextmanager
def _fetching(model: str) -> Iterator[None]:
    """Turn the hub's and the network's errors into ours."""
    from huggingface_hub import errors

    try:
        yield
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError, errors.HFValidationError) as error:
        hint = "check the name and the revision; for a gated one, accept its terms and set HF_TOKEN"
        raise ModelMissing(f"the hub has no {model}: {str(error).splitlines()[0]}", hint=hint) from error
    except errors.OfflineModeIsEnabled as error:
        raise ModelMissing(f"{model} isn't prepared and HF_HUB_OFFLINE is set", hint="unset it, once") from error
    except (errors.HfHubHTTPError, OSError, RuntimeError) as error:
        hint = "check the network and run it again: what is fetched already is kept"
        raise ModelMissing(f"{model} can't be fetched: {str(error)[:200]}", hint=hint) from error
    except Exception as error:  # the client's own kinds of errors changed with its major versions
        if type(error).__module__.startswith(("httpx", "httpcore", "requests", "urllib3")):
            hint = "check the network and run it again: what is fetched already is kept"
            raise ModelMissing(f"the hub can't be reached for {model}: {error}", hint=hint) from error
        raise


@contextmanager
def _reading(model: str) -> Iterator[None]:
    """Turn what transformers and the converter raise for a model that they can't read into ModelBroken."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        hint = "--engine transformers takes more kinds of models than ctranslate2"
        raise ModelBroken(f"{model} can't be read: {str(error)[:300]}", hint=hint) from error


def _starts_from(model: Any) -> Any:
    """Return the embedding that a Marian's output starts from; training with transformers can move it from zero."""
    return model.get_input_embeddings().weight[model.config.decoder_start_token_id]


def _link(source: Path, target: Path) -> None:
    """Put a file into the store without a copy where the file system allows."""
    try:
        target.hardlink_to(source.resolve())
    except OSError:
        shutil.copy(source, target)


def _fingerprint(folder: Path) -> str:
    """Return what changes when a file of a local model does."""
    rows = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in sorted(folder.iterdir()) if f.is_file()]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
