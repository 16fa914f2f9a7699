"""The causes of a reconciliation in words: what is wrong with a bill as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.reconcile.causes import Cause
from pricelang.apps.reconcile.join import WITHIN
from pricelang.apps.reconcile.reconciled import Reconciled
from pricelang.apps.reconcile.summary import signed, six_places
from pricelang.present.decimals import grouped
from pricelang.present.readable import readable_amount, readable_amounts
from pricelang.present.text import how_many


def cause_lines(found: Reconciled, most: int | None = None) -> Iterator[tuple[int, str]]:
    """The causes, the largest first, each with its sum, its lines and the ratio billed to expected:
    how far each line is set in, and its text. Beyond the `most` of them, the rest together.
    """
    if not found.causes:
        return
    currency = found.currency
    own = {id(line) for cause in found.causes for line in cause.lines}
    off = [line for finding in found.findings for line in finding.lines]
    off += [line for cause in found.causes for line in cause.lines if line.status == WITHIN]
    whole = sum((abs(line.difference) for line in off), Fraction(0))
    known = sum((abs(line.difference) for line in off if id(line) in own), Fraction(0))
    many = len(found.causes)
    verb = "explains" if many == 1 else "explain"
    some, all_of = readable_amounts([known, whole], currency)
    yield 0, f"{how_many(many, 'cause')} {verb} {some} of {all_of}:"
    for number, cause in enumerate(found.causes[:most], 1):
        yield from _cause(number, cause, currency)
    more = found.causes[len(found.causes) if most is None else most :]
    if more:
        amount = sum((cause.difference for cause in more), Fraction(0))
        lines = how_many(sum(len(cause.lines) for cause in more), "line")
        yield (
            1,
            f"and {how_many(len(more), 'more cause')}: {signed(amount, currency)} in {lines}; "
            "`--all` shows them",
        )
    rest = [line for line in off if id(line) not in own]
    if rest:
        amount = sum((abs(line.difference) for line in rest), Fraction(0))
        left = readable_amount(amount, currency)
        yield 1, f"not explained: {left} in {how_many(len(rest), 'line')}"


def _cause(number: int, cause: Cause, currency: str) -> Iterator[tuple[int, str]]:
    """One cause, and what explains its lines as well."""
    ratio = (
        ""
        if cause.ratio in (None, 0, 1)
        else f", billed {grouped(six_places(cause.ratio))} x expected"
    )
    places = f" [{', '.join(cause.places[:3])}]" if cause.places else ""
    sum_of = signed(cause.difference, currency)
    lines = how_many(len(cause.lines), "line")
    yield 1, f"{number}. {sum_of} in {lines}{ratio}: {cause.text}{places}"
    if cause.others:
        yield 2, f"explained as well: {'; '.join(cause.others)}"
