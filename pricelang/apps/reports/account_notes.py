"""What an invoice says of its account beside its lines: what is left out, since the invoice is not
of a whole period, and how much of commitments and credits is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from pricelang.apps.reports.period import Period
from pricelang.evaluate.account_keys import NONE, WHOLE, Holder, key_of
from pricelang.evaluate.allowance_terms import SpendLimit
from pricelang.evaluate.allowances import TrueUp
from pricelang.evaluate.billing_periods import turn_end
from pricelang.evaluate.credits import CreditKey
from pricelang.evaluate.ladders import ReachedTier
from pricelang.model import book as m
from pricelang.model.charges import period_word
from pricelang.model.instants import written
from pricelang.present.readable import readable_amounts
from pricelang.present.text import shown


class AccountNotes:
    """The notes of an invoice. (A plain class: it grows.)"""

    def __init__(self, book: m.Book, period: Period | None) -> None:
        self._book, self._period = book, period
        self._texts: set[str] = set()

    def texts(self) -> tuple[str, ...]:
        """The notes, each once, in an order that is not that of the records."""
        return tuple(sorted(self._texts))

    def left_out(self, bound: SpendLimit) -> None:
        """Says that a floor or a cap is of a longer period."""
        self._texts.add(
            f"`{bound.name}` is of a {period_word(bound.per)}, and this invoice is not "
            "of a whole one: "
            "left out"
        )

    def not_reached(self, one: ReachedTier) -> None:
        """Says that what a ladder of all units gives is known at the end of a longer period
        only.
        """
        per = one.counter[1]
        self._texts.add(
            f"`{one.name}` gives all units of a {period_word(per)} the tier that it reaches, "
            "and this "
            "invoice is not of a whole one: left out"
        )

    def spent(self, one: TrueUp) -> None:
        """Says what is left of a commitment whose period the invoice is not whole of."""
        bound, end = one.bound, turn_end(one.start, one.bound.per, one.bound.term)
        if not self._meets(one.start, end):
            return
        spent, amount, left = self._amounts(one.cost, bound.amount)
        self._texts.add(
            f"commitment `{bound.name}`{_whose(one.account, bound.per)}: {spent} of {amount} "
            f"since {written(one.start)}, {left} left until {written(end)}"
        )

    def drawn(self, credits: Iterable[tuple[CreditKey, Fraction]]) -> None:
        """Says what is left of each credit that the invoice's own period may draw on."""
        for (holder, start, bound), amount in credits:
            end = turn_end(start, bound.per, bound.term)
            if self._meets(start, end):
                drawn, whole, left = self._amounts(amount, bound.amount)
                self._texts.add(
                    f"credit `{bound.name}`{_whose(holder, bound.per)}: {drawn} of {whole} drawn "
                    f"since {written(start)}, {left} left until {written(end)}"
                )

    def _amounts(self, used: Fraction, whole: Fraction) -> list[str]:
        left = max(Fraction(0), whole - used)
        return readable_amounts((used, whole, left), self._book.currency)

    def _meets(self, start: int, end: int) -> bool:
        period = self._period
        if period is None:
            return True
        return (period.start is None or end > period.start) and (
            period.end is None or start < period.end
        )


def _whose(holder: Holder, per: str) -> str:
    if holder == WHOLE:
        return ""
    return f" of {key_of(per)} {NONE if holder is None else shown(holder)}"
