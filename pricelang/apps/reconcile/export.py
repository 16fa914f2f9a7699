"""A reconciliation for programs: JSON with decimal strings, and a CSV of its lines."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pricelang.apps.reconcile.keys import FIELDS, Side
from pricelang.apps.reconcile.reconciled import Reconciled
from pricelang.apps.reconcile.report import numbered
from pricelang.apps.reconcile.summary import rule_places, verdict
from pricelang.present.decimals import plain
from pricelang.usage.io.csv_lines import CsvWriter

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
    return {
        "agrees": found.agrees,
        "verdict": verdict(found),
        "left_out": list(found.left_out),
        "currency": found.currency,
        "within": plain(found.within),
        "book": {"name": name, "title": title, "sources_read": read, "text": key},
        "usage": _side(found.usage),
        "cost": _side(found.cost),
        "joined_on": list(found.fields),
        "lines": [_line(line, numbers.get(id(line))) for line in found.lines],
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
            {
                "status": part.status,
                "lines": part.lines,
                "expected": plain(part.expected),
                "billed": plain(part.billed),
                "difference": plain(part.difference),
            }
            for part in (*found.subtotals, found.total)
        ],
        "notes": list(found.notes),
    }


def _side(side: Side) -> dict[str, object]:
    return {
        "name": side.name,
        "kind": side.kind,
        "rows": side.rows,
        "from": side.start,
        "before": side.end,
        "notes": list(side.notes),
        "unread": [
            {"place": row.place, "code": row.code, "message": row.message, "help": row.help}
            for row in side.unread
        ],
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
        "rules": list(dict.fromkeys(place for use in line.used for place in rule_places(use))),
        "usage_rows": [use.place for use in line.used],
        "cost_rows": [bill.place for bill in line.billed],
    }


def as_csv(found: Reconciled) -> str:
    """The lines as comma-separated values."""
    numbers = numbered(found)
    stream = io.StringIO()
    writer = CsvWriter(stream)
    writer.row(HEADERS)
    for line in found.lines:
        number = numbers.get(id(line))
        ways = (
            "; ".join(one.text for one in found.findings[number - 1].explanations)
            if number is not None
            else ""
        )
        rules = dict.fromkeys(place for use in line.used for place in rule_places(use))
        cells = [
            *(value or "" for value in line.key.values()),
            plain(line.quantity),
            plain(line.low),
            plain(line.high),
            plain(line.amount),
            plain(line.difference),
            found.currency,
            line.status,
            number or "",
            ways,
            " ".join(rules),
            " ".join(use.place for use in line.used),
            " ".join(bill.place for bill in line.billed),
        ]
        writer.row(cells)
    return stream.getvalue()
