"""The statements that make the tables of rates in a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from pricelang.engines import join_keys as keyed
from pricelang.engines.warehouse import RATES, VERSIONS, Plan, has_least
from pricelang.engines.warehouse_accounts import account_columns, account_values
from pricelang.evaluate.rate_table.atoms import RateRow
from pricelang.evaluate.rate_table.folding import class_width

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
    ends = [None, *plan.rates.cuts, None]
    rows = [
        [
            words.words.text(name),
            str(k),
            _moment(plan, ends[k] if k or plan.since is None else plan.since),
            _moment(plan, ends[k + 1]),
            _or_null(None if version is None else str(version)),
            _or_null(None if version is None else words.words.text(plan.rates.models[version])),
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
    listed = ", ".join(
        f"{words.words.name(column)} {words.nullable(kind)}" for column, kind in columns
    )
    yield f"create table {plan.own(name)} ({listed}){words.ending}"
    for start in range(0, len(rows), BATCH):
        values = ",\n  ".join("(" + ", ".join(row) + ")" for row in rows[start : start + BATCH])
        yield f"insert into {plan.own(name)} values\n  {values}"


def _rate_columns(plan: Plan) -> list[tuple[str, str]]:
    """The columns of the rates and their types."""
    words = plan.dialect
    found = [("version", words.small)]
    found += [(f"value_{n}", words.text) for n in range(plan.rates.width)]
    found += [("clock", words.small)] if plan.rates.turns else []
    found += [(f"side_{n}", words.small) for n in range(len(plan.rates.thresholds))]
    for n in range(len(plan.quantities)):
        found.append((f"atoms_{n}", words.number))
        if has_least(plan, n):
            found += [(f"least_{n}", words.number), (f"below_{n}", words.number)]
    return found + account_columns(plan)


def _rate_rows(plan: Plan) -> list[list[str]]:
    words, rows = plan.dialect, []
    for row in plan.rates.rows():
        values = (
            [value.zfill(class_width(plan.rates.fold)) for value in row.values if value]
            if plan.rates.fold
            else row.values
        )
        found = [str(row.version), *(words.words.text(value or "") for value in values)]
        found += [str(row.clock)] if plan.rates.turns else []
        found += [str(side) for side in row.sides]
        for n, quantity in enumerate(plan.quantities):
            atoms, least = row.atoms[n], row.least[n]
            found.append(_or_null(None if atoms is None else words.integer(atoms)))
            if has_least(plan, n):
                found.append(
                    _or_null(
                        None if least is None else words.integer(keyed.least_of(least, quantity))
                    )
                )
                found.append(_or_null(_below(plan, row, n)))
        rows.append(found + account_values(plan, row))
    return rows


def _below(plan: Plan, row: RateRow, n: int) -> str | None:
    """What a use below the minimum costs, in atoms of an amount, where that is a whole number."""
    atoms, least = row.atoms[n], row.least[n]
    if atoms is None or least is None:
        return None
    amount = Fraction(atoms) * least * 10**plan.extra
    return plan.dialect.integer(int(amount)) if amount.denominator == 1 else None
