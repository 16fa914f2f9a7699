"""Sixth pass: what the book says of itself: examples and claims, with every name in them known."""

from __future__ import annotations

from fractions import Fraction

from pricelang.check.draft import SCOPED, WORDS, Draft
from pricelang.check.percents import check_factor
from pricelang.model import book as m
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span


def read_examples(draft: Draft, conversions: list[m.Conversion]) -> list[m.Example]:
    """The examples of the topmost book: those of a book below speak of its own prices."""
    currencies = {draft.currency, *(conversion.currency for conversion in conversions)}
    found = []
    for layer, statement in draft.statements(t.Example):
        if layer + 1 < len(draft.layers):
            continue
        draft.only(statement.endings, WORDS, "an example")
        example = _example(draft, statement, currencies)
        if example is not None:
            found.append(example)
    return found


def _example(draft: Draft, statement: t.Example, currencies: set[str]) -> m.Example | None:
    given = [line for line in statement.lines if isinstance(line, t.Given)]
    uses = [line for line in statement.lines if isinstance(line, t.Uses)]
    expects = [line for line in statement.lines if not isinstance(line, t.Given | t.Uses)]
    for what, lines in (("`given`", given), ("`uses`", uses), ("expected outcome", expects)):
        if len(lines) != 1:
            help = (
                "add `costs $...`, `refused` or `not offered`"
                if lines is expects and not lines
                else None
            )
            draft.fault(
                "example",
                f"an example has one {what}, this one has {len(lines)}",
                statement.span,
                help,
            )
            return None
    model = given[0].model
    if model.text not in draft.model_index and all(
        alias.name != model.text for alias in draft.aliases
    ):
        draft.unknown(
            "model", model, [*draft.model_index, *(alias.name for alias in draft.aliases)]
        )
    dimensions, record, sides = _facts(draft, given[0])
    usage: dict[str, list[Fraction]] = {}
    for use in uses[0].uses:
        meter = draft.meter(use.meter)
        if meter is not None:
            size = (
                draft.per_size(t.Per(None, use.unit, span=use.unit.span), meter, use.span)[0]
                if use.unit
                else Fraction(1)
            )
            usage.setdefault(use.meter.text, []).append(use.number.value * size)
            if draft.meters[meter].whole and (use.number.value * size).denominator != 1:
                draft.fault("quantity", f"`{use.meter.text}` is counted in whole numbers", use.span)
    expect, low, high, currency, rule = _expectation(draft, expects[0], currencies)
    return m.Example(
        statement.title.text,
        model.text,
        given[0].at.seconds,
        tuple(dimensions.items()),
        record,
        tuple(sides.items()),
        tuple((name, tuple(quantities)) for name, quantities in usage.items()),
        expect,
        low,
        high,
        currency,
        rule,
        draft.origin(statement.span, statement.endings),
    )


def _facts(draft: Draft, given: t.Given) -> tuple[dict[str, str], str, dict[int, tuple[int, ...]]]:
    dimensions: dict[str, str] = {}
    sides: dict[int, tuple[int, ...]] = {}
    record = "single"
    for fact in given.facts:
        if isinstance(fact, t.Threshold):
            found = draft.threshold_sides(fact)
            if found is None:
                thresholds = [
                    f"{total.label} over {grouped(limit)}"
                    for total in draft.space.sums
                    for limit in total.limits
                ]
                draft.fault(
                    "threshold",
                    "no rule of the book has this threshold",
                    fact.span,
                    "known: " + ", ".join(thresholds) if thresholds else None,
                )
            else:
                index, points = found
                sides[index] = tuple(point for point in points if point in sides.get(index, points))
                if not sides[index]:
                    draft.fault(
                        "example",
                        "no request is on this side of a threshold and on those given before it",
                        fact.span,
                    )
        elif fact.dimension.text == "record":
            if fact.value.text not in ("single", "sum"):
                draft.unknown("value", fact.value, ("single", "sum"), " of `record`")
            record = fact.value.text
        elif fact.dimension.text not in draft.dimension_index:
            draft.unknown("dimension", fact.dimension, draft.dimension_index)
        elif fact.value.text not in draft.value_index[draft.dimension_index[fact.dimension.text]]:
            known = draft.value_index[draft.dimension_index[fact.dimension.text]]
            draft.unknown("value", fact.value, known, f" of `{fact.dimension.text}`")
        elif fact.dimension.text in dimensions:
            draft.fault("twice", f"`{fact.dimension.text}` is given twice", fact.span)
        else:
            dimensions[fact.dimension.text] = fact.value.text
    if sides and record != "sum":
        draft.fault(
            "example",
            "only `record sum` says on which side of a threshold its requests are",
            given.span,
        )
    return dimensions, record, sides


