"""Running the page: the model warmed first, a health endpoint, an end without lost work."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from breve.errors import OptionError
from breve.version import own_version
from breve.web.service import Service

if TYPE_CHECKING:
    import gradio as gr

AUTH_VARIABLE = "BREVE_AUTH"
MAX_FILE_SIZE = "5mb"
DRAIN_S = 30.0
LEAVING_S = 1.0  # for the last answers on their way
REST_S = 3.0
SESSIONS = 40  # gradio keeps each one's last results in memory, about 0.7 MB; the page itself needs none of them


def launch_options(page: gr.Blocks, service: Service) -> dict[str, Any]:
    """Return what ``launch`` needs for the look, the limits and the endpoints of the page."""
    import gradio as gr
    from starlette.routing import Route

    from breve.web import assets
    from breve.web.page import I18N

    return {
        "theme": gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        # In the head, since gradio rewrites the selectors of its css option, and then none reaches <html>.
        "head": f'<meta name="color-scheme" content="light dark"><style>{_asset("page.css")}</style>'
        f"<script>{_asset('page.js')}</script>",
        "js": "() => window.breve.start()",
        "i18n": I18N,
        "max_file_size": MAX_FILE_SIZE,
        "mcp_server": True,
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "state_session_capacity": SESSIONS,
        "footer_links": ["api"],
        "app_kwargs": {
            "routes": [Route("/health", _health(service)), *assets.routes()],
            "middleware": assets.middleware(sorted({block.get_block_name() for block in page.blocks.values()})),
        },
        "quiet": True,
    }


def serve(
    page: gr.Blocks, service: Service, *, host: str | None = None, port: int | None = None, share: bool = False
) -> None:
    """Serve the page until SIGTERM or SIGINT; then take no new work, end what runs, and return.

    See start(). Raises ModelError, OptionError.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    url = start(page, service, host=host, port=port, share=share)
    print(f"Brève is at {url}", flush=True)  # noqa: T201 - the one thing that the command prints
    _rehearse(service, ended)
    ended.wait()
    service.drain(DRAIN_S)
    time.sleep(LEAVING_S)
    page.close(verbose=False)


def _rehearse(service: Service, ended: threading.Event) -> None:
    """Rehearse once nothing else has to be done: it holds up what a page that is just opened asks for."""
    while not ended.wait(REST_S):
        if not service.active:
            service.rehearse()
            break


def start(
    page: gr.Blocks, service: Service, *, host: str | None = None, port: int | None = None, share: bool = False
) -> str:
    """Warm the model, then serve the page in a thread and return its address.

    Host and port None leave the choice to GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, as a hosted Space sets them;
    without these it is 127.0.0.1 and the first free port from 7860 on. Raises ModelError, OptionError.
    """
    auth = authentication()
    service.warm()
    options = launch_options(page, service)
    _, url, public = page.launch(
        server_name=host, server_port=port, share=share, auth=auth, prevent_thread_lock=True, **options
    )
    _only_tool(page)
    return public or url


def _only_tool(page: gr.Blocks) -> None:
    """Leave one tool to the MCP server of a launched page: gradio makes one of every public endpoint."""
    from breve.web.programs import TOOL

    server = page.mcp_server_obj
    if server:
        server.tool_to_endpoint = {n: e for n, e in server.tool_to_endpoint.items() if e == f"/{TOOL}"}


def authentication() -> tuple[str, str] | None:
    """Return user and password of the environment variable BREVE_AUTH; raise OptionError if it isn't of that form."""
    value = os.environ.get(AUTH_VARIABLE)
    if not value:
        return None
    user, colon, password = value.partition(":")
    if not (user and colon and password):
        raise OptionError(f"{AUTH_VARIABLE} must be user:password", hint=f"unset {AUTH_VARIABLE} to let everyone in")
    return user, password


def _health(service: Service) -> Callable[..., Any]:
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    async def health(request: Request) -> JSONResponse:
        state = "draining" if service.draining else "ok"
        body = {"status": state, "breve": own_version(), "active": service.active}
        return JSONResponse(body, status_code=503 if service.draining else 200)

    return health


def _asset(name: str) -> str:
    return (files("breve.web") / name).read_text(encoding="utf-8")
