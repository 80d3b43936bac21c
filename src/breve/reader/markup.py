"""Markdown and HTML to pieces of text. Nothing in a document is run or fetched."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from breve.document import Block, Kind
from breve.reader.blocks import line_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement
    from markdown_it.token import Token

Pieces = list[tuple[Kind, str]]

# Zero-width and direction marks, soft hyphens, tag characters: a reader of the page doesn't see them.
# U+200D stays: it joins emoji.
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
SPACES = re.compile(r"[ \t\r\n\f\v]+")  # no-break spaces stay: they hold French numbers together
FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
FRONT_TITLE = re.compile(r"^title:[ \t]*([\"']?)(.+?)\1[ \t]*$", re.MULTILINE)
HIDING_STYLES = ("display:none", "visibility:hidden", "font-size:0", "opacity:0;", "left:-9", "text-indent:-9")
HIDING_CLASSES = ("visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text")
HIDDEN = "|".join(
    [f"//{tag}" for tag in ("script", "style", "template", "noscript", "svg", "object", "iframe")]
    + ["//comment()", "//processing-instruction()", "//*[@hidden]", "//*[@aria-hidden='true']"]
    + ["//textarea", "//select", "//button"]
    + [f"//*[contains(translate(concat(@style,';'),' ',''),'{style}')]" for style in HIDING_STYLES]
    + [f"//*[contains(concat(' ',normalize-space(@class),' '),' {name} ')]" for name in HIDING_CLASSES]
)
KINDS = {"h1": Kind.TITLE, "head": Kind.HEADING, "li": Kind.ITEM, "item": Kind.ITEM, "dt": Kind.ITEM, "dd": Kind.ITEM}
KINDS |= dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), Kind.HEADING)
INLINE_TAGS = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font hi i ins kbd label mark q ref rp rt ruby s samp small "
    "span strike strong sub sup time tt u var wbr"
)
INLINE = frozenset(INLINE_TAGS.split())
SENTENCE_END = re.compile(r"[.!?…:»]\s*$")
NESTING = 100  # of Markdown lists and quotations; deeper text would be dropped silently at the default of 20


def joined(pieces: Pieces) -> tuple[str, tuple[Block, ...]]:
    """Return the pieces as one text, blank lines between them, and their blocks; one title at most."""
    blocks: list[Block] = []
    texts: list[str] = []
    place = 0
    for kind, piece in pieces:
        text = SPACES.sub(" ", INVISIBLE.sub("", piece)).strip()
        if not text:
            continue
        if kind is Kind.TITLE and any(block.kind is Kind.TITLE for block in blocks[:1]):
            kind = Kind.HEADING
        blocks.append(Block(kind, place, place + len(text)))
        texts.append(text)
        place += len(text) + 2
    return "\n\n".join(texts), tuple(blocks)


def markdown_pieces(text: str) -> Pieces:
    """Return the blocks of a Markdown text; the title is its first heading or that of its front matter."""
    from markdown_it import MarkdownIt

    front = FRONT_MATTER.match(text)
    parser = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable("table")
    pieces = _of_tokens(parser.parse(text[front.end() :] if front else text))
    title = FRONT_TITLE.search(front[1]) if front else None
    first = next((n for n, (kind, _) in enumerate(pieces) if kind is Kind.TITLE), None)
    if first is None and title is not None:
        return [(Kind.TITLE, title[2]), *pieces]
    if first is None and pieces and pieces[0][0] is Kind.HEADING:
        first = 0
    return [_one_title(n == first, piece) for n, piece in enumerate(pieces)]


def _one_title(is_title: bool, piece: tuple[Kind, str]) -> tuple[Kind, str]:
    if is_title:
        return Kind.TITLE, piece[1]
    return (Kind.HEADING if piece[0] is Kind.TITLE else piece[0]), piece[1]


def _of_tokens(tokens: Iterable[Token]) -> Pieces:
    pieces: Pieces = []
    kind, items = Kind.PARAGRAPH, 0
    for token in tokens:
        if token.type == "heading_open":
            kind = Kind.TITLE if token.tag == "h1" else Kind.HEADING
        elif token.type in {"list_item_open", "list_item_close"}:
            items += token.nesting
        elif token.type in {"paragraph_open", "th_open", "td_open"}:
            kind = Kind.ITEM if items else Kind.PARAGRAPH
        elif token.type == "inline":
            line = _inline_text(token)
            pieces += line_blocks(line) if kind is Kind.PARAGRAPH else [(kind, line)]
        elif token.type in {"fence", "code_block"}:
            pieces.append((Kind.PARAGRAPH, token.content))
        elif token.type == "html_block":
            pieces += _fragment(token.content)
    return pieces


def _inline_text(token: Token) -> str:
    """Return the text of a line without its markup; an image leaves nothing, a line break stays one."""
    parts: list[str] = []
    for child in token.children or []:
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"} or child.content.lower().startswith("<br"):
            parts.append("\n")
    return "".join(parts)


def html_pieces(page: str) -> Pieces:
    """Return the blocks of a page's article, as trafilatura finds it, or of its whole body."""
    from trafilatura import bare_extraction

    tree = _visible(page)
    if tree is None:
        return []
    found: Any = bare_extraction(copy.deepcopy(tree), include_comments=False, favor_recall=True, with_metadata=True)
    pieces = _walked(found.body) if found is not None and found.body is not None else []
    if not any(kind is not Kind.TITLE and text.strip() for kind, text in pieces):
        return _walked(tree)
    if not any(kind is Kind.TITLE for kind, _ in pieces) and found.title:
        same = [n for n, (_, text) in enumerate(pieces[:3]) if text.strip() == found.title.strip()]
        pieces = [(Kind.TITLE, found.title), *(piece for n, piece in enumerate(pieces) if n not in same)]
    return pieces