def _expectation(
    draft: Draft, line: t.ExpectCost | t.ExpectRefused | t.ExpectNotOffered, currencies: set[str]
) -> tuple[str, Fraction, Fraction, str, str]:
    zero = Fraction(0)
    if isinstance(line, t.ExpectCost):
        high = line.high or line.low
        if high.value < line.low.value:
            draft.fault("example", "the high figure is below the low one", high.span)
        for amount in (line.low, high):
            if amount.currency not in currencies:
                draft.fault(
                    "currency",
                    f"`{amount.written}` is in a currency that the book never bills",
                    amount.span,
                )
        return "cost", line.low.value, high.value, line.low.currency, ""
    if isinstance(line, t.ExpectRefused):
        names = [name for name in (line.left, line.right) if name is not None]
        for name in names:
            if name.text not in draft.modifier_index:
                draft.unknown("modifier", name, draft.modifier_index)
        return "refused", zero, zero, "", " with ".join(name.text for name in names)
    return "not_offered", zero, zero, "", ""


def read_claims(draft: Draft) -> list[m.Claim]:
    """The claims of the topmost book, their names resolved.
    They speak of every request; nothing is decided here.
    """
    found = []
    for layer, statement in draft.statements(t.Claim):
        if layer + 1 < len(draft.layers):
            continue
        draft.only(statement.endings, SCOPED | WORDS, "a claim")
        span, body = statement.span, statement.body
        scope, origin = draft.scope(statement.endings, layer), draft.origin(span, statement.endings)
        left: tuple[tuple[int, Fraction], ...] = ()
        right: tuple[tuple[int, Fraction], ...] = ()
        relation, names, amount, kind = (
            "",
            [],
            Fraction(0),
            type(body).__name__.removeprefix("Claim").lower(),
        )
        if isinstance(body, t.ClaimCosts):
            left, relation, right = (
                _terms(draft, body.left),
                body.relation,
                _terms(draft, body.right),
            )
        elif isinstance(body, t.ClaimIs):
            names = [body.name]
            if body.factor.instead_of is not None:
                draft.fault("instead_of", "`instead of` has no meaning here", body.factor.span)
            check_factor(draft, body.factor.number)
            left = tuple(
                (meter, body.factor.number.value) for meter in draft.meter_set(body.factor.meters)
            )
        elif isinstance(body, t.ClaimNeverMeets):
            names = [body.left, body.right]
        elif isinstance(body, t.ClaimCommute):
            names = list(body.names)
        elif isinstance(body, t.ClaimPrices):
            left = tuple((meter, Fraction(1)) for meter in draft.meter_set(body.meters))
        elif isinstance(body, t.ClaimAbove):
            amount = draft.money(body.money)
        for name in names:
            if name.text not in draft.modifier_index:
                draft.unknown("modifier", name, draft.modifier_index)
        texts = tuple(name.text for name in names)
        if isinstance(body, t.ClaimAgrees):
            texts = (body.book.text,)
            _known_base(draft, body.book)
        found.append(
            m.Claim(
                kind, _written(draft, span), scope, left, right, relation, texts, amount, origin
            )
        )
    return found


def _known_base(draft: Draft, name: t.Name) -> None:
    bases = [layer.header.name.text for layer in draft.layers[:-1]]
    if not bases:
        draft.fault("unknown_book", "only a book that extends another can agree with it", name.span)
    elif name.text not in bases:
        draft.unknown("book", name, bases)


def _terms(draft: Draft, terms: tuple[t.Term, ...]) -> tuple[tuple[int, Fraction], ...]:
    found: dict[int, Fraction] = {}
    for term in terms:
        meter = draft.meter(term.meter)
        if meter is not None:
            found[meter] = found.get(meter, Fraction(0)) + (
                term.number.value if term.number is not None else 1
            )
    return tuple(sorted(found.items()))


def _written(draft: Draft, span: Span) -> str:
    return " ".join(draft.row(span).split())
