"""HTML that is escaped by construction:
text is markup only inside an element, and only markup goes in as it is.
"""

from __future__ import annotations

import html

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


def words(text: str) -> Html:
    """A text with what stands in backticks as code.

    >>> words("the rate of `input`")
    'the rate of <code>input</code>'
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return join(text)
    return join(*(element("code", part) if at % 2 else part for at, part in enumerate(parts)))
