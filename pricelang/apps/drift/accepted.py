"""Differences that are known and have a reason: a TOML file of them, and which of them still
hold.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

from attrs import define, field, frozen

from pricelang.apps.drift.difference import Difference, DifferenceKind
from pricelang.present.text import help_for, shown
from pricelang.usage.io.toml_text import BadText, read_settings

ACCEPTED_FILE = "drift.toml"
"""The file beside a book's own that holds the differences which are accepted of it."""
_TABLE = "accepted"
_DAYS = ("since", "until")
_TEXTS = ("source", "kind", "what", "when", "theirs", "reason")


class AcceptedFault(Exception):
    """A file of accepted differences in another form; the message says where."""


@frozen
class Accepted:
    """Differences that one line accepts: those of a source whose id is like the pattern `id`, and
    of which `kind`, `what`, `when` and `theirs` hold, where they are given. It counts from the
    day `since` on, and no longer from the day `until` on.
    """

    id: str
    reason: str
    source: str = "*"
    kind: str = ""
    what: str = ""
    when: str = ""
    theirs: str = ""
    since: str = ""
    until: str = ""

    def takes(self, difference: Difference, at: str) -> bool:
        """Decides whether it accepts a difference on a day."""
        return (
            fnmatchcase(difference.id, self.id)
            and fnmatchcase(difference.source, self.source)
            and self.kind in ("", difference.kind)
            and fnmatchcase(difference.what, self.what or "*")
            and self.when in difference.when
            and self.theirs in ("", difference.theirs)
            and at >= self.since
            and not (self.until and at >= self.until)
        )

    def __str__(self) -> str:
        said = (self.source, self.kind, self.id, self.what, self.when)
        return " ".join(text for text in said if text not in ("", "*")) or "*"


@define
class Sorted:
    """Differences by whether they are accepted, and the lines that accept none."""

    new: list[Difference] = field(factory=list)
    accepted: list[tuple[Difference, Accepted]] = field(factory=list)
    unused: list[Accepted] = field(factory=list)


def sorted_by(
    lines: Iterable[Accepted], differences: Iterable[Difference], sources: Iterable[str], at: str
) -> Sorted:
    """Parts differences by the lines that accept them; the first that does is meant. A line of
    a source that was not asked is not among the `unused`.
    """
    found, known, asked = Sorted(), list(lines), list(sources)
    used: set[int] = set()
    for each in differences:
        number = next((n for n, line in enumerate(known) if line.takes(each, at)), None)
        if number is None:
            found.new.append(each)
        else:
            used.add(number)
            found.accepted.append((each, known[number]))
    found.unused = [
        line
        for number, line in enumerate(known)
        if number not in used
        and at >= line.since
        and any(fnmatchcase(name, line.source) for name in asked)
    ]
    return found


def read_accepted(path: Path) -> list[Accepted]:
    """The lines of a file, each with one pattern. Raises `AcceptedFault`."""
    try:
        value = read_settings(path)
    except BadText as error:
        raise AcceptedFault(f"`{shown(path)}` cannot be read: {error}") from None
    tables = value.get(_TABLE, [])
    if not isinstance(tables, list) or value.keys() - {_TABLE}:
        raise AcceptedFault(f"`{shown(path)}` holds tables `[[{_TABLE}]]` and nothing besides")
    found: list[Accepted] = []
    for number, table in enumerate(tables, 1):
        found += _lines(table, f"`{shown(path)}`, table {number}")
    return found


def _lines(table: Any, place: str) -> list[Accepted]:
    if not isinstance(table, Mapping):
        raise AcceptedFault(f"{place}: this is no table")
    known = (*_TEXTS, "id", *_DAYS)
    for key in table.keys() - set(known):
        help = help_for(str(key), known, "keys")()
        raise AcceptedFault(f"{place}: there is no key `{shown(key)}`; {help}")
    texts = {key: table[key] for key in _TEXTS if key in table}
    ids = table.get("id", "*")
    patterns = [ids] if isinstance(ids, str) else ids
    if not isinstance(patterns, list) or not all(
        isinstance(text, str) for text in (*texts.values(), *patterns)
    ):
        raise AcceptedFault(f"{place}: a key holds a text, and `id` a text or a list of them")
    if not str(texts.get("reason", "")).strip():
        raise AcceptedFault(f"{place}: it has no `reason`, and none is accepted without")
    if texts.get("kind", "") not in ("", *get_args(DifferenceKind)):
        raise AcceptedFault(f"{place}: `kind` is one of {', '.join(get_args(DifferenceKind))}")
    for key in _DAYS:
        if not isinstance(table.get(key, ""), str | datetime.date):
            raise AcceptedFault(f"{place}: `{key}` is a day such as 2027-01-31")
        texts[key] = str(table.get(key, ""))
    return [Accepted(id=pattern, **texts) for pattern in patterns]
