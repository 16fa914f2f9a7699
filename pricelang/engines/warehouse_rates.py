"""The statements that make the tables of rates in a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from pricelang.engines import join_keys as keyed
from pricelang.engines.account_rates import account_columns, account_values
from pricelang.engines.plan import part_names
from pricelang.engines.warehouse_plan import RATES, VERSIONS, Plan, has_least
from pricelang.evaluate.rate_table.folding import class_width
from pricelang.evaluate.rate_table.unit_prices import UnitPrices

BATCH = 400
"""Rows an INSERT: every warehouse has a limit on the length of a statement."""


def table_statements(plan: Plan) -> Iterator[str]:
    """The statements that make the tables of rates, without the semicolon at their end."""
    words = plan.dialect
    columns = [
        ("name", words.text),
        ("stretch", words.small),
        ("valid_from", words.moment),
        ("valid_before", words.moment),
        ("version", words.small),
        ("model", words.text),
    ]
    ends = [None, *plan.rates.axes.cuts, None]
    rows = [
        [
            words.literal(name),
            str(k),
            _moment(plan, ends[k] if k or plan.since is None else plan.since),
            _moment(plan, ends[k + 1]),
            _or_null(None if version is None else str(version)),
            _or_null(None if version is None else words.literal(plan.rates.models[version])),
        ]
        for name, held in plan.rates.names
        for k, version in enumerate(held)
    ]
    yield from _made(plan, VERSIONS, columns, rows)
    yield from _made(plan, RATES, _rate_columns(plan), _rate_rows(plan))


def _moment(plan: Plan, seconds: int | None) -> str:
    """An instant as the tables have it: a timestamp in UTC."""
    return "null" if seconds is None else plan.dialect.plain.instant(seconds)


def _or_null(sql: str | None) -> str:
    return "null" if sql is None else sql


def _made(
    plan: Plan, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]
) -> Iterator[str]:
    words = plan.dialect
    listed = ", ".join(f"{words.quote(column)} {words.nullable(kind)}" for column, kind in columns)
    yield f"create table {plan.own(name)} ({listed}){words.ending}"
    for start in range(0, len(rows), BATCH):
        values = ",\n  ".join("(" + ", ".join(row) + ")" for row in rows[start : start + BATCH])
        yield f"insert into {plan.own(name)} values\n  {values}"


def _rate_columns(plan: Plan) -> list[tuple[str, str]]:
    """The columns of the rates and their types."""
    words = plan.dialect
    _, *names = part_names(plan.rates.axes, plan.rates.width)
    found = [(name, words.text if name.startswith("value") else words.small) for name in names]
    for n in range(len(plan.quantities)):
        found.append((f"atoms_{n}", words.number))
        if has_least(plan, n):
            found += [(f"least_{n}", words.number), (f"below_{n}", words.number)]
    return found + account_columns(plan)


def _rate_rows(plan: Plan) -> list[list[str]]:
    """A row for each place of a card; many places share a card, whose prices are written once."""
    dialect, rates = plan.dialect, plan.rates
    width = class_width(rates.fold) if rates.fold else 0
    texts = {
        values: [
            dialect.literal(value.zfill(width) if width else value)
            for value in values
            if value or not width
        ]
        for values in rates.keys
    }
    prices = [_card_values(plan, number) for number in range(len(rates.cards))]
    rows = []
    for card, (version, values, clock, sides) in rates.keyed_cards():
        clocks = [str(clock)] if rates.axes.clock is not None else []
        rows.append([str(version), *texts[values], *clocks, *map(str, sides), *prices[card]])
    return rows


def _card_values(plan: Plan, number: int) -> list[str]:
    """What a card says of each meter, and what belongs to accounts."""
    words, found, card = plan.dialect, list[str](), plan.rates.cards[number]
    for n, quantity in enumerate(plan.quantities):
        atoms, least = card.atoms[n], card.least[n]
        found.append(_or_null(None if atoms is None else words.integer(atoms)))
        if has_least(plan, n):
            found.append(
                _or_null(None if least is None else words.integer(keyed.least_of(least, quantity)))
            )
            found.append(_or_null(_below(plan, card, n)))
    return found + account_values(plan, number)


def _below(plan: Plan, row: UnitPrices, n: int) -> str | None:
    """What a use below the minimum costs, in atoms of an amount, where that is a whole number."""
    atoms, least = row.atoms[n], row.least[n]
    if atoms is None or least is None:
        return None
    amount = Fraction(atoms) * least * 10**plan.extra
    return plan.dialect.integer(int(amount)) if amount.denominator == 1 else None
