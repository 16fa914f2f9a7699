"""The diagrams and the modifiers that decide the rate of a meter: requests that come to the same
leaves of these have one rate.
"""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.model import book as m
from pricelang.model.diagrams import reach_of, root_of, slots_of


def deciding_roots(book: m.Book, meter: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The roots of the diagrams that decide the rate of a meter (by its index), but for those of
    modifiers; and the modifiers that may change it, in the order of the stack.
    """
    open_ = (root for root in _roots(book, meter) if root >= 0)  # else one leaf for all
    modifiers = (number for kind, number in book.stack if kind == "modifier")
    changing = (n for n in modifiers if any(_changes(x, meter) for x in book.modifiers[n].lines))
    return tuple(open_), tuple(changing)


def _roots(book: m.Book, meter: int) -> Iterator[int]:
    bases = _bases(book, meter)
    for slot in slots_of(book):
        root = root_of(book.decisions, slot)
        match slot.group:
            case "price" | "derivation":
                if slot.index in bases:
                    yield root
            case "charge":
                if book.charges[slot.index].meter == meter:
                    yield root
            case "modifier" | "free":
                pass  # by the lines that have effect, and of the request
            case _:
                if reach_of(slot.group) == "unit price":
                    yield root


def _bases(book: m.Book, meter: int) -> set[int]:
    """A meter, and all that its price derives from."""
    found = {meter}
    while more := {line.of for line in book.derivations if line.meter in found} - found:
        found |= more
    return found


def _changes(line: m.ModifierLine, meter: int) -> bool:
    """Decides whether a line of a modifier changes the price of a meter."""
    return meter in line.meters or any(index == meter for index, _ in line.factors)
