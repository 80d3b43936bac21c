"""The web page: a thin shell on the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breve.errors import ModelMissing

if TYPE_CHECKING:
    import gradio as gr

    from breve.web.service import Service


def serve(*, host: str | None = None, port: int | None = None, share: bool = False) -> None:
    """Serve the page until SIGTERM; see ``breve.web.server``. Raises ModelError, OptionError."""
    from concurrent.futures import ThreadPoolExecutor

    from breve.web import server
    from breve.web.service import Service

    server.authentication()  # a mistake in it is told before a model is made
    service = Service()
    with ThreadPoolExecutor(1) as other:
        page = other.submit(_page, service)  # most of it is Python, while the model's runtime needs none
        service.warm()
    server.serve(page.result(), service, host=host, port=port, share=share)


def _page(service: Service) -> gr.Blocks:
    """Import gradio and build the page."""
    from breve.web.lean import lean_import

    try:
        with lean_import():
            from breve.web.page import build

            return build(service)
    except ImportError as error:
        raise ModelMissing(f"the page needs a package: {error}", hint='pip install "breve[web]"') from error
