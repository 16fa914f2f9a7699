"""One request before its book, and what can come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias, TypeVar

from attrs import field, frozen

from pricelang.syntax import tree as t

Usage: TypeAlias = "Mapping[str, Fraction | list[Fraction]]"
Statements: TypeAlias = tuple[t.Statement, ...]
Modifier: TypeAlias = "t.Multiplier | t.Surcharge | t.Limit"
S = TypeVar("S", bound=t.Statement)
L = TypeVar("L", bound=t.ChargeLine)
Found = TypeVar("Found")


class Unclear(Exception):
    """The book does not decide: two lines fit where one must, or a name stands for nothing."""


@frozen
class Priced:
    """`total` and `lines` (by meter,
    or by surcharge where it is added once a request) in `currency`.
    """

    total: Fraction
    lines: dict[str, Fraction]
    currency: str


@frozen
class Refused:
    """The request cannot exist. `kind` is `refuse`, `multiplier`, `surcharge` or `exclude`."""

    rule: str
    kind: str


@frozen
class NotOffered:
    """A model, dimension, value or meter that is not there at that instant or not for that request.

    `refused` says that a rule refuses the request besides; it does not count in a comparison.
    """

    what: str
    refused: bool = field(default=False, eq=False)


Result: TypeAlias = Priced | Refused | NotOffered


@frozen
class Case:
    """One request: the layers that hold (list book first), the model's id,
    every dimension's value, the quantities.
    """

    layers: tuple[Statements, ...]
    at: int
    model: str = ""
    values: Mapping[str, str] = field(factory=dict)
    usage: Usage = field(factory=dict)

    def all(self, kind: type[S]) -> Iterator[S]:
        return (statement for layer in self.layers for statement in of_kind(layer, kind))

    def uses(self, meter: str) -> list[Fraction]:
        given = self.usage.get(meter, [])
        return [Fraction(use) for use in given] if isinstance(given, list) else [Fraction(given)]

    def decisive(self, what: str, find: Callable[[Statements], Sequence[Found]]) -> Found | None:
        """The one thing that is found in the topmost layer that has any:
        a contract stands before the list.
        """
        return next(
            (only(found, what) for found in map(find, reversed(self.layers)) if found), None
        )


def of_kind(statements: Iterable[t.Statement], kind: type[S]) -> Iterator[S]:
    return (statement for statement in statements if isinstance(statement, kind))


def only(found: Sequence[Found], what: str) -> Found:
    if len(found) != 1:
        raise Unclear(f"{len(found)} lines decide {what}")
    return found[0]


def texts(names: Iterable[t.Name]) -> list[str]:
    return [name.text for name in names]
