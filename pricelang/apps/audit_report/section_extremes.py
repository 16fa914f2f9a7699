"""The highest and the lowest multiplier of each model, and how multipliers stack with derived
meters, in every form.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from attrs import evolve

from pricelang.apps.audit_report.multiplier_words import made_by, number_of, steps_data, times
from pricelang.apps.audit_report.requests import (
    REQUEST,
    Blocks,
    code_of,
    models_text,
    record_of,
    with_requests,
)
from pricelang.present.json_data import fields_of
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.table import Table
from pricelang.verify.audit import Audit
from pricelang.verify.derived_meters import DerivedEnd, DerivedMeter
from pricelang.verify.extremes import Extreme
from pricelang.verify.witness import Witness

RequestTable: TypeAlias = tuple[Table, tuple[Witness | None, ...]]
"""A table, and the request that shows each of its rows."""
Rows = list[tuple[tuple[str, ...], Witness | None]]
HIGHEST, LOWEST = "The highest multiplier of each model", "The lowest multiplier of each model"
DERIVED, STACKING = "Derived meters, by the list price of their base", "Modifiers on derived meters"
NO_PRICE = ["no request has a price"]


def extremes_text(audit: Audit, every: bool) -> Blocks:
    """A table of the highest, one of the lowest, and one of derived meters."""
    blocks: list[str | Table] = []
    for table, requests in extreme_tables(audit, every):
        rows = [(*row, str(x or "")) for row, x in zip(table.rows, requests, strict=True)]
        blocks += [*([""] if blocks else []), with_requests(table.headers, rows)]
    return blocks or NO_PRICE


def extremes_markdown(audit: Audit) -> list[str]:
    """The same, with every model by name."""
    lines: list[str] = []
    for table, requests in extreme_tables(audit, True):
        rows = [(*row, code_of(x)) for row, x in zip(table.rows, requests, strict=True)]
        shown = evolve(table, title="", headers=(*table.headers, REQUEST), rows=tuple(rows))
        lines += [*([""] if lines else []), *markdown_lines(shown)]
    return lines or NO_PRICE


def extreme_tables(audit: Audit, every: bool) -> list[RequestTable]:
    """The tables, and the request of each row."""
    parts = [
        (HIGHEST, ("highest", "made by", "models"), _models(audit, "highest", every)),
        (LOWEST, ("lowest", "made by", "models"), _models(audit, "lowest", every)),
        (DERIVED, ("derived meter", "its price is", "made by"), _derived(audit)),
        (STACKING, ("derived meter", "modifier", "it"), _stacked(audit)),
    ]
    return [
        (
            Table(headers, tuple(row for row, _ in rows), title=title),
            tuple(request for _, request in rows),
        )
        for title, headers, rows in parts
        if rows
    ]


def _models(audit: Audit, end: str, every: bool) -> Rows:
    """A row for the models of one multiplier that the same makes, the furthest first; the request
    is of the newest.
    """
    alike: dict[tuple[Any, ...], list[Extreme]] = {}
    for found in audit.extremes:
        if found.end == end:
            key = (found.multiplier, found.exact, found.steps)
            alike.setdefault(key, []).append(found)
    sign = -1 if end == "highest" else 1
    groups = sorted(alike.values(), key=lambda group: sign * (group[0].multiplier or 0))
    total = len(audit.book.models)
    return [
        (
            (
                _end(group[0].multiplier, group[0].exact, end),
                made_by(group[0].steps, audit.book.currency),
                models_text([found.model for found in group], total, every),
            ),
            group[-1].witness,
        )
        for group in groups
    ]


def _end(multiplier: Any, exact: bool, end: str) -> str:
    if multiplier is None:
        return "undecided"
    bound = "" if exact else "at least " if end == "highest" else "at most "
    return f"{bound}{times(multiplier)}"


def _derived(audit: Audit) -> Rows:
    """The least and the most of a derived meter, by the list and after all modifiers."""
    rows: Rows = []
    for found in audit.derived:
        ends: tuple[tuple[DerivedEnd, str, bool], ...] = (
            (found.listed_lowest, "lowest", False),
            (found.listed_highest, "highest", False),
            (found.lowest, "lowest", True),
            (found.highest, "highest", True),
        )
        for one, end, stacked in ends:
            by = made_by(one.steps, audit.book.currency) if stacked else "the list"
            said = f"{end}: {_end(one.multiplier, one.exact, end)} {found.of}"
            rows.append(((found.meter, said, by), one.witness))
    return rows


STACKED = {
    "stacks": "multiplies both alike",
    "differs": "does not change both alike",
    "never": "changes neither",
}
"""How a modifier meets a derived meter and its base, in words."""


def _stacked(audit: Audit) -> Rows:
    """A row for the modifiers that meet a derived meter and its base alike."""
    rows: Rows = []
    for found in audit.derived:
        for kind, said in STACKED.items():
            these = [one for one in found.modifiers if one.kind == kind]
            if these:
                names = ", ".join(one.modifier for one in these)
                pair = f"{found.meter} of {found.of}"
                rows.append(((pair, names, said), these[0].witness))
    return rows


def extremes_data(audit: Audit) -> dict[str, Any]:
    """The same for JSON."""
    found = [
        {**fields_of(one, "model", "end", "meter"), **_end_data(one)} for one in audit.extremes
    ]
    return {"extremes": found, "derived": [_derived_data(one) for one in audit.derived]}


def _end_data(one: Extreme | DerivedEnd) -> dict[str, Any]:
    return {
        "multiplier": number_of(one.multiplier),
        "exact": one.exact,
        "made_by": steps_data(one.steps),
        "request": record_of(one.witness),
    }


def _derived_data(found: DerivedMeter) -> dict[str, Any]:
    names = ("listed_lowest", "listed_highest", "lowest", "highest")
    return {
        **fields_of(found, "meter", "of"),
        **{name: _end_data(one) for name, one in zip(names, found.ends, strict=True)},
        "modifiers": [
            {**fields_of(one, "modifier", "kind"), "request": record_of(one.witness)}
            for one in found.modifiers
        ],
    }
