"""Charts as SVG without script, in whole pixels: figures, texts, rules and marks."""

from __future__ import annotations

from pricelang.present.markup import Html, element

WIDE, NARROW, SIDE = 860, 480, 12
"""The widths of figures, and the room at their sides."""


def figure(title: str, caption: str, width: int, height: int, *parts: Html) -> Html:
    """A chart with its title and caption, in a box that scrolls."""
    kind = "chart" if width == WIDE else "chart small"
    chart = element(
        "svg",
        element("title", title),
        *parts,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label=title,
        class_=kind,
    )
    box = element("div", chart, class_="scroll", tabindex="0", role="region", aria_label=title)
    return element("figure", box, element("figcaption", caption))


def chart_text(x: int, y: int, text: str, kind: str = "", anchor: str = "") -> Html:
    """A text at a place; `kind` is its class of style."""
    return element("text", text, x=x, y=y, class_=kind, text_anchor=anchor)


def rule(x1: int, y1: int, x2: int, y2: int, kind: str) -> Html:
    """A line between two places."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def mark(x: int, y: int, kind: int) -> Html:
    """A mark told apart by its form as well as by its colour."""
    if kind % 4 == 0:
        return element("circle", cx=x, cy=y, r=5, class_="s0")
    if kind % 4 == 1:
        return element("rect", x=x - 5, y=y - 5, width=10, height=10, class_="s1")
    path = diamond(x, y) if kind % 4 == 2 else f"M{x - 6} {y + 5}L{x} {y - 6}L{x + 6} {y + 5}Z"
    return element("path", d=path, class_=f"s{kind % 4}")


def diamond(x: int, y: int) -> str:
    """The path of a diamond around a place."""
    return f"M{x - 6} {y}L{x} {y - 6}L{x + 6} {y}L{x} {y + 6}Z"
