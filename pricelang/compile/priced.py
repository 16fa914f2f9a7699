"""What a book must price: some request, every model and meter."""

from __future__ import annotations

from collections.abc import Container, Sequence

from pricelang.check.draft import Draft, span_of
from pricelang.compile.exclusions import not_refused_by_lines
from pricelang.compile.reach import Reach
from pricelang.model import book as m
from pricelang.model.requests import is_no, is_yes
from pricelang.model.space import day, first_point, first_stretch
from pricelang.solver.answers import Apart


def check_requests(reach: Reach) -> None:
    """Some request exists that no rule refuses, or the book prices nothing."""
    draft, span = reach.draft, reach.draft.layers[-1].header.span
    draft.deciding("the rules cut", span)
    top = len(draft.layers) - 1
    if not reach.book.models:
        draft.fault(
            "no_request",
            "the book has no model, so that no request exists",
            span,
            "add a table `models`",
        )
    elif reach.requests.request_in(draft.term(top)) is None:
        draft.fault(
            "no_request",
            "no model is released in the term of the book, so that no request exists",
            span,
            "move its `from` and `before`",
        )
    elif reach.requests.find([*not_refused_by_lines(reach), reach.let_through(top)]) is None:
        draft.fault(
            "no_request",
            "every request is refused, so that the book prices nothing",
            span,
            "narrow what refuses them",
        )


def check_models(draft: Draft, prices: Sequence[m.Price]) -> None:
    """Every model has some price from the day of its release on."""
    first: dict[int, int] = {}
    for price in prices:
        if price.kind != "absent":
            start = first_stretch(price.scope)
            first[price.model] = min(first.get(price.model, start), start)
    for index, model in enumerate(draft.space.models):
        release = first_point(draft.space.since_release(index))
        if prices and index not in first:
            message = f"no row of rates is for `{model.name}`"
            row = f"`| {model.name} | {day(model.released)} | … |`"
            help = f"add a row to a table of rates: {row}"
            draft.fault("no_price", message, span_of(model.origin), help)
        elif first.get(index, release) > release:
            begins = day(draft.space.instant(first[index]))
            draft.fault(
                "no_price",
                f"`{model.name}` has no price from its release to {begins}",
                span_of(model.origin),
                f"add a row from {day(model.released)}",
            )


def check_charges(reach: Reach) -> None:
    """A charge has a price wherever its meter is offered."""
    book, draft, top = reach.book, reach.draft, len(reach.draft.layers) - 1
    for charge, roots in zip(book.charges, reach.decided.charges, strict=True):
        meter = book.meters[charge.meter]
        draft.deciding(f"the charge of `{meter.name}` cuts", span_of(charge.origin))
        whole = frozenset(n for n, line in enumerate(charge.prices) if line.after is None)
        witness = reach.requests.find(
            [
                (reach.decided.meters[charge.meter], is_yes),
                (roots[0], Apart(whole)),
                (roots[3], is_no),
                reach.let_through(top),
            ]
        )
        if witness is not None:
            draft.fault(
                "gap",
                f"`{meter.name}` has no price for every request that may use it",
                span_of(charge.origin),
                f"no price for: {draft.space.describe(witness)}",
            )


def check_priced(draft: Draft, rated: Container[int], charges: Sequence[m.Charge]) -> None:
    """Every meter has rates or a charge."""
    charged = {charge.meter for charge in charges}
    for index, meter in enumerate(draft.meters):
        if index not in rated and index not in charged:
            draft.fault(
                "no_price",
                f"no table and no charge says what `{meter.name}` costs",
                span_of(meter.origin),
                f"add a column `{meter.name}` to a table of rates, or `charge {meter.name}`",
            )
