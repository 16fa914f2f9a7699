"""The claims of a book: the verdict on each, in every form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pricelang.apps.audit_report.requests import REQUEST, Blocks, code_of, record_of
from pricelang.present.markdown import code, table_lines
from pricelang.present.table import NotedCell, Table
from pricelang.present.text import how_many, printable
from pricelang.verify.audit import Audit
from pricelang.verify.claims import Verdict


def verdict_word(verdict: Verdict) -> str:
    """`holds`, `broken` or `undecided`."""
    return "holds" if verdict.holds else "undecided" if verdict.undecided else "broken"


def claims_text(audit: Audit, every: bool) -> Blocks:
    """The claims that do not hold, and how many there are; of `every` one, also those that do."""
    lines = []
    for verdict in audit.claims:
        claim = printable(verdict.claim.text)
        if verdict.holds:
            lines += [f"proven: {claim}"] if every else []
            continue
        lines += [
            f"{verdict_word(verdict)}: {claim}{_of(verdict)}",
            f"  --> {verdict.claim.origin.place}",
            f"  {printable(verdict.why)}",
            *([f"  {verdict.witness}"] if verdict.witness is not None else []),
            "",
        ]
    return [*lines, *claims_counts(audit)]


def claims_table(audit: Audit) -> Table:
    """All claims, each with its place, its verdict, and the request that breaks it."""
    rows = tuple(
        (
            NotedCell(verdict.claim.text, verdict.claim.origin.place, _of(verdict).strip()),
            verdict_word(verdict),
            verdict.why,
            str(verdict.witness or ""),
        )
        for verdict in audit.claims
    )
    title = f"claims of {audit.book.name}"
    return Table(("claim", "verdict", "why", REQUEST), rows, title=title)


def _of(verdict: Verdict) -> str:
    return "" if verdict.claim.of is None else f" (of `{verdict.claim.of}`)"


def claims_counts(audit: Audit) -> list[str]:
    """How many claims hold: of the book itself, and of each that it extends."""
    verdicts = audit.claims
    of = {verdict.claim.of: None for verdict in verdicts if verdict.claim.of is not None}
    own = [verdict for verdict in verdicts if verdict.claim.of is None]
    first = _counted(own) if own else "no claims of its own" if of else "no claims"
    return [
        first,
        *(f"of `{book}`: {_counted([x for x in verdicts if x.claim.of == book])}" for book in of),
    ]


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
            code(verdict.claim.text) + _of(verdict),
            verdict.claim.origin.place,
            verdict_word(verdict),
            verdict.why,
            code_of(verdict.witness),
        )
        for verdict in audit.claims
    )
    headers = ("claim", "where", "verdict", "because", REQUEST)
    table = table_lines(Table(headers, rows)) if rows else []
    return [*table, *([""] if table else []), *claims_counts(audit)]


def claims_data(audit: Audit) -> dict[str, Any]:
    """All claims for JSON."""
    return {
        "claims": [
            {
                "claim": verdict.claim.text,
                "of": verdict.claim.of,
                "location": verdict.claim.origin.place,
                "holds": verdict.holds,
                "undecided": verdict.undecided,
                "request": record_of(verdict.witness),
                "why": verdict.why or None,
            }
            for verdict in audit.claims
        ]
    }
