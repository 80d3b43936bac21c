"""Markdown and HTML to a text of blocks. Nothing in a document is run or fetched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from breve.document import Block, Kind

if TYPE_CHECKING:
    from lxml.etree import _Element

Pieces = list[tuple[Kind, str]]
INVISIBLE = re.compile("[\u200b\u200c\u2060\ufeff\U000e0000-\U000e007f]")
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
HIDDEN = (
    "//script|//style|//template|//noscript|//comment()|//*[@hidden]|//*[@aria-hidden='true']"
    "|//*[contains(translate(@style,' ',''),'display:none')]"
    "|//*[contains(translate(@style,' ',''),'visibility:hidden')]"
    "|//*[contains(@class,'visually-hidden')]|//*[contains(@class,'sr-only')]"
)


def joined(pieces: Pieces) -> tuple[str, tuple[Block, ...]]:
    """Return the pieces as one text, blank lines between them, and their blocks."""
    text, blocks = "", []
    for kind, piece in pieces:
        piece = " ".join(INVISIBLE.sub("", piece).split())
        if not piece:
            continue
        text += "\n\n" if text else ""
        blocks.append(Block(kind, len(text), len(text) + len(piece)))
        text += piece
    return text, tuple(blocks)


def markdown_pieces(text: str) -> Pieces:
    """Return the blocks of a Markdown text; the first heading of level 1 is the title."""
    from markdown_it import MarkdownIt

    pieces: Pieces = []
    kind, items = Kind.PARAGRAPH, 0
    for token in MarkdownIt("commonmark").parse(FRONT_MATTER.sub("", text)):
        if token.type == "heading_open":
            kind = Kind.TITLE if token.tag == "h1" and not any(k is Kind.TITLE for k, _ in pieces) else Kind.HEADING
        elif token.type in {"list_item_open", "list_item_close"}:
            items += token.nesting
        elif token.type == "paragraph_open":
            kind = Kind.ITEM if items else Kind.PARAGRAPH
        elif token.type == "inline":
            parts = (c.content if c.type in {"text", "code_inline"} else " " if "break" in c.type else ""
                     for c in token.children or [])  # fmt: skip
            pieces.append((kind, "".join(parts)))
        elif token.type in {"fence", "code_block"}:
            pieces.append((Kind.PARAGRAPH, token.content))
        elif token.type == "html_block":
            pieces += [(Kind.PARAGRAPH, piece) for _, piece in html_pieces(token.content)]
    return pieces


def html_pieces(page: str) -> Pieces:
    """Return the blocks of a page's article, as trafilatura finds it, or of its whole body."""
    from lxml import html
    from trafilatura import bare_extraction

    tree: _Element = html.fromstring(page if page.strip() else "<p></p>")
    for element in tree.xpath(HIDDEN):
        if element.getparent() is not None:
            element.drop_tree()
    found: Any = bare_extraction(tree, include_comments=False, favor_recall=True, with_metadata=True)
    pieces: Pieces = []
    if found is not None and found.title:
        pieces.append((Kind.TITLE, found.title))
    if found is not None and found.body is not None:
        pieces += [piece for piece in _walked(found.body) if piece[1] != found.title]
    if not any(kind is not Kind.TITLE for kind, _ in pieces):
        pieces += [(Kind.PARAGRAPH, line) for line in tree.text_content().split("\n")]
    return pieces


def _walked(body: _Element) -> Pieces:
    kinds = {"head": Kind.HEADING, "item": Kind.ITEM} | dict.fromkeys(("p", "quote", "cell"), Kind.PARAGRAPH)
    pieces: Pieces = []
    for element in body.iter():
        inside = any(parent.tag in kinds for parent in element.iterancestors())
        if element.tag in kinds and not inside:
            pieces.append((kinds[element.tag], "".join(element.itertext())))
    return pieces