def _fragment(source: str) -> Pieces:
    """Return the visible blocks of a piece of HTML inside Markdown."""
    tree = _visible(source)
    return [] if tree is None else _walked(tree)


def _visible(page: str) -> HtmlElement | None:
    """Parse a page and take out what a browser doesn't show; None if nothing is left."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8")
    try:
        tree = html.document_fromstring(INVISIBLE.sub("", page).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    for element in tree.xpath(HIDDEN):
        if element.getparent() is not None and element.tag not in {"html", "head", "body"}:
            element.drop_tree()
    return tree


def _walked(root: Any) -> Pieces:
    """Return the text of a tree, a new piece at each element that isn't inline; the head's text is left out."""
    from lxml import etree

    walker = _Walker()
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag == "title" or (element is root and event == "end"):
            continue
        walker.start(element) if event == "start" else walker.end(element)
    walker.flush()
    return walker.pieces


class _Walker:
    """Collects text; knows the kind of the innermost element that has one."""

    def __init__(self) -> None:
        self.pieces: Pieces = []
        self._buffer: list[str] = []
        self._kinds: list[Kind] = [Kind.PARAGRAPH]

    def start(self, element: Any) -> None:
        """Take the text at the start of an element."""
        if element.tag in {"br", "lb"}:
            if self._buffer and SENTENCE_END.search(self._buffer[-1]):
                self.flush()
            self._buffer.append("\n")
        elif element.tag not in INLINE:
            self.flush()
            is_title = element.tag == "head" and element.get("rend") == "h1"
            self._kinds.append(Kind.TITLE if is_title else KINDS.get(element.tag, self._kinds[-1]))
        self._buffer.append(element.text or "")

    def end(self, element: Any) -> None:
        """Take the text that follows an element."""
        if element.tag not in INLINE and element.tag not in {"br", "lb"}:
            self.flush()
            self._kinds.pop()
        self._buffer.append(element.tail or "")

    def flush(self) -> None:
        """Close the piece."""
        if text := "".join(self._buffer).strip():
            self.pieces.append((self._kinds[-1], text))
        self._buffer.clear()
