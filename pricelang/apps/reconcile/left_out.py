"""What a reconciliation leaves out:
what is on a bill and not a quantity times its price, and lines that are not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pricelang.apps.reconcile.join import BOUNDED, NOT_COMPARED, JoinedLine
from pricelang.evaluate.line_items import Priced
from pricelang.evaluate.line_rates import Rate
from pricelang.present.decimals import grouped, plain


def left_out(lines: Iterable[JoinedLine], settled: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Everything that the amounts of some lines leave out, once each: free allowances, graduated
    prices and limits of accounts, amounts and limits of requests, roundings of totals, lines that
    are not compared, and credits. `settled` are the parts of the account that lines stand for:
    `meters` (allowances, tiers), `limits` (minimums, caps).
    """
    found: dict[str, None] = {}
    for line in lines:
        if line.status == NOT_COMPARED:
            found[line.reason] = None
        if line.status == BOUNDED:
            found["the side of a threshold on which each request was"] = None
        if line.used and line.billed and all(bill.amount < 0 for bill in line.billed):
            found["credits, which no usage is counted for"] = None
        for used in line.used:
            if used.priced is not None:
                found |= dict.fromkeys(_of_bill(used.priced, used.request.meter, settled))
    return tuple(found)


def _of_bill(priced: Priced, meter: str, settled: frozenset[str]) -> Iterator[str]:
    """What the bill of a request holds besides the line of one meter."""
    cell = priced.cell
    rate = cell.rates.get(meter)
    for one in cell.left_out:  # tiers of ladders are always settled
        if one.meter is None and one.dimension is None and "limits" not in settled:
            yield one.text
        if one.meter is not None and priced.book.meters[one.meter].name == meter:
            yield from () if "meters" in settled else (one.text,)
    if cell.free is not None:
        return
    for step in cell.extras:
        yield f"`{step.rule}`: {plain(step.value)} {priced.book.currency} per request"
    for step in cell.floors:
        yield (
            f"`{step.rule}`: {step.kind.replace('_', ' ')} {plain(step.value)} "
            f"{priced.book.currency} per request"
        )
    if isinstance(rate, Rate) and rate.minimum is not None:
        yield f"the minimum per use of `{meter}`, where one quantity adds up several uses"
    if cell.line_rounding is not None:
        yield "the rounding of lines, where one quantity adds up several requests"
    if cell.total_rounding is not None:
        yield (
            f"the rounding of totals to {grouped(cell.total_rounding.step)} "
            f"{cell.total_rounding.currency}"
        )
