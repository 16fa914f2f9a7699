"""One difference in words: its amounts, how they come about, and what explains it."""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.apps.reconcile.finding import Finding
from pricelang.apps.reconcile.join import UNPRICED, JoinedLine
from pricelang.apps.reconcile.keys import FIELDS
from pricelang.apps.reconcile.reconciled import Reconciled
from pricelang.apps.reconcile.summary import counted
from pricelang.apps.reconcile.workings import workings
from pricelang.present.decimals import money
from pricelang.present.markdown import quoted
from pricelang.present.text import printable


def cell(text: str, markdown: bool) -> str:
    """A text as it stands in a terminal, or in Markdown."""
    return quoted(text) if markdown else printable(text)


def paragraph(found: Reconciled, finding: Finding, number: int, markdown: bool) -> Iterator[str]:
    """The lines of one difference."""
    indent = "   " if not markdown else "   - "
    for index, line in enumerate(finding.lines):
        head = f"{number}. " if index == 0 else "   "
        yield head + cell(f"{_name(line)}: {_amounts(found, line)}", markdown)
    for line in finding.lines:
        for text in workings(found, line):
            yield indent + cell(text, markdown)
        for bill in line.billed[:5]:
            description = f' "{bill.description}"' if bill.description else ""
            yield indent + cell(
                f"billed {money(bill.amount, found.currency)} in {bill.place}{description}",
                markdown,
            )
        if len(line.billed) > 5:
            yield f"{indent}and {len(line.billed) - 5:,} more cost rows"
    several = len(finding.explanations) > 1
    for explanation in finding.explanations:
        more = " and others" if len(explanation.places) > 4 else ""
        places = f" [{', '.join(explanation.places[:4])}{more}]" if explanation.places else ""
        begin = "explained" if not several else "explained, one of equally simple ways"
        yield indent + cell(f"{begin}: {explanation.text}{places}", markdown)
    if not finding.explanations and finding.kind in ("amount", "not billed", "no usage"):
        yield indent + _unexplained(finding)


def _unexplained(finding: Finding) -> str:
    if any(line.of_account for line in finding.lines):
        return "not explained: what the account comes to by the book is another amount"
    if finding.kind == "amount":
        return (
            "not explained: no model, date, modifier, tier, token type, price, rounding or whole "
            "quantity of the book gives this amount"
        )
    if finding.kind == "not billed":
        return "not explained: no cost row has this amount, or this quantity under another key"
    return "not explained: no usage comes to this amount"


def _name(line: JoinedLine) -> str:
    """A line's key in words, without what it does not state."""
    values = [
        value
        for name in FIELDS
        if name not in ("cost_type", "token_type")
        and (value := getattr(line.key, name)) is not None
    ]
    return ", ".join([*values, counted(line)])


def _amounts(found: Reconciled, line: JoinedLine) -> str:
    # a difference is evidence, and has all digits
    sums = line.amount, line.low, line.high, abs(line.difference)
    billed, expected, most, off = (money(value, found.currency) for value in sums)
    if line.status == UNPRICED:
        return f"billed {billed}, and the usage has no price: {line.reason}"
    if line.low != line.high:
        expected = f"{expected} to {most}"
    if not line.billed:
        return f"expected {expected}, not billed"
    if not line.used and not line.of_account:
        return f"billed {billed}, without usage"
    word = "too much" if line.difference > 0 else "too little"
    return f"billed {billed}, expected {expected}: {off} {word}"
