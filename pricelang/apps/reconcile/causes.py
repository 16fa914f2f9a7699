"""What is wrong with a bill as a whole: errors tried over all lines at once, fewest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from pricelang.apps.reconcile.alternatives import Alternatives
from pricelang.apps.reconcile.error_pairs import ErrorPairs
from pricelang.apps.reconcile.join import JoinedLine
from pricelang.apps.reconcile.line_errors import LineErrors
from pricelang.apps.reconcile.other_prices import SAME, OtherPrice
from pricelang.apps.reconcile.whole_bill import in_common

MOST_OTHERS = 3
"""So many causes that explain the same are named beside one."""


@frozen(eq=False)
class Cause:
    """One error that makes the amounts of its lines exact; `others` are the words of errors that
    explain the same lines as well, so that amounts alone do not tell them apart.
    """

    kind: str
    text: str
    lines: tuple[JoinedLine, ...]
    others: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many errors it is."""
        return 2 if self.kind == "pair" else 1

    @property
    def difference(self) -> Fraction:
        """What was billed beyond what was expected, over all lines."""
        return sum((line.difference for line in self.lines), Fraction(0))

    @property
    def ratio(self) -> Fraction | None:
        """What was billed as a multiple of what was expected."""
        expected = sum((line.expected for line in self.lines), Fraction(0))
        return None if not expected else 1 + self.difference / expected


def causes_of(
    alternatives: Alternatives,
    lines: Sequence[JoinedLine],
    within: Fraction,
    known: Mapping[int, OtherPrice],
) -> tuple[Cause, ...]:
    """The fewest causes that explain the most of some lines that differ, those of the most money
    first; two at once only for lines that no single one explains. `known` are causes of lines, by
    their identity, that something else has found.
    """
    errors = LineErrors(alternatives, within)
    ways: dict[int, dict[str, OtherPrice]] = {}
    for line in lines:
        one = known.get(id(line))
        found = errors.of(line) if one is None else (one,)
        ways[id(line)] = {each.text: each for each in found}
    left = [line for line in lines if not ways[id(line)]]
    for line, way in in_common(left):
        ways[id(line)][way.text] = way
    single = list(_covered([line for line in lines if ways[id(line)]], ways))
    pairs = ErrorPairs(errors, frozenset(cause.text for cause in single))
    left = [line for line in left if not ways[id(line)]]
    ways = {id(line): {each.text: each for each in pairs.of(line)} for line in left}
    rest = [line for line in left if not ways[id(line)]]
    for line, way in in_common(rest, one_meter=True):  # by no two rules of the book either
        ways[id(line)][way.text] = way
    double = _covered([line for line in left if ways[id(line)]], ways)
    return tuple(
        sorted(
            (*single, *double), key=lambda cause: (-_worth(cause), -len(cause.lines), cause.text)
        )
    )


def _worth(cause: Cause) -> Fraction:
    return sum((abs(line.difference) for line in cause.lines), Fraction(0))


def _covered(
    lines: Sequence[JoinedLine], ways: Mapping[int, Mapping[str, OtherPrice]]
) -> Iterator[Cause]:
    """The causes, each time the one that explains the most lines that are left."""
    by_text: dict[str, dict[int, JoinedLine]] = {}
    named: dict[str, OtherPrice] = {}
    for line in lines:
        for text, way in ways[id(line)].items():
            by_text.setdefault(text, {})[id(line)] = line
            named.setdefault(text, way)
    while by_text:
        most = min(by_text, key=lambda text: (-len(by_text[text]), *named[text].rank))
        first = min(_as_good(by_text, most), key=lambda text: named[text].rank)
        own = by_text.pop(first)
        equal = [
            text
            for text, other in by_text.items()
            if other.keys() == own.keys() and named[text].kind not in SAME
        ]
        equal.sort(key=lambda text: named[text].rank)
        yield Cause(
            named[first].kind,
            first,
            tuple(own.values()),
            tuple(equal[:MOST_OTHERS]),
            named[first].places,
        )
        for text in list(by_text):
            for known in own:
                by_text[text].pop(known, None)
            if not by_text[text]:
                del by_text[text]


def _as_good(by_text: Mapping[str, Mapping[int, JoinedLine]], most: str) -> Iterator[str]:
    """Causes that explain nearly what the best one does, where the rest is of a cause that explains
    more than this rest anyway.
    """
    yield most
    own = by_text[most].keys()
    for text, lines in by_text.items():
        rest = own - lines.keys()
        if (
            lines.keys() < own
            and 10 * len(rest) <= len(own)
            and any(
                rest <= other.keys() and other.keys() - own
                for name, other in by_text.items()
                if name != most
            )
        ):
            yield text
