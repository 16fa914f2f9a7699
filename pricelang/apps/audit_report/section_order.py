"""The answer to whether the order of the stack moves any amount, in every form."""

from __future__ import annotations

from typing import Any

from pricelang.apps.audit_report.requests import Blocks, answers_markdown, answers_text, record_of
from pricelang.present.decimals import money
from pricelang.present.json_data import fields_of
from pricelang.verify.audit import Audit
from pricelang.verify.witness import Witness


def order_text(audit: Audit, every: bool) -> Blocks:
    """A sentence for each meter whose price the order moves, with a request."""
    return answers_text(_answers(audit))


def order_markdown(audit: Audit) -> list[str]:
    """The same as items."""
    return answers_markdown(_answers(audit))


def _answers(audit: Audit) -> list[tuple[str, Witness | None]]:
    order, currency = audit.order, audit.book.currency
    found: list[tuple[str, Witness | None]] = []
    for seen in order.observable:
        least = "" if seen.exact else "at least, since there are too many combinations to try, "
        sentence = (
            f"{seen.meter}: {least}up to {money(seen.spread, currency)} a unit, between "
            f"{money(seen.low, currency)} and "
            f"{money(seen.high, currency)}, by the order of {', '.join(seen.members)}"
        )
        found.append((sentence, seen.witness))
    found += [
        (f"undecided: {meter}: too many combinations of the stack to try", None)
        for meter in order.undecided
    ]
    if not found:
        why = (
            "every member is a factor"
            if not order.not_factors
            else "no request meets two members that tell it"
        )
        found.append((f"the order of the stack moves no amount: {why}", None))
    return found


def order_data(audit: Audit) -> dict[str, Any]:
    """The same for JSON."""
    names = ("meter", "spread", "low", "high", "members", "exact")
    found = [
        {**fields_of(seen, *names), "request": record_of(seen.witness)}
        for seen in audit.order.observable
    ]
    return {"order": found, "order_undecided": list(audit.order.undecided)}
