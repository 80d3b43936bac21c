"""Starts the web page; also the entry of a hosted Space."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))  # a Space installs the requirements, not the package

from breve.web import serve

if __name__ == "__main__":
    serve()
