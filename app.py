"""Starts the web page; also the entry of a hosted Space."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))  # a Space installs the requirements, not the package

from breve.web.page import build
from breve.web.server import serve
from breve.web.service import Service

service = Service()
demo = build(service)

if __name__ == "__main__":
    serve(demo, service)
