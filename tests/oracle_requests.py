"""Random requests of a book, taken from the words and dates of its text,
and how both evaluators answer them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeVar

from attrs import fields, frozen, has
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import pricelang
from pricelang.syntax import tree as t
from pricelang.usage.platform_names import LEAVES_UNSAID
from tests.oracle import NotOffered, Oracle, Priced, Refused

Use = int | Fraction
N = TypeVar("N")
# The changes of daylight saving time in 2026: New York, Berlin and Lord Howe, in UTC.
CHANGES = (1_772_953_200, 1_793_512_800, 1_774_746_000, 1_792_890_000, 1_775_314_800, 1_791_041_400)
DAY = 86_400


def share(part: float) -> settings:
    """Settings with a part of the examples of the profile:
    a slow test takes fewer, a fast one more.
    """
    return settings(max_examples=max(5, int(settings().max_examples * part)))


@frozen
class Ask:
    """One request; `at` is in UTC seconds, and a meter has a quantity or a list of uses."""

    model: str
    at: int
    dimensions: dict[str, str]
    usage: dict[str, Use | list[Use]]

    @property
    def instant(self) -> str:
        """`at` as the product takes it."""
        return datetime.datetime.fromtimestamp(self.at, datetime.UTC).isoformat()


@frozen
class Vocabulary:
    """What a request of a book may name;
    `whole` are the meters that are counted, the others are measured.
    """

    models: dict[str, int]  # and aliases, each with the day of release
    dimensions: dict[str, tuple[str, ...]]
    whole: tuple[str, ...]
    measured: tuple[str, ...]
    dates: tuple[int, ...]
    limits: tuple[int, ...]
    tests: tuple[dict[str, tuple[str, ...]], ...]  # for each rule the values that it looks at


def walk(node: object, kind: type[N]) -> Iterator[N]:
    """All nodes of a kind in a tree."""
    if isinstance(node, kind):
        yield node
    for part in node if isinstance(node, tuple) else ():
        yield from walk(part, kind)
    if has(type(node)):
        for attribute in fields(type(node)):  # type: ignore[arg-type]
            if attribute.name != "span":
                yield from walk(getattr(node, attribute.name), kind)


def vocabulary(oracle: Oracle) -> Vocabulary:
    """The names, dates and thresholds in the statements of a book."""
    rules = tuple(
        statement
        for _, statements in oracle.layers
        for statement in statements
        if not isinstance(statement, t.Example | t.Source | t.Figures | t.Claim)
    )
    rows = [row for table in walk(rules, t.Models) for row in table.table.rows]
    models = {
        row.cells[0].value.text: min(d.seconds for d in walk(row, t.Date))
        for row in rows
        if isinstance(row.cells[0].value, t.Name)
    }
    models |= {alias.name.text: models[alias.model.text] for alias in walk(rules, t.Alias)}
    dimensions = {
        dimension.name.text: tuple(
            dict.fromkeys(v.text for line in dimension.lines for v in line.values)
        )
        for dimension in walk(rules, t.Dimension)
        if not any(line.clock for line in dimension.lines)
    }
    dimensions |= {
        tiers.name.text: tuple(tier.name.text for tier in tiers.tiers)
        for tiers in walk(rules, t.Tiers)
    }
    meters = [
        (name.text, meter.unit.text) for meter in walk(rules, t.Meter) for name in meter.names
    ]
    measured = tuple(
        name for name, unit in meters if unit.rstrip("s").endswith(("hour", "month", "day"))
    )
    clocks = {time.minutes * 60 for time in walk(rules, t.TimeOfDay)}
    zoned = {clock.zone.text for clock in walk(rules, t.Clock) if clock.zone is not None}
    dates = {date.seconds for date in walk(rules, t.Date)}
    terms = {
        d.seconds
        for header, _ in oracle.layers
        for d in (header.endings.start, header.endings.end)
        if d is not None
    }
    starts = [date // DAY * DAY for date in dates]
    dates |= terms | {start + clock for start in starts for clock in clocks}
    if zoned:  # days of the week, and both sides of the changes of daylight saving in 2026
        dates |= {
            start + day * DAY + clock for start in starts for day in (1, 2) for clock in clocks
        }
        dates |= {turn + step for turn in CHANGES for step in (-3601, -1, 0, 3599, 3600)}
    return Vocabulary(
        models,
        dimensions,
        tuple(name for name, _ in meters if name not in measured),
        measured,
        tuple(sorted(dates)),
        tuple(sorted({int(x.limit.value) for x in walk(rules, t.Threshold)})),
        tuple(found for rule in rules if (found := looked_at(rule, dimensions))),
    )


def looked_at(
    rule: t.Statement, dimensions: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The values that a rule tests; of a dimension itself, all that it has."""
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(rule, t.Dimension | t.Tiers) and rule.name.text in dimensions:
        found[rule.name.text] = dimensions[rule.name.text]
    for test in walk(rule, t.IsTest):
        if test.dimension.text in dimensions:
            found[test.dimension.text] = found.get(test.dimension.text, ()) + tuple(
                v.text for v in test.values
            )
    return found


