"""Links from what a report says to the lines of the rule files, and those files themselves."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from attrs import define, field

from pricelang.present.markup import Html, element, join, words
from pricelang.present.table import NotedCell


@define
class RuleLinks:
    """The lines of the rule files, and links to them; what names no line of theirs is no link."""

    lines: Mapping[str, list[str]]
    known: set[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.known = {
            f"{name}:{number}"
            for name, lines in self.lines.items()
            for number in range(1, len(lines) + 1)
        }

    def to(self, place: str, shown: str | Html, note: str = "") -> Html:
        """Something that leads to the line at a place, and says on the side what stands there."""
        if place not in self.known:
            return element("span", shown, title=note or place) if note or place else join(shown)
        file, _, line = place.rpartition(":")
        said = " ".join(self.lines[file][int(line) - 1].split())
        return element(
            "a",
            shown,
            href=f"#{_anchor(place)}",
            class_="rule",
            title=(f"{note}; " if note else "") + f"{place}: {said}",
        )

    def cell(self, cell: NotedCell) -> Html:
        """The text of a cell, leading to its rule."""
        return self.to(cell.place, words(cell), cell.note)

    def listing(self) -> Html:
        """All rule files with numbered lines,
        each with an anchor such as `#anthropic/rates.price:12`.
        """
        parts = []
        for name, lines in self.lines.items():
            shown = lines[:-1] if lines and not lines[-1] else lines
            listed = [_line(name, number, line) for number, line in enumerate(shown, 1)]
            box = element(
                "ol", *listed, class_="listing", tabindex="0", role="region", aria_label=name
            )
            parts.append(join(element("h3", name), box))
        return join(*parts)


def _line(name: str, number: int, line: str) -> Html:
    anchor = _anchor(f"{name}:{number}")
    label = element("a", str(number), href=f"#{anchor}", aria_label=f"line {number}")
    comment = "comment" if line.lstrip().startswith("#") else ""
    return element("li", label, element("code", line, class_=comment), id=anchor)


def _anchor(place: str) -> str:
    """A place as an id and a fragment at once: nothing in it needs escaping."""
    return quote(place, safe="/:")
