"""The claims of a book: the verdict on each, in every form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pricelang.apps.audit_report.requests import code_of, record_of
from pricelang.present.markdown import code, table_lines
from pricelang.present.table import Table
from pricelang.present.text import how_many, printable
from pricelang.verify.audit import Audit
from pricelang.verify.claims import Verdict


def verdict_word(verdict: Verdict) -> str:
    """`holds`, `broken` or `undecided`."""
    return "holds" if verdict.holds else "undecided" if verdict.undecided else "broken"


def claims_text(audit: Audit, every: bool) -> list[str]:
    """The claims that do not hold, and how many there are; of `every` one, also those that do."""
    lines = []
    for verdict in audit.claims:
        claim = printable(verdict.claim.text)
        if verdict.holds:
            lines += [f"proven: {claim}"] if every else []
            continue
        lines += [
            f"{verdict_word(verdict)}: {claim}",
            f"  --> {verdict.claim.origin.place}",
            f"  {printable(verdict.why)}",
            *([f"  {verdict.witness}"] if verdict.witness is not None else []),
            "",
        ]
    return [*lines, _counted(audit.claims)]


def _counted(verdicts: Sequence[Verdict]) -> str:
    undecided = sum(verdict.undecided for verdict in verdicts)
    broken = sum(not verdict.holds for verdict in verdicts) - undecided
    parts = [
        *([f"{broken:,} broken"] if broken else []),
        *([f"{undecided:,} undecided"] if undecided else []),
    ]
    return f"{how_many(len(verdicts), 'claim')}, {', '.join(parts) or 'all proven'}"


def claims_markdown(audit: Audit) -> list[str]:
    """All claims as a table, and how many there are."""
    rows = tuple(
        (
            code(verdict.claim.text),
            verdict.claim.origin.place,
            verdict_word(verdict),
            verdict.why,
            code_of(verdict.witness),
        )
        for verdict in audit.claims
    )
    headers = ("claim", "where", "verdict", "because", "such a request")
    return [*table_lines(Table(headers, rows)), "", _counted(audit.claims)]


def claims_data(audit: Audit) -> dict[str, Any]:
    """All claims for JSON."""
    return {
        "claims": [
            {
                "claim": verdict.claim.text,
                "location": verdict.claim.origin.place,
                "holds": verdict.holds,
                "undecided": verdict.undecided,
                "request": record_of(verdict.witness),
                "why": verdict.why or None,
            }
            for verdict in audit.claims
        ]
    }
