"""The files of gradio's front end, which a page asks 60 of, without gradio's way through four threads for each."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(str(files("gradio"))) / "templates" / "frontend" / "assets"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # a file's name holds a hash of what is in it


def routes() -> list[Route]:
    """Return what is put before gradio's own routes; none where gradio keeps its files elsewhere."""
    return [Route("/assets/{name}", _asset)] if FOLDER.is_dir() else []


async def _asset(request: Request) -> Response:
    try:
        content, kind = _read(request.path_params["name"])
    except OSError:
        return Response(status_code=404)
    return Response(content, media_type=kind, headers=FOREVER)


@lru_cache(256)
def _read(name: str) -> tuple[bytes, str | None]:
    if name not in _names():
        raise FileNotFoundError(name)
    return (FOLDER / name).read_bytes(), mimetypes.guess_type(name)[0]


@lru_cache(1)
def _names() -> frozenset[str]:
    return frozenset(file.name for file in FOLDER.iterdir())