def quantities(words: Vocabulary) -> SearchStrategy[Use]:
    """Whole quantities: none, one, either side of each threshold, and many."""
    near = [limit + step for limit in words.limits for step in (-1, 0, 1)]
    edges: list[Use] = [quantity for quantity in (0, 1, 1_000_000, *near) if quantity >= 0]
    return st.one_of(st.sampled_from(edges), st.integers(0, 3_000_000), st.integers(0, 10**18))


def measures() -> SearchStrategy[Use]:
    """Times and the like: parts of a unit, some without a finite decimal."""
    return st.fractions(min_value=0, max_value=50, max_denominator=3600)


def instants(words: Vocabulary) -> SearchStrategy[int]:
    """Instants from before the first date of a book to after its last,
    mostly within a second of one of its dates.
    """
    near = st.builds(int.__add__, st.sampled_from(words.dates), st.sampled_from([-1, 0, 0, 1]))
    return st.one_of(near, near, near, st.integers(words.dates[0] - DAY, words.dates[-1] + 2 * DAY))


def asks(words: Vocabulary) -> SearchStrategy[Ask]:
    """Requests, also such as are not offered or refused."""
    whole: SearchStrategy[Any] = quantities(words)
    lists = st.lists(st.one_of(st.just(Fraction(0)), measures()), max_size=4)
    usage: dict[str, SearchStrategy[Any]] = {
        name: st.one_of(whole, whole, st.lists(whole, max_size=3)) for name in words.whole
    }
    usage |= {name: st.one_of(measures(), lists) for name in words.measured}
    # What one or two rules look at: with all dimensions at random hardly any request would exist.
    tests = st.lists(st.sampled_from(words.tests), max_size=2) if words.tests else st.just([])
    dimensions = tests.flatmap(
        lambda found: st.fixed_dictionaries(
            {name: st.sampled_from(values) for test in found for name, values in test.items()}
        )
    )
    drawn = st.lists(st.sampled_from(sorted(usage)), max_size=3, unique=True)
    used = drawn.flatmap(lambda names: st.fixed_dictionaries({name: usage[name] for name in names}))

    def of_instant(at: int) -> SearchStrategy[Ask]:
        released = [name for name, day in words.models.items() if day <= at] or list(words.models)
        model = st.one_of(*[st.sampled_from(released)] * 7, st.sampled_from(list(words.models)))
        return st.builds(Ask, model, st.just(at), dimensions, used)

    return instants(words).flatmap(of_instant)


def by_oracle(oracle: Oracle, ask: Ask) -> Priced | Refused | NotOffered:
    """The answer of the second evaluator."""
    usage: dict[str, Fraction | list[Fraction]] = {}
    for name, uses in ask.usage.items():
        usage[name] = [Fraction(use) for use in uses] if isinstance(uses, list) else Fraction(uses)
    return oracle.price(ask.model, ask.at, ask.dimensions, usage)


def by_book(book: pricelang.Book, ask: Ask) -> Priced | Refused | NotOffered:
    """The answer of the product, in the words of the second evaluator;
    a limit of a request has no line there.

    The second evaluator holds no request against windows,
    and takes what a platform leaves unsaid for the default.
    """
    left = LEAVES_UNSAID.get(ask.dimensions.get("platform", ""), ())
    defaults = {
        one.name: one.values[one.default].name
        for one in book.checked.dimensions
        if one.name in left
    }
    try:
        bill = pricelang.Bill(
            (
                book.rates.request(
                    ask.model, ask.instant, ask.usage, defaults | ask.dimensions, held=False
                ),
            )
        )
    except pricelang.Refused as error:
        return Refused(error.rule or error.message, error.code)
    except (pricelang.NotOffered, pricelang.UnknownName) as error:
        return NotOffered(error.message)
    lines: dict[str, Fraction] = {}
    for amount in bill.parts[0].amounts:
        if amount.rate is not None:
            lines[amount.rate.meter.name] = amount.amount
        elif amount.step is not None and amount.step.kind == "add":
            lines[amount.step.rule] = amount.amount
    return Priced(bill.exact_total, lines, bill.currency)
