"""Names and texts in SQL: quoted, and different for each job."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

_NUMBERS = count(1)


def fresh(name: str) -> str:
    """A name that no other job of this process has:
    a relation of an earlier one goes on reading its own.
    """
    return f"{name}_{next(_NUMBERS)}"


def quoted(name: str) -> str:
    """A name as an identifier of SQL.

    >>> print(quoted("a-b"))
    "a-b"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a literal of SQL.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Texts as a list of SQL.

    >>> literals(["a.csv", "it's.csv"])
    "['a.csv', 'it''s.csv']"
    """
    return "[" + ", ".join(map(literal, texts)) + "]"
