"""What an account has agreed to spend, and what it has been given: commitments and credits."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from pricelang.check.charges import account_of, check_term, title_of
from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.model import book as m
from pricelang.model.space import meet
from pricelang.syntax import tree as t

Agreed: TypeAlias = t.Commitment | t.Credit


def read_agreed(draft: Draft) -> list[m.Limit]:
    """All commitments, then all credits, as limits of these kinds."""
    commitments = [_agreed(draft, *found) for found in draft.statements(t.Commitment)]
    credits = [_agreed(draft, *found) for found in draft.statements(t.Credit)]
    _check_commitments(draft, commitments)
    for credit in credits:
        _check_credit(draft, credit)
    return [*commitments, *credits]


def _agreed(draft: Draft, layer: int, statement: Agreed) -> m.Limit:
    kind: m.LimitKind = "commitment" if isinstance(statement, t.Commitment) else "credit"
    draft.only(statement.endings, WORDS, f"the first line of a {kind}")
    lines = []
    for line in statement.lines:
        draft.only(line.endings, SCOPED | WORDS, f"a line of a {kind}")
        scope, amount = draft.scope(line.endings, layer), draft.money(line.money)
        if not amount:
            draft.fault("zero", f"a {kind} of zero changes nothing", line.money.span)
        per, meters = account_of(draft, line.account), draft.meter_set(line.meters)
        check_term(draft, line.account, scope)
        origin = draft.origin(line.span, line.endings, statement.endings)
        at_least = kind == "commitment"
        lines.append(
            m.LimitLine(scope, at_least, amount, "account", meters, Fraction(1), per, origin)
        )
    origin = draft.origin(statement.name.span, statement.endings)
    return m.Limit(statement.name.text, title_of(statement), tuple(lines), origin, kind)


def _check_commitments(draft: Draft, commitments: list[m.Limit]) -> None:
    """Reports two commitments that one line item would be counted towards."""
    lines = [(limit.name, line) for limit in commitments for line in limit.lines]
    for number, (name, line) in enumerate(lines):
        for other, first in lines[:number]:
            if _share(draft, line, first):
                both = f"`{other}` and `{name}`" if other != name else f"two lines of `{name}`"
                draft.overlap(
                    f"{both} count the same spending, which is committed once",
                    span_of(line.origin),
                    span_of(first.origin),
                    "part them by `on`, `for`, `when`, `from` or `before`",
                )
                break


def _check_credit(draft: Draft, credit: m.Limit) -> None:
    """Reports two lines of a credit that could pay one line item: which pays first is told by when
    they end and what they are called.
    """
    for number, line in enumerate(credit.lines):
        for first in credit.lines[:number]:
            if _share(draft, line, first):
                draft.overlap(
                    f"two lines of `{credit.name}` pay for the same spending",
                    span_of(line.origin),
                    span_of(first.origin),
                    "give one a name of its own; the one that ends first pays first",
                )
                break


def _share(draft: Draft, line: m.LimitLine, other: m.LimitLine) -> bool:
    """Decides whether some line item is of both lines."""
    if line.meters and other.meters and not {*line.meters} & {*other.meters}:
        return False
    shared = meet(line.scope, other.scope)
    return shared is not None and draft.requests.request_in(shared) is not None
