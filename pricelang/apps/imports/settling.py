"""Drafted books made sound: the real checker reads them,
and an entry with which there is no book is listed instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pricelang.apps.imports.drafts import Imported, ImportFault
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import check_layers
from pricelang.present.text import shown
from pricelang.syntax.diagnostics import Fault, Span

Odd = Mapping[int, str]
"""Entries that are left out, by their number in the source, each with the reason."""

Draft = Callable[[Odd], Imported]
MOST_BLAMED = 3
"""A line that names more models than these says of none of them that it is the odd one."""

_NAME = re.compile(r"[A-Za-z0-9_.:@/-]+")
_REASON = "the book cannot be used with it"


def settled(draft: Draft, count: int) -> Imported:
    """The import of so many entries, without the entries that are not in the form of the others,
    or make the book unusable.

    Raises `ImportFault` where nothing is left.
    """
    odd: dict[int, str] = {}
    while True:
        try:
            found = draft(odd)
            new = {number: why for number, why in found.broken.items() if number not in odd}
            faults = [] if new else faults_of(found.files)
        except ImportFault:
            raise
        except (
            Exception
        ):  # strangers' data, of any shape: what makes the trouble is found by trying
            return _tried(draft, odd, count)
        if not new and not faults:
            return found
        new = new or _blamed(faults, found, odd)
        if not new:
            return _tried(draft, odd, count)
        odd |= new


def faults_of(files: Mapping[str, str]) -> list[Fault]:
    """What is wrong with the book that some files are."""
    layer = Layer(tuple(TextFile(name, Path(name), text) for name, text in files.items()))
    checked = check_layers((layer,))
    return [fault for fault in checked.faults if fault.severity == "error"]


def _blamed(faults: Iterable[Fault], found: Imported, odd: Odd) -> dict[int, str]:
    """The entries that faults speak of."""
    lines = {name: text.splitlines() for name, text in found.files.items()}
    blamed: dict[int, str] = {}
    for fault in faults:
        spans = [fault.span, *(span for span, _ in fault.others)]
        for text in (fault.message, *(_text_at(lines, span) for span in spans)):
            named = {
                found.places[name] for name in _NAME.findall(text) if name in found.places
            } - odd.keys()
            if 0 < len(named) <= MOST_BLAMED:
                blamed |= {
                    number: f"{_REASON}: {shown(fault.message, 200)}"
                    for number in named
                    if number not in blamed
                }
                break
    return blamed


def _text_at(lines: Mapping[str, Sequence[str]], span: Span) -> str:
    return "\n".join(lines.get(span.file, ())[span.line - 1 : span.end_line])


def _tried(draft: Draft, odd: Odd, count: int) -> Imported:
    """The import with every entry that can be in it,
    found by taking in one part of them after the other.
    """
    kept: list[int] = []

    def left_out(numbers: Iterable[int]) -> dict[int, str]:
        taken = set(numbers)
        return {number: odd.get(number, _REASON) for number in range(count) if number not in taken}

    def take(part: Sequence[int]) -> None:
        if _works(draft, left_out([*kept, *part])):
            kept.extend(part)
        elif len(part) > 1:
            take(part[: len(part) // 2])
            take(part[len(part) // 2 :])

    take([number for number in range(count) if number not in odd])
    return draft(left_out(kept))


def _works(draft: Draft, odd: Odd) -> bool:
    try:
        found = draft(odd)
        return not found.broken.keys() - odd.keys() and not faults_of(found.files)
    except ImportFault:
        return True  # none of them has a price
    except Exception:
        return False
