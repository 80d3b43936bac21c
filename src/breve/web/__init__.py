"""The web page: a thin shell on the pipeline."""

from __future__ import annotations

from breve.errors import ModelMissing


def serve(*, host: str | None = None, port: int | None = None, share: bool = False) -> None:
    """Serve the page until SIGTERM; see ``breve.web.server``. Raises ModelError, OptionError."""
    from breve.web.service import Service

    service = Service()
    try:
        from breve.web.page import build
        from breve.web.server import serve as run
    except ImportError as error:
        raise ModelMissing(f"the page needs a package: {error}", hint='pip install "breve[web]"') from error
    run(build(service), service, host=host, port=port, share=share)
