"""Thresholds of tokens that no context window reaches."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pricelang.check.draft import Draft
from pricelang.model import book as m
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t
from pricelang.syntax.nodes import nodes_in

LARGEST_WINDOW = 100_000_000
"""Tokens: more than any model takes, where the book does not say what its models take."""
WINDOW, ANSWER = "context_window", "max_output"


def check_thresholds(draft: Draft, figures: Sequence[m.Figure]) -> None:
    """Warns of thresholds of tokens that no single request reaches: more likely a slip of the pen
    than a price.
    """
    most, said = _most(draft, figures)
    for layer in draft.layers:
        for statement in layer.statements:
            for test in nodes_in(statement, t.Threshold):
                meters = draft.meter_set(test.meters)
                tokens = bool(meters) and all(draft.meters[x].kind == "token" for x in meters)
                if tokens and test.limit.value >= most:
                    draft.fault(
                        "never_reached",
                        f"no context window reaches {test.limit.written} tokens",
                        test.limit.span,
                        said,
                        severity="warning",
                    )


def _most(draft: Draft, figures: Sequence[m.Figure]) -> tuple[Fraction, str]:
    """The tokens that no request has, and how that is known."""
    figures = [figure for figure in figures if figure.unit == "tokens"]
    known = [figure for figure in figures if figure.table == WINDOW]
    models = {figure.model for figure in known}
    if any(index not in models for index in range(len(draft.space.models))) or not known:
        most = Fraction(LARGEST_WINDOW)
        return most, f"windows of {grouped(most)} tokens are not known; check the number"
    answers = [figure.value for figure in figures if figure.table == ANSWER]
    most = max(figure.value for figure in known) + max(answers, default=Fraction(0))
    return most, f"requests of this book have at most {grouped(most)} tokens, by its figures"
