"""Second pass: tables of rates, each price with its scope and rank."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from attrs import evolve, frozen

from pricelang.check.cells import column_help, no_amount, no_name
from pricelang.check.checked_rates import CheckedRates
from pricelang.check.derivations import read_derivations
from pricelang.check.draft import WORDS, Draft, span_of
from pricelang.check.overrides import check_overrides
from pricelang.check.tables import columns_of, no_day, row_origin
from pricelang.model import book as m
from pricelang.model.space import axis_of, meet
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

Groups = dict[tuple[int, m.Scope, int, int], list[tuple[int, m.Price]]]
"""Prices with their first second, by layer, condition, model and meter; still without a scope."""


@frozen
class _RateTable:
    """One table of rates: its layer, its statement, its columns, of each column of prices the
    meter, the size that they are for and how that is written, and the dimension of each column
    that is named after one.
    """

    layer: int
    statement: t.Rates
    columns: dict[str, int]
    meters: dict[int, tuple[int, Fraction, str]]
    dimensions: dict[int, int]
    condition: m.Scope


def read_rates(draft: Draft) -> CheckedRates:
    """All prices of the models, each with its scope and rank."""
    draft.deciding("the rates cut", draft.layers[-1].header.span)
    rates = CheckedRates({}, [], read_derivations(draft), draft.space.effort)
    groups: Groups = {}
    for layer, statement in draft.statements(t.Rates):
        table = _table(draft, layer, statement)
        for row in statement.table.rows if table is not None else ():
            if table is not None and len(row.cells) == len(table.columns):
                _read_row(draft, rates, groups, table, row)
    held: dict[tuple[int, m.Scope], m.Scope | None] = {}
    for (layer, condition, _, _), rows in groups.items():
        if (layer, condition) not in held:
            held[layer, condition] = meet(draft.term(layer), condition)
        _place_rows(draft, rates, held[layer, condition], rows)
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
    condition, per = draft.condition(statement.endings.when), statement.per
    meters, dimensions, odd = {}, {}, set()
    for column, cell in enumerate(statement.table.header.cells):
        name = cell.value
        if isinstance(name, t.Name) and name.text not in ("model", "from", "see", "unsure"):
            meter, help = draft.meter_index.get(name.text), column_help(name.text)
            if meter is not None:
                meters[column] = meter, *draft.per_size(per, meter, per.span)
            elif name.text in draft.dimension_index:
                dimensions[column] = draft.dimension_index[name.text]
            elif help is None or help not in odd:
                known = () if help else (*draft.meter_index, *draft.dimension_index)
                draft.unknown("meter", name, known, help=help)
                odd.add(help)
    if dimensions and announced and withdrawn:
        message = "what was announced and withdrawn is told whatever a request says"
        first = statement.table.header.cells[min(dimensions)]
        draft.fault("table", message, first.span, "leave the column out")
    return _RateTable(layer, statement, columns, meters, dimensions, condition)


def _row_condition(draft: Draft, table: _RateTable, row: t.Row) -> m.Scope | None:
    """The requests that a row is about: those of its table with its values of dimensions."""
    condition = table.condition
    for column, dimension in table.dimensions.items():
        cell, name = row.cells[column], draft.space.dimensions[dimension].name
        if cell.kind == "any":
            continue
        if not isinstance(cell.value, t.Name):
            message = f"the column `{name}` takes a value of that dimension"
            draft.fault("table", message, cell.span, "write `*` where the row is about any value")
            return None
        known = draft.value_index[dimension]
        if cell.value.text not in known:
            draft.unknown("value", cell.value, known, f" of `{name}`")
            return None
        value = ((axis_of(dimension), 1 << known[cell.value.text]),)
        held = meet(condition, value)
        if held is None:
            message = "the row holds for no request: its table is about other values"
            draft.fault("never_holds", message, cell.span)
            return None
        condition = held
    return draft.trim(condition)


def _row_subject(draft: Draft, table: _RateTable, row: t.Row) -> tuple[int, t.Date] | None:
    """The model of a row and the day from which it holds, or None after a fault."""
    model_cell, from_cell = (row.cells[table.columns[name]] for name in ("model", "from"))
    name, start = model_cell.value, from_cell.value
    if not isinstance(name, t.Name):
        draft.faults.append(no_name(model_cell))
        return None
    if not isinstance(start, t.Date):
        no_day(draft, from_cell, "from")
        return None
    if name.text not in draft.model_index:
        draft.unknown("model", name, draft.model_index)
        return None
    return draft.model_index[name.text], start


def _read_row(
    draft: Draft, rates: CheckedRates, groups: Groups, table: _RateTable, row: t.Row
) -> None:
    subject = _row_subject(draft, table, row)
    condition = None if subject is None else _row_condition(draft, table, row)
    if subject is None or condition is None:
        return
    (model, start), statement = subject, table.statement
    announced, withdrawn = statement.announced, statement.withdrawn
    origin = row_origin(draft, row, table.columns, statement.endings)
    rank = 2 * table.layer + (1 if condition else 0)
    for column, (meter, size, per) in table.meters.items():
        cell = row.cells[column]
        said = _cell_price(draft, rates, cell, meter, origin)
        if said is None:
            continue
        kind, amount, instead_of = said
        place = _at_cell(origin, cell.span)
        if announced is None or withdrawn is None:
            price = m.Price(model, meter, rank, (), kind, amount, instead_of, per, size, place)
            key = (table.layer, condition, model, meter)
            groups.setdefault(key, []).append((start.seconds, price))
            continue
        if amount is None:
            draft.fault("table", "what was announced is an amount", cell.span)
        days = announced.seconds, withdrawn.seconds
        rates.announcements.append(
            m.Announcement(model, meter, start.seconds, amount or Fraction(0), per, *days, place)
        )


def _at_cell(row: m.Origin, span: Span) -> m.Origin:
    """The origin of a row, at one of its cells."""
    width = span.end_column - span.column
    return m.Origin(row.file, row.line, span.column, width, row.source, row.unsure, row.because)


Said = tuple[m.PriceKind, Fraction | None, Fraction | None]
"""The kind of a price, its amount, and the amount that it stands instead of."""


def _cell_price(
    draft: Draft, rates: CheckedRates, cell: t.Cell, meter: int, origin: m.Origin
) -> Said | None:
    """What a cell says of a price; None after a fault."""
    derives = meter in rates.derivations
    if isinstance(cell.value, t.Money):
        amount = draft.money(cell.value)
        if origin.because is None:
            draft.no_zero("a price", cell.value, 'say why: `rates per ... because "..."`')
        instead = draft.money(cell.instead_of) if cell.instead_of is not None else None
        return "derived" if derives and instead is None else "amount", amount, instead
    name = draft.meters[meter].name
    match cell.kind:
        case "not_offered":
            return "absent", None, None
        case "derived":
            if derives:
                return "derived", None, None
            if not draft.is_lost(name):
                message = f"no `derive` says what `{name}` is derived from"
                help = f"write `derive {name} is 0.1 x input`, or the amount"
                draft.fault("derived", message, cell.span, help)
        case "blank":
            help = "write an amount, `derived` or `not offered`"
            draft.fault("blank_cell", f"the price of `{name}` is blank", cell.span, help)
        case "name" | "date" | "money" | "number" | "string" | "any":
            draft.faults.append(no_amount(draft, name, cell))
        case _:
            assert_never(cell.kind)
    return None


def _place_rows(
    draft: Draft, rates: CheckedRates, held: m.Scope | None, rows: list[tuple[int, m.Price]]
) -> None:
    """Gives each row its period: until the next row for the same meter of the same model, in the
    scope of its table.
    """
    rows.sort(key=lambda row: row[0])
    for number, (start, price) in enumerate(rows):
        end, following = rows[number + 1] if number + 1 < len(rows) else (None, price)
        if end == start:
            _same_day(draft, price, following)
            continue
        scope = held
        for part in (draft.space.period(start, end), ((m.MODELS, 1 << price.model),)):
            scope = meet(scope, part) if scope is not None else None
        if scope is None:
            message = "the price holds on no day of the book's term"
            draft.fault("never_holds", message, span_of(price.origin))
            continue
        placed = evolve(price, scope=draft.trim(scope))
        rates.prices.setdefault((price.model, price.meter), []).append(placed)


def _same_day(draft: Draft, price: m.Price, other: m.Price) -> None:
    """Reports two rows for one model from one day, once for all their meters."""
    first, second = sorted((span_of(price.origin), span_of(other.origin)))
    if any(fault.code == "twice" and fault.span.line == second.line for fault in draft.faults):
        return
    message = f"two rows price `{draft.space.models[price.model].name}` from the same day"
    help = "a row holds until the next one: give the new price the day on which it begins"
    draft.fault("twice", message, second, help, (first, "the other"))
