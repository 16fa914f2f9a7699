"""A reconciliation for programs: data with decimal strings, and its lines as a table."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from pricelang.apps.reconcile.causes import Cause
from pricelang.apps.reconcile.keys import FIELDS, Side
from pricelang.apps.reconcile.reconciled import Reconciled, numbered
from pricelang.apps.reconcile.summary import rule_places, six_places, verdict
from pricelang.present.decimals import plain
from pricelang.present.json_data import fields_of
from pricelang.present.readable import all_digits
from pricelang.present.table import Table

if TYPE_CHECKING:
    from pricelang.apps.reconcile.join import JoinedLine

HEADERS = (
    *FIELDS,
    "quantity",
    "expected_low",
    "expected_high",
    "billed",
    "difference",
    "currency",
    "status",
    "finding",
    "explanations",
    "rules",
    "usage_rows",
    "cost_rows",
)


def as_dict(found: Reconciled) -> dict[str, object]:
    """All of it; amounts and quantities are decimal strings."""
    name, title, read, key = found.book
    numbers = numbered(found)
    places = {id(line): number for number, line in enumerate(found.lines)}
    with all_digits():
        came_out = verdict(found)
    return {
        "agrees": found.agrees,
        "verdict": came_out,
        "left_out": list(found.left_out),
        "apart": plain(sum((line.amount for line in found.apart), Fraction(0))),
        "drift": None if found.drift is None else plain(found.drift.sum),
        "currency": found.currency,
        "within": plain(found.within),
        "total_within": None if found.total_within is None else plain(found.total_within),
        "book": {"name": name, "title": title, "sources_read": read, "text": key},
        "usage": _side(found.usage),
        "cost": _side(found.cost),
        "joined_on": list(found.fields),
        "lines": [_line(line, numbers.get(id(line))) for line in found.lines],
        "causes": [_cause(cause, places) for cause in found.causes],
        "findings": [
            {
                "number": number,
                "kind": finding.kind,
                "lines": [places[id(line)] for line in finding.lines],
                "difference": plain(finding.difference),
                "explanations": [one.to_dict() for one in finding.explanations],
            }
            for number, finding in enumerate(found.findings, 1)
        ],
        "subtotals": [
            fields_of(part, "status", "lines", "expected", "billed", "difference")
            for part in (*found.subtotals, found.total)
        ],
        "notes": list(found.notes),
    }


def _cause(cause: Cause, places: Mapping[int, int]) -> dict[str, object]:
    return {
        "kind": cause.kind,
        "text": cause.text,
        "or": list(cause.others),
        "lines": [places[id(line)] for line in cause.lines],
        "difference": plain(cause.difference),
        "ratio": None if cause.ratio is None else plain(six_places(cause.ratio)),
        "locations": list(cause.places),
    }


def _side(side: Side) -> dict[str, object]:
    return {
        "name": side.name,
        "kind": side.kind,
        "rows": side.rows,
        "from": side.start,
        "before": side.end,
        "notes": list(side.notes),
        "unread": [fields_of(row, "place", "code", "message", "help") for row in side.unread],
    }


def _line(line: JoinedLine, finding: int | None) -> dict[str, object]:
    return {
        **dict(zip(FIELDS, line.key.values(), strict=True)),
        "quantity": plain(line.quantity),
        "expected": {"low": plain(line.low), "high": plain(line.high)},
        "billed": plain(line.amount),
        "difference": plain(line.difference),
        "status": line.status,
        "reason": line.reason or None,
        "finding": finding,
        "rules": _rules(line),
        "usage_rows": [use.place for use in line.used],
        "cost_rows": [bill.place for bill in line.billed],
    }


def lines_table(found: Reconciled) -> Table:
    """The lines in plain numbers, for a spreadsheet."""
    numbers = numbered(found)
    return Table(HEADERS, tuple(_cells(found, line, numbers.get(id(line))) for line in found.lines))


def _cells(found: Reconciled, line: JoinedLine, finding: int | None) -> tuple[str, ...]:
    ways = found.findings[finding - 1].explanations if finding is not None else ()
    return (
        *(value or "" for value in line.key.values()),
        plain(line.quantity),
        plain(line.low),
        plain(line.high),
        plain(line.amount),
        plain(line.difference),
        found.currency,
        line.status,
        "" if finding is None else str(finding),
        "; ".join(one.text for one in ways),
        " ".join(_rules(line)),
        " ".join(use.place for use in line.used),
        " ".join(bill.place for bill in line.billed),
    )


def _rules(line: JoinedLine) -> list[str]:
    """The places of the rules behind what is expected of a line."""
    return list(dict.fromkeys(place for use in line.used for place in rule_places(use)))
