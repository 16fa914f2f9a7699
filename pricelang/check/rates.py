"""Second pass: tables of rates, each price with its scope and rank."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve, frozen

from pricelang.check.checked_rates import CheckedRates
from pricelang.check.derivations import read_derivations
from pricelang.check.draft import WORDS, Draft
from pricelang.check.overrides import check_overrides
from pricelang.check.tables import columns_of, row_origin
from pricelang.model import book as m
from pricelang.model.space import meet
from pricelang.syntax import tree as t

Groups = dict[tuple[int, m.Scope, int, int], list[tuple[int, m.Price]]]
"""Prices with their first second, by layer, condition, model and meter."""


@frozen
class _RateTable:
    """One table of rates: its layer, its statement, its columns, and the meters they price."""

    layer: int
    statement: t.Rates
    columns: dict[str, int]
    meters: dict[int, int]
    condition: m.Scope


def read_rates(draft: Draft) -> CheckedRates:
    """All prices of the models, each with its scope and rank."""
    draft.deciding("the rates cut", draft.layers[-1].header.span)
    rates = CheckedRates({}, [], read_derivations(draft), {}, draft.space.effort)
    groups: Groups = {}
    for layer, statement in draft.statements(t.Rates):
        table = _table(draft, layer, statement)
        for row in statement.table.rows if table is not None else ():
            if table is not None and len(row.cells) == len(table.columns):
                _read_row(draft, rates, groups, table, row)
    for (layer, condition, _, _), rows in groups.items():
        _place_rows(draft, rates, layer, condition, rows)
    if not draft.broken:
        check_overrides(draft, rates)
    return rates


def _table(draft: Draft, layer: int, statement: t.Rates) -> _RateTable | None:
    draft.only(statement.endings, WORDS | {"when"}, "a table of rates")
    columns = columns_of(draft, statement.table, ("model", "from"))
    if columns is None:
        return None
    announced, withdrawn = statement.announced, statement.withdrawn
    if announced and withdrawn and withdrawn.seconds < announced.seconds:
        message = "the prices are withdrawn before they are announced"
        draft.fault("bad_period", message, withdrawn.span)
    condition = draft.condition(statement.endings.when)
    meters = {}
    for column, cell in enumerate(statement.table.header.cells):
        name = cell.value
        if isinstance(name, t.Name) and name.text not in ("model", "from", "see", "unsure"):
            meter = draft.meter(name)
            if meter is not None:
                meters[column] = meter
    return _RateTable(layer, statement, columns, meters, condition)


def _read_row(
    draft: Draft, rates: CheckedRates, groups: Groups, table: _RateTable, row: t.Row
) -> None:
    model_cell, from_cell = (row.cells[table.columns[name]] for name in ("model", "from"))
    name, start = model_cell.value, from_cell.value
    if not isinstance(name, t.Name) or not isinstance(start, t.Date):
        cell = from_cell if isinstance(name, t.Name) else model_cell
        message = "a row begins with a model and the day from which it holds"
        draft.fault("table", message, cell.span)
        return
    if name.text not in draft.model_index:
        draft.unknown("model", name, draft.model_index)
        return
    model, statement = draft.model_index[name.text], table.statement
    announced, withdrawn = statement.announced, statement.withdrawn
    origin = row_origin(draft, row, table.columns, statement.endings)
    for column, meter in table.meters.items():
        cell = row.cells[column]
        size, per = draft.per_size(statement.per, meter, statement.per.span)
        width = cell.span.end_column - cell.span.column
        place = evolve(origin, column=cell.span.column, width=width)
        rank = 2 * table.layer + (1 if table.condition else 0)
        blank = m.Price(model, meter, rank, (), "absent", None, None, per, size, place)
        price = _cell_price(draft, rates, cell, blank)
        if price is None:
            continue
        if announced is None or withdrawn is None:
            rates.spans[price] = cell.span
            key = (table.layer, table.condition, model, meter)
            groups.setdefault(key, []).append((start.seconds, price))
            continue
        if price.amount is None:
            draft.fault("table", "what was announced is an amount", cell.span)
        amount, days = price.amount or Fraction(0), (announced.seconds, withdrawn.seconds)
        rates.announcements.append(
            m.Announcement(model, meter, start.seconds, amount, per, *days, place)
        )


def _cell_price(draft: Draft, rates: CheckedRates, cell: t.Cell, blank: m.Price) -> m.Price | None:
    """The price in a cell, from `blank`, which has none; None after a fault."""
    name, derives = draft.meters[blank.meter].name, blank.meter in rates.derivations
    if cell.kind == "not_offered":
        return blank
    if cell.kind == "derived" and derives:
        return evolve(blank, kind="derived")
    if isinstance(cell.value, t.Money):
        amount = draft.money(cell.value)
        if blank.origin.because is None:
            draft.no_zero("a price", cell.value, 'say why: `rates per ... because "..."`')
        instead = draft.money(cell.instead_of) if cell.instead_of is not None else None
        kind: m.PriceKind = "derived" if derives and instead is None else "amount"
        return evolve(blank, kind=kind, amount=amount, instead_of=instead)
    if cell.kind == "derived":
        message = f"no `derive` says what `{name}` is derived from"
        draft.fault("derived", message, cell.span)
    elif cell.kind == "blank":
        help = "write an amount, `derived` or `not offered`"
        draft.fault("blank_cell", f"the price of `{name}` is blank", cell.span, help)
    else:
        number = cell.value.written if isinstance(cell.value, t.Number) else ""
        advice = f"write `${number}`" if number and draft.currency == "USD" else None
        message = f"the price of `{name}` is an amount, `derived` or `not offered`"
        draft.fault("table", message, cell.span, advice)
    return None


def _place_rows(
    draft: Draft,
    rates: CheckedRates,
    layer: int,
    condition: m.Scope,
    rows: list[tuple[int, m.Price]],
) -> None:
    """Gives each row its period: until the next row for the same meter of the same model."""
    rows.sort(key=lambda row: row[0])
    for number, (start, price) in enumerate(rows):
        end, following = rows[number + 1] if number + 1 < len(rows) else (None, price)
        span = rates.spans[price]
        if end == start:
            _same_day(draft, rates, price, following)
            continue
        scope: m.Scope | None = draft.term(layer)
        for part in (condition, draft.space.period(start, end), ((m.MODELS, 1 << price.model),)):
            scope = meet(scope, part) if scope is not None else None
        if scope is None:
            draft.fault("never_holds", "the price holds on no day of the book's term", span)
            continue
        placed = evolve(price, scope=draft.trim(scope))
        rates.spans[placed] = span
        rates.prices.setdefault((price.model, price.meter), []).append(placed)


def _same_day(draft: Draft, rates: CheckedRates, price: m.Price, other: m.Price) -> None:
    """Reports two rows for one model from one day, once for all their meters."""
    first, second = sorted((rates.spans[price], rates.spans[other]))
    if any(fault.code == "twice" and fault.span.line == second.line for fault in draft.faults):
        return
    message = f"two rows price `{draft.space.models[price.model].name}` from the same day"
    draft.fault("twice", message, second, None, (first, "the other"))
