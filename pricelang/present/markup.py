"""HTML that is escaped by construction:
text is markup only inside an element, and only markup goes in as it is.
"""

from __future__ import annotations

import html
import re

from pricelang.present.text import printable

_EMPTY = {"meta", "link"}
_LINES = {
    "meta",
    "link",
    "title",
    "head",
    "header",
    "nav",
    "main",
    "section",
    "h1",
    "h2",
    "h3",
    "p",
    "ul",
    "ol",
    "dl",
    "table",
    "thead",
    "tbody",
    "tr",
    "li",
    "figure",
    "svg",
    "article",
}
"""Elements after which the text begins a new line,
so that two pages can be compared line by line.
"""


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def element(tag: str, /, *children: str | Html, **attributes: str | int) -> Html:
    """An element; `class_` is `class`, `aria_label` is `aria-label`,
    and an empty attribute is left out.

    >>> element("td", "a < b", class_="n")
    '<td class="n">a &lt; b</td>'
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(printable(str(value)))}"'
        for name, value in attributes.items()
        if value != ""
    )
    end = "\n" if tag in _LINES else ""
    if tag in _EMPTY and not children:
        return Html(f"<{tag}{given}>{end}")
    return Html(f"<{tag}{given}>{join(*children)}</{tag}>{end}")


def join(*children: str | Html) -> Html:
    """Children one after the other, text escaped;
    control and direction characters are shown, not obeyed.
    """
    return Html(
        "".join(
            child if isinstance(child, Html) else html.escape(printable(child))
            for child in children
        )
    )


_WHOLE = re.compile(r"(\b[A-Za-z][\w.]*(?:-[\w.]+)+|\bx [0-9][0-9.]*)")
MAX_WHOLE = 40
"""Longer names are broken, or a page would be wider than a phone."""


def whole_names(text: str) -> Html:
    """A text in which no line ends within a name that has hyphens, or within a factor.

    >>> whole_names("for claude-3-haiku")
    'for <span class="name">claude-3-haiku</span>'
    """
    parts = _WHOLE.split(text)
    return join(
        *(
            element("span", part, class_="name") if at % 2 and len(part) <= MAX_WHOLE else part
            for at, part in enumerate(parts)
        )
    )


def words(text: str) -> Html:
    """A text with what stands in backticks as code, and names whole.

    >>> words("the rate of `input`")
    'the rate of <code>input</code>'
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return whole_names(text)
    return join(
        *(
            element("code", whole_names(part)) if at % 2 else whole_names(part)
            for at, part in enumerate(parts)
        )
    )
