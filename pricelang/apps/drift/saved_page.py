"""A saved page, Markdown or HTML, as its headings, tables and paragraphs in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.apps.drift.source_data import SourceFault

if TYPE_CHECKING:
    from bs4.element import PageElement

EXTRA = "pip install 'pricelang[pages]'"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXTS = ("p", "li", "dt", "dd")


@frozen
class PageHeading:
    """A heading."""

    text: str


@frozen
class PageText:
    """A paragraph or an item of a list, and what in it is code."""

    text: str
    codes: tuple[str, ...]


@frozen
class PageTable:
    """A table: the cells of its first row, and of the others."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = PageHeading | PageText | PageTable


def blocks_of(text: str, is_markdown: bool) -> Iterator[Block]:
    """The blocks of a page. Raises `SourceFault` where the extra `pages` is not installed."""
    try:
        from bs4 import BeautifulSoup
        from bs4.element import Tag
    except ImportError:
        raise SourceFault(f"saved pages need the extra `pages`: {EXTRA}") from None
    soup = BeautifulSoup(_html(text) if is_markdown else text, "html.parser")
    for element in soup.find_all([*_HEADINGS, *_TEXTS, "table", "caption"]):
        assert isinstance(element, Tag)
        if element.name == "table":
            rows = [
                tuple(_words(cell) for cell in row.find_all(["th", "td"]))
                for row in element.find_all("tr")
            ]
            if len(rows) > 1 and element.find_parent("table") is None:
                yield PageTable(rows[0], tuple(rows[1:]))
        elif element.name in _HEADINGS or element.name == "caption":
            yield PageHeading(_words(element))
        elif element.find_parent("table") is None and element.find(_TEXTS) is None:
            codes = tuple(_words(code) for code in element.find_all("code"))
            yield PageText(_words(element), codes)


def _html(text: str) -> str:
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise SourceFault(f"saved pages need the extra `pages`: {EXTRA}") from None
    return str(MarkdownIt("commonmark").enable("table").render(text))


def _words(element: PageElement) -> str:
    """The text of an element on one line."""
    return " ".join(element.get_text(" ").split())
