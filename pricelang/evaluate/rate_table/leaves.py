"""The leaves of a book's diagrams as numbers: one for all leaves that come to the same."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from pricelang.model import book as m
from pricelang.model.diagrams import Diagram, diagrams_of


@define(eq=False, repr=False)
class Leaves:
    """What the leaves of diagrams come to. A rule is given by its number among the `diagrams`."""

    book: m.Book
    diagrams: tuple[Diagram, ...] = field(init=False)
    _numbers: dict[object, int] = field(factory=dict)
    _plain: dict[tuple[int, int], int] = field(factory=dict)
    _free: set[int] = field(factory=set)
    _multiplied: dict[tuple[int, int], int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.diagrams = diagrams_of(self.book)

    def refuses(self, number: int, leaf: int) -> bool:
        """Whether a leaf of a rule says that there is no such request."""
        diagram = self.diagrams[number]
        there = self.book.decisions.leaves[~leaf]
        if diagram.group == "modifier":
            lines = self.book.modifiers[diagram.index].lines
            return any(lines[line].outcome == "refuse" for line in there)
        return diagram.group == "refusal" and bool(there)

    def plain(self, number: int, leaf: int) -> int:
        """A leaf of a rule as a number that is one for all leaves of it that come to the same."""
        found = self._plain.get((number, leaf))
        if found is None:
            diagram = self.diagrams[number]
            group = diagram.group
            there: object = self.book.decisions.leaves[~leaf]
            lines: list[m.ModifierLine] = []
            if group in ("meter", "free"):
                there = bool(there)
            elif group == "modifier":
                lines = [
                    self.book.modifiers[diagram.index].lines[line]
                    for line in self.book.decisions.leaves[~leaf]
                ]
                there = there if lines and lines[0].outcome != "no_effect" else ()
            found = self._plain[number, leaf] = -2 - self.number(("plain", number, there))
            if group == "free" and there:
                self._free.add(found)
            if there and lines and all(line.outcome != "add" or line.meters for line in lines):
                self._multiplied[number, found] = -2 - self.number(("multiplied", number))
        return found

    def offered(self, root: int) -> int:
        """A leaf of the diagram of a value as one that stands for all that say the same."""
        if root >= 0:
            return root
        return self._plain.setdefault((-1, int(bool(self.book.decisions.leaves[~root]))), root)

    def end(self, rules: Sequence[tuple[int, int]]) -> int:
        """What is decided after all axes, each rule by its leaf: of what is free it does not matter
        what multiplies it, but that something does, since some never meet.
        """
        if any(self.diagrams[rule].group == "free" and leaf in self._free for rule, leaf in rules):
            rules = [(rule, self._multiplied.get((rule, leaf), leaf)) for rule, leaf in rules]
        return self.number(("end", tuple(rules)))

    def number(self, key: object) -> int:
        """A number for a key, one for all that are equal."""
        return self._numbers.setdefault(key, len(self._numbers))
