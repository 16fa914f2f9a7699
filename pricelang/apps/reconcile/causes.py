"""What is wrong with a bill as a whole: errors tried over all lines at once, fewest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import define, frozen

from pricelang.apps.reconcile.alternatives import Alternatives, OtherPrice
from pricelang.apps.reconcile.join import (
    NOT_IN_COST,
    NOT_IN_USAGE,
    UNPRICED,
    JoinedLine,
    other_quantity,
)
from pricelang.apps.reconcile.keys import Request, Used
from pricelang.apps.reconcile.whole_bill import of_whole_bill
from pricelang.model.instants import written
from pricelang.present.decimals import RoundingMode, money, rounded

CENT = Fraction(1, 100)
ROUNDINGS: tuple[tuple[RoundingMode, str], ...] = (
    ("up", "rounded up"),
    ("half_even", "rounded"),
    ("half_up", "rounded, halves up,"),
    ("down", "rounded down"),
)
SAME = ("factor on", "factor off")
"""Kinds that say of a rule what another one says of usage, and so are not named beside it."""
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
    first. `known` are causes of lines, by their identity, that something else has found.
    """
    search = _Search(alternatives, within)
    ways: dict[int, dict[str, OtherPrice]] = {}
    for line in lines:
        one = known.get(id(line))
        ways[id(line)] = (
            {one.text: one} if one is not None else {each.text: each for each in search.ways(line)}
        )
    left = [line for line in lines if not ways[id(line)]]
    for line, way in of_whole_bill(left):
        ways[id(line)][way.text] = way
    found = _covered([line for line in lines if ways[id(line)]], ways)
    return tuple(sorted(found, key=lambda cause: (-_worth(cause), -len(cause.lines), cause.text)))


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


@define(eq=False)
class _Search:
    """The errors that would make one line exact."""

    alternatives: Alternatives
    within: Fraction

    def ways(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """Every single error that explains a line."""
        if line.status == UNPRICED:
            yield OtherPrice("no price", f"usage without a price: {line.reason}", Fraction(0))
        elif not line.used and line.low:
            text = f"{line.key.cost_type} of `{line.key.token_type}` not applied: {line.reason}"
            if not line.billed:
                yield OtherPrice("account", text, Fraction(0))
        elif line.status == NOT_IN_USAGE:
            yield self._extra(line)
        elif line.status == NOT_IN_COST:
            yield OtherPrice("row", "usage that is not billed", Fraction(0))
        elif line.low == line.high and all(use.error is None for use in line.used):
            rows = tuple(self._of_rows(line))
            yield from rows
            if other_quantity(line.used, line.billed):
                yield from () if rows else self._of_quantity(line)
                return
            yield from self._of_prices(line)
            yield from _of_rounding(line)

    def _extra(self, line: JoinedLine) -> OtherPrice:
        """A row of the bill that nothing was used for."""
        name, day = line.key.model, line.key.day
        book = self.alternatives.changes.book
        for model in book.models:
            if model.name == name and day and model.retired is not None:
                retired = written(model.retired)[:10]
                if retired <= day:
                    text = f"billed for `{name}`, which was retired on {retired}, without usage"
                    return OtherPrice("row", text, Fraction(0))
        return OtherPrice("row", "billed without usage", Fraction(0))

    def _of_rows(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """A row that stands twice, or a part of the usage that was left out."""
        over = line.amount - line.low
        if len(line.billed) > 1 and any(bill.amount == over for bill in line.billed):
            yield OtherPrice("row", "a row of the bill that stands twice", Fraction(0))
        elif line.stated is None and line.low and line.amount == 2 * line.low:
            yield OtherPrice("whole", "the whole quantity counted twice", Fraction(0))

    def _of_quantity(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """A quantity that the bill states and that was not used, at the right price."""
        own = {self.alternatives.of(use.request)[""].unit for use in _priced(self, line.used)}
        assert line.stated is not None
        if len(own) == 1 and abs(line.stated * min(own) - line.amount) <= self.within:
            yield OtherPrice("quantity", "another quantity than was used", Fraction(0))

    def _of_prices(self, line: JoinedLine) -> Iterator[OtherPrice]:
        """Another price for all usage of the line that an error befalls."""
        groups: dict[object, tuple[Request, Fraction]] = {}
        for use in line.used:
            key = self.alternatives.key(use.request)
            before = groups.get(key)
            groups[key] = (use.request, use.quantity + (before[1] if before else 0))
        changes: dict[str, tuple[OtherPrice, Fraction]] = {}
        for request, quantity in groups.values():
            found = self.alternatives.of(request)
            if not found:
                return
            unit = found[""].unit
            for text, one in found.items():
                if text:
                    before_change = changes.get(text, (one, Fraction(0)))[1]
                    changes[text] = (one, before_change + quantity * (one.unit - unit))
        due = line.amount - line.low
        for one, change in changes.values():
            if change and abs(change - due) <= self.within:
                yield one


def _priced(search: _Search, used: Iterable[Used]) -> Iterator[Used]:
    return (use for use in used if search.alternatives.of(use.request))


def _of_rounding(line: JoinedLine) -> Iterator[OtherPrice]:
    """The right amount in cents."""
    if (line.amount / CENT).denominator != 1 or line.amount == line.low:
        return
    currency = line.billed[0].currency if line.billed else ""
    for mode, words in ROUNDINGS:
        if rounded(line.low, CENT, mode) == line.amount:
            text = f"amounts {words} to {money(CENT, currency)}"
            yield OtherPrice("rounding", text, Fraction(0))
