"""The dates of a report: the life of each model, every change of a list price,
and the days of each modifier.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from pricelang.evaluate.line_rates import derivation_at, price_at
from pricelang.evaluate.offers import Point
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model import rules as r
from pricelang.model.instants import written
from pricelang.model.requests import is_yes
from pricelang.model.space import holds
from pricelang.present.decimals import money
from pricelang.present.table import NotedCell, Table
from pricelang.verify.analysis import Analysis
from pricelang.verify.modifier_claims import effect_of

MAX_PROJECTIONS = 2_000
"""Pairs of a model and a modifier whose days are worked out one by one."""


@frozen
class Lane:
    """A model on the timeline, dates in UTC seconds: `end` is its retirement;
    `marks` are price changes with words.
    """

    name: str
    start: int
    deprecated: int | None
    end: int | None
    marks: tuple[tuple[int, str], ...]


def _plain(analysis: Analysis, model: int, stretch: int) -> Point:
    """The request of a model that says nothing more."""
    book = analysis.book
    return (
        model,
        stretch,
        *(dimension.default for dimension in book.dimensions),
        *(0 for _ in book.sums),
    )


def history(analysis: Analysis) -> tuple[tuple[Lane, ...], Table]:
    """The life of each model, newest first: its release, every change of a list price, its end."""
    book = analysis.book
    own, common = _scopes(book)
    newest = sorted(
        range(len(book.models)), key=lambda n: (-book.models[n].released, book.models[n].name)
    )
    lanes: list[Lane] = []
    rows: list[tuple[NotedCell, ...]] = []
    for number in newest:
        model = book.models[number]
        first = book.boundaries.index(model.released) + 1
        edges = {edge for scope in (*own.get(number, ()), *common) for edge in _edges(scope)}
        starts = sorted({first, *(edge for edge in edges if edge > first)})
        found = list(_changes(analysis, number, starts))
        marks = tuple((day, str(cell)) for day, cell in found[1:])
        lanes.append(Lane(model.name, model.released, model.deprecated, model.retired, marks))
        rows += _life(book, number, found)
    note = f"list prices in {book.currency} of requests that say nothing beyond the model"
    headers = ("Model", "Date", "What changed")
    return tuple(lanes), Table(headers, tuple(rows), title="Price changes", note=note)


def _scopes(book: m.Book) -> tuple[dict[int, list[m.Scope]], list[m.Scope]]:
    """The scopes of the list prices of each model, and those of all models: of derivations, and of
    meters that have prices.
    """
    own: dict[int, list[m.Scope]] = {}
    common: list[m.Scope] = []
    priced = {rule.line.meter for rule in r.rules_of(book) if isinstance(rule, k.PriceRule)}
    for rule in r.rules_of(book):
        if isinstance(rule, k.PriceRule):
            own.setdefault(rule.line.model, []).append(rule.line.scope)
        elif isinstance(rule, k.DerivationRule) or (
            isinstance(rule, k.MeterRule) and rule.meter in priced
        ):
            common.append(rule.line.scope)
    return own, common


def _life(
    book: m.Book, number: int, changes: list[tuple[int, NotedCell]]
) -> Iterator[tuple[NotedCell, ...]]:
    """The rows of a model: its price changes, what was withdrawn, and its end, by day."""
    model = book.models[number]
    ends = ((model.deprecated, "deprecated"), (model.retired, "retired"))
    life = [
        *changes,
        *_withdrawn(book, number),
        *((day, NotedCell(what, model.origin.place)) for day, what in ends if day is not None),
    ]
    for day, cell in sorted(life, key=lambda entry: entry[0]):
        yield NotedCell(model.name, model.origin.place), NotedCell(written(day)), cell


def _edges(scope: m.Scope) -> list[int]:
    """The stretches of time at which a scope begins, and those at which it has ended."""
    mask = dict(scope).get(m.DATES)
    if mask is None:
        return []
    return [
        at for at in range(1, mask.bit_length()) if (mask >> at & 1) != (mask >> at - 1 & 1)
    ] + [mask.bit_length()]


def _changes(analysis: Analysis, model: int, starts: list[int]) -> Iterator[tuple[int, NotedCell]]:
    """The days on which the list prices of a model begin or change,
    in words, with the rule behind it.
    """
    book = analysis.book
    meters = list(dict.fromkeys(price.meter for price in book.prices))
    before: dict[int, object] = {}
    for stretch in (start for start in starts if start <= len(book.boundaries)):
        point = _plain(analysis, model, stretch)
        now = {meter: analysis.forest.value(analysis.list_price(meter), point) for meter in meters}
        changed = [
            meter
            for meter in meters
            if (now[meter] != before[meter] if before else isinstance(now[meter], Fraction))
        ]
        if changed or not before:
            origin = (
                _origin(book, changed[0], point, bool(before))
                if changed
                else book.models[model].origin
            )
            words = _words(
                book, [(meter, before.get(meter, ""), now[meter]) for meter in changed], point
            )
            text = words if before else f"released: {words}" if words else "released"
            yield (
                book.boundaries[stretch - 1],
                NotedCell(text, origin.place, doubt=origin.unsure or ""),
            )
        before = dict(now)


def _origin(book: m.Book, meter: int, point: Point, earlier: bool) -> m.Origin:
    """What a new price comes from: its row or, where that held before already,
    the meter's offer or the derivation.
    """
    price = price_at(book, point, meter)
    if price is None:
        return book.models[point[m.MODELS]].origin
    day_before = (point[m.MODELS], point[m.DATES] - 1, *point[2:])
    if not earlier or price_at(book, day_before, meter) != price:
        return price.origin
    offers = [offer for offer in book.meters[meter].offers if holds(offer.scope, point)]
    if offers and not any(holds(offer.scope, day_before) for offer in book.meters[meter].offers):
        return offers[0].origin
    return derivation_at(book, point, meter).origin if price.kind == "derived" else price.origin


def _words(book: m.Book, changes: list[tuple[int, object, object]], point: Point) -> str:
    """`input $1 → $0.80, output $5 → $4 per MTok`;
    without an arrow where there was nothing before (`""`).
    """
    rows = {meter: price_at(book, point, meter) for meter, _, _ in changes}
    pers = {row.per for row in rows.values() if row is not None}
    common = pers.pop() if len(pers) == 1 else None

    def amount(meter: int, price: object) -> str:
        row = rows[meter]
        if not isinstance(price, Fraction):
            return "not offered" if price is None else str(price)
        per, size = (
            (row.per, row.size) if row is not None else (book.meters[meter].unit, Fraction(1))
        )
        return money(price * size, book.currency) + ("" if common else f" / {per}")

    changed = [
        f"{book.meters[meter].name} "
        + (f"{amount(meter, old)} → " if old != "" else "")
        + amount(meter, new)
        for meter, old, new in changes
    ]
    return ", ".join(changed) + (f" per {common}" if common else "")


def _withdrawn(book: m.Book, model: int) -> Iterator[tuple[int, NotedCell]]:
    """Prices that were announced and withdrawn, on the day from which they were to hold."""
    found = sorted(
        (x for x in book.announcements if x.model == model),
        key=lambda x: (x.start, x.announced, x.origin.line),
    )
    for (start, announced, withdrawn), group in itertools.groupby(
        found, key=lambda x: (x.start, x.announced, x.withdrawn)
    ):
        together = list(group)
        amounts = ", ".join(
            f"{book.meters[x.meter].name} {money(x.amount, book.currency)} / {x.per}"
            for x in together
        )
        text = (
            f"{amounts}: announced {written(announced)}, withdrawn {written(withdrawn)}, never paid"
        )
        yield start, NotedCell(text, together[0].origin.place)


def periods(analysis: Analysis) -> Table:
    """On which days each modifier can have effect, the models that share them together."""
    book = analysis.book
    rows = []
    for index in [index for kind, index in book.stack if kind == "modifier"]:
        modifier = book.modifiers[index]
        groups: dict[str, list[int]] = {}
        if len(book.models) * len(book.modifiers) <= MAX_PROJECTIONS:
            effect = (effect_of(analysis, index), is_yes)
            for number, model in enumerate(book.models):
                mask = analysis.project(
                    [analysis.within(((m.MODELS, 1 << number),)), effect, analysis.usable], m.DATES
                )
                if mask:
                    groups.setdefault(_stretches(book, mask, model.released), []).append(number)
        for days, models in groups.items():
            lines = [
                x.origin.place
                for x in modifier.lines
                if x.outcome in ("factor", "add")
                and dict(x.scope).get(m.MODELS, -1) >> models[0] & 1
            ]
            names = ", ".join(book.models[number].name for number in models)
            rows.append(
                (
                    NotedCell(modifier.name, modifier.origin.place),
                    NotedCell(days, next(iter(lines), "")),
                    NotedCell(names),
                )
            )
    note = (
        ""
        if len(book.models) * len(book.modifiers) <= MAX_PROJECTIONS
        else "too many models and modifiers to tell one by one"
    )
    headers = ("Modifier", "Has effect", "Models")
    return Table(headers, tuple(rows), title="Modifiers in time", note=note)


def period_words(start: int | None, end: int | None) -> str:
    """A half-open period in words; an end (UTC seconds) that is None has no bound.

    >>> period_words(None, 86_400)
    'from the beginning before 1970-01-02'
    """
    first = "the beginning" if start is None else written(start)
    return f"from {first}" + (f" before {written(end)}" if end is not None else "")


def _stretches(book: m.Book, mask: int, released: int) -> str:
    """The runs of a mask of stretches of time, as half-open periods in words."""
    edges, runs = (
        [
            at
            for at in range(mask.bit_length() + 1)
            if (mask >> at & 1) != (at > 0 and mask >> at - 1 & 1)
        ],
        [],
    )
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        first = book.boundaries[start - 1] if start else None
        words = (
            "since release"
            if first == released
            else f"from {written(first)}"
            if first is not None
            else "always"
        )
        runs.append(
            words
            + (
                f" before {written(book.boundaries[end - 1])}"
                if end <= len(book.boundaries)
                else ""
            )
        )
    return ", ".join(runs)
