"""The files of gradio's front end: from memory, and named to the browser before it finds out that it needs them.

A page needs 70 of them. gradio reads each in four steps, each in another thread, and the browser comes upon them in
five rounds of scripts that name the next ones. Where gradio changes, the page only opens later.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(str(files("gradio"))) / "templates" / "frontend" / "assets"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # a file's name holds a hash of what is in it
MAX_LINK = 3000  # bytes: a proxy may take no more than 4,096 of headers
NEEDED = re.compile(r"__vite__mapDeps\(\[([\d,]*)\]")  # numbers in the list that a script begins with
LISTED = re.compile(r'm\.f=(\["[^\]]*\])')


def routes() -> list[Route]:
    """Return what is put before gradio's own routes; none where gradio keeps its files elsewhere."""
    return [Route("/assets/{name}", _asset)] if FOLDER.is_dir() else []


def middleware(kinds: Iterable[str]) -> list[Middleware]:
    """Return what names to a browser the scripts of a page with these kinds of components."""
    try:
        links = [f"<assets/{name}>; rel=modulepreload" for name in scripts(kinds)]
    except (OSError, LookupError, ValueError, TypeError):
        return []
    while len(", ".join(links)) > MAX_LINK:
        links.pop()
    return [Middleware(Linked, ", ".join(links))]


def scripts(kinds: Iterable[str]) -> list[str]:
    """Return the names of the scripts of a page, as gradio's bundler has written them into its scripts.

    Raises OSError, LookupError, ValueError or TypeError where it has written something else.
    """
    first = _found(r"assets/(index-[\w-]+\.js)", FOLDER.parent / "index.html")
    names = [first, *_listed(first)]
    names += [_found(r"\./(Blocks-[\w-]+\.js)", FOLDER / names[1])]
    core = next(name for name in names if name.startswith("core-"))
    listed = _listed(core)
    for kind in kinds:
        entry = re.search(rf"\b{kind}:\{{([^{{}}]*component:[^{{}}]*)\}}", _text(core))
        numbers = NEEDED.findall(entry[1])[-1] if entry else ""
        names += [listed[int(number)] for number in numbers.split(",") if number]
    return [name for name in dict.fromkeys(names) if name.endswith(".js")]


class Linked:
    """Middleware that adds a header Link to the page's own answer."""

    def __init__(self, app: ASGIApp, link: str) -> None:
        self._app, self._header = app, (b"link", link.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message["headers"] = [*message["headers"], self._header]
            await send(message)

        is_page = scope["type"] == "http" and scope["path"] == "/"
        await self._app(scope, receive, sent if is_page else send)


def _listed(script: str) -> list[str]:
    return [name.removeprefix("./") for name in json.loads(LISTED.search(_text(script))[1])]  # type: ignore[index]


def _found(pattern: str, file: Path) -> str:
    return str(re.search(pattern, file.read_text(encoding="utf-8"))[1])  # type: ignore[index]  # TypeError: see scripts()


def _text(name: str) -> str:
    return _read(name)[0].decode()


async def _asset(request: Request) -> Response:
    try:
        content, kind = _read(request.path_params["name"])
    except OSError:
        return Response(status_code=404)
    return Response(content, media_type=kind, headers=FOREVER)


@lru_cache(256)
def _read(name: str) -> tuple[bytes, str | None]:
    """Return a file and its type; raise OSError for a name that isn't in the folder."""
    if name not in _names():
        raise FileNotFoundError(name)
    return (FOLDER / name).read_bytes(), mimetypes.guess_type(name)[0]


@lru_cache(1)
def _names() -> frozenset[str]:
    return frozenset(file.name for file in FOLDER.iterdir())
