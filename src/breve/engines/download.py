"""The files of a model of the hub; what one run fetched of a large one, the next goes on from.

The hub's client gives each download a name of its own and deletes what a failed one leaves, so a new run would start
anew (huggingface/huggingface_hub issue 4196). Here its request for the rest of a file fills a part that stays, named
after the SHA-256 of the whole and beside the place in the client's cache where the whole belongs.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

PART = ".breve-part"
STALE_S = 30 * 24 * 3600  # a part that no run went on with for so long is given up


class Large(NamedTuple):
    """A file whose part is worth keeping, as the hub describes it."""

    name: str
    size: int
    sha256: str


def snapshot(model: str, revision: str, files: list[RepoSibling], patterns: list[str]) -> Path:
    """Fetch the files that match a pattern, as far as the client's cache lacks them; return their folder.

    Raises OSError when a file isn't what the hub describes, and what the client raises.
    """
    from huggingface_hub import snapshot_download

    _remove_stale()
    large = _large(files, patterns)
    fetched_here = [file.name for file in large]
    folder = snapshot_download(model, revision=revision, allow_patterns=patterns, ignore_patterns=fetched_here)
    for file in large:
        _fetch(model, revision, file)
    return Path(folder)


def _large(files: list[RepoSibling], patterns: list[str]) -> list[Large]:
    """Return the wanted files that have parts: the client writes 10 MiB at a time, and takes no request for 50 GB."""
    from huggingface_hub import constants

    sizes = range(constants.DOWNLOAD_CHUNK_SIZE + 1, constants.MAX_HTTP_DOWNLOAD_SIZE + 1)
    wanted = [file for file in files if any(fnmatch(file.rfilename, pattern) for pattern in patterns)]
    return [Large(f.rfilename, f.lfs.size, f.lfs.sha256) for f in wanted if f.lfs and f.lfs.size in sizes]


def _fetch(model: str, revision: str, file: Large) -> None:
    from filelock import FileLock
    from huggingface_hub import constants, hf_hub_download, hf_hub_url
    from huggingface_hub.file_download import repo_folder_name

    if hf_hub_download(model, file.name, revision=revision, dry_run=True).will_download:
        folder = repo_folder_name(repo_id=model, repo_type="model")
        lock = Path(constants.HF_HUB_CACHE, ".locks", folder, f"{file.sha256}.lock")  # the client's own
        whole = Path(constants.HF_HUB_CACHE, folder, "blobs", file.sha256)
        for place in (lock, whole):
            place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, mode=0o664):
            if not whole.exists():
                part = whole.with_name(file.sha256 + PART)
                _fill(part, hf_hub_url(model, file.name, revision=revision), file)
                part.replace(whole)
    hf_hub_download(model, file.name, revision=revision)  # finds it, and enters it under the revision


def _fill(part: Path, url: str, file: Large) -> None:
    """Fetch what a part lacks; one that turns out to be damaged is fetched once more, from its start."""
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # public, but loaded lazily

    with part.open("ab") as stream:
        kept = stream.tell() if stream.tell() <= file.size else stream.truncate(0)
        headers = build_hf_headers()
        http_get(url, stream, resume_size=kept, headers=headers, expected_size=file.size, displayed_filename=file.name)
    with part.open("rb") as stream:
        came = hashlib.file_digest(stream, "sha256").hexdigest()
    if came != file.sha256:
        part.unlink()
        if not kept:
            raise OSError(f"{file.name} came with the SHA-256 {came}, where the hub says {file.sha256}")
        _fill(part, url, file)


def _remove_stale() -> None:
    from huggingface_hub import constants

    for part in Path(constants.HF_HUB_CACHE).glob(f"models--*/blobs/*{PART}"):
        with suppress(FileNotFoundError):  # complete by now, by another process
            if time.time() - part.stat().st_mtime > STALE_S:
                part.unlink()
