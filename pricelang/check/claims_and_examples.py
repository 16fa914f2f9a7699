"""Sixth pass: what the book says of itself: examples and claims."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from pricelang.check.draft import SCOPED, WORDS, Draft
from pricelang.check.percents import check_factor
from pricelang.model import book as m
from pricelang.model.record_kinds import SINGLE, SUM, RecordKind
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t


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
            missing = lines is expects and not lines
            help = "add `costs $...`, `refused` or `not offered`" if missing else None
            message = f"an example has one {what}, this one has {len(lines)}"
            draft.fault("example", message, statement.span, help)
            return None
    model, known = given[0].model, [*draft.model_index, *(alias.name for alias in draft.aliases)]
    if model.text not in known:
        draft.unknown("model", model, known)
    dimensions, record, sides = _facts(draft, given[0])
    return m.Example(
        statement.title.text,
        model.text,
        given[0].at.seconds,
        tuple(dimensions.items()),
        record,
        tuple(sides.items()),
        _usage(draft, uses[0]),
        *_expectation(draft, expects[0], currencies),
        draft.origin(statement.span, statement.endings),
    )


def _usage(draft: Draft, line: t.Uses) -> tuple[tuple[str, tuple[Fraction, ...]], ...]:
    """The quantities of each meter, in the meter's unit."""
    usage: dict[str, tuple[Fraction, ...]] = {}
    for use in line.uses:
        meter = draft.meter(use.meter)
        if meter is None:
            continue
        per = t.Per(None, use.unit, span=use.unit.span) if use.unit is not None else None
        size = draft.per_size(per, meter, use.span)[0] if per is not None else 1
        quantity = use.number.value * size
        usage[use.meter.text] = (*usage.get(use.meter.text, ()), quantity)
        if draft.meters[meter].whole and quantity.denominator != 1:
            draft.fault("quantity", f"`{use.meter.text}` is counted in whole numbers", use.span)
    return tuple(usage.items())


Sides = dict[int, tuple[int, ...]]


def _facts(draft: Draft, given: t.Given) -> tuple[dict[str, str], RecordKind, Sides]:
    """The values of dimensions, the kind of record, and the sides of thresholds."""
    dimensions: dict[str, str] = {}
    sides: Sides = {}
    record: RecordKind = SINGLE
    for fact in given.facts:
        if isinstance(fact, t.Threshold):
            _add_side(draft, fact, sides)
        elif fact.dimension.text == "record":
            if fact.value.text not in (SINGLE, SUM):
                draft.unknown("value", fact.value, (SINGLE, SUM), " of `record`")
            record = SUM if fact.value.text == SUM else SINGLE
        elif fact.dimension.text not in draft.dimension_index:
            draft.unknown("dimension", fact.dimension, draft.dimension_index)
        elif fact.dimension.text in dimensions:
            draft.fault("twice", f"`{fact.dimension.text}` is given twice", fact.span)
        else:
            known = draft.value_index[draft.dimension_index[fact.dimension.text]]
            if fact.value.text in known:
                dimensions[fact.dimension.text] = fact.value.text
            else:
                draft.unknown("value", fact.value, known, f" of `{fact.dimension.text}`")
    if sides and record != SUM:
        message = "only `record sum` says on which side of a threshold its requests are"
        draft.fault("example", message, given.span)
    return dimensions, record, sides


def _add_side(draft: Draft, fact: t.Threshold, sides: Sides) -> None:
    found = draft.threshold_sides(fact)
    if found is None:
        known = [f"{x.label} over {grouped(limit)}" for x in draft.space.sums for limit in x.limits]
        help = "known: " + ", ".join(known) if known else None
        draft.fault("threshold", "no rule of the book has this threshold", fact.span, help)
        return
    index, points = found
    sides[index] = tuple(point for point in points if point in sides.get(index, points))
    if not sides[index]:
        message = "no request is on this side of a threshold and on those given before it"
        draft.fault("example", message, fact.span)


def _expectation(
    draft: Draft, line: t.ExpectCost | t.ExpectRefused | t.ExpectNotOffered, currencies: set[str]
) -> tuple[m.Expectation, Fraction, Fraction, str, str]:
    zero = Fraction(0)
    if isinstance(line, t.ExpectCost):
        high = line.high or line.low
        if high.value < line.low.value:
            draft.fault("example", "the high figure is below the low one", high.span)
        for amount in (line.low, high):
            if amount.currency not in currencies:
                message = f"`{amount.written}` is in a currency that the book never bills"
                draft.fault("currency", message, amount.span)
        return "cost", line.low.value, high.value, line.low.currency, ""
    if isinstance(line, t.ExpectRefused):
        names = [name for name in (line.left, line.right) if name is not None]
        for name in names:
            draft.modifier(name)
        return "refused", zero, zero, "", " with ".join(name.text for name in names)
    return "not_offered", zero, zero, "", ""


def read_claims(draft: Draft) -> list[m.Claim]:
    """The claims of the topmost book, and of those below it after them, which a contract may break;
    `verify` decides them.
    """
    own, below = [], []
    for layer, statement in draft.statements(t.Claim):
        draft.only(statement.endings, SCOPED | WORDS, "a claim")
        if layer + 1 == len(draft.layers):
            own.append(_claim(draft, layer, statement, None))
        elif not isinstance(statement.body, t.ClaimAgrees):  # which is about that book alone
            of = draft.layers[layer].header.name.text
            below.append(_claim(draft, layer, statement, of))
    return [*own, *below]


def _claim(draft: Draft, layer: int, statement: t.Claim, of: str | None) -> m.Claim:
    span, body = statement.span, statement.body
    left, right = _sides(draft, body)
    return m.Claim(
        _kind(body),
        " ".join(draft.row(span).split()),
        draft.scope(statement.endings, layer),
        left,
        right,
        body.relation if isinstance(body, t.ClaimCosts) else "equal",
        _names(draft, body),
        draft.money(body.money) if isinstance(body, t.ClaimAbove) else Fraction(0),
        draft.origin(span, statement.endings),
        of,
    )


def _kind(body: t.ClaimBody) -> m.ClaimKind:
    match body:
        case t.ClaimCosts():
            return "costs"
        case t.ClaimIs():
            return "is"
        case t.ClaimNeverMeets():
            return "nevermeets"
        case t.ClaimCommute():
            return "commute"
        case t.ClaimPrices():
            return "prices"
        case t.ClaimAbove():
            return "above"
        case t.ClaimMonotone():
            return "monotone"
        case t.ClaimAgrees():
            return "agrees"
        case _:
            assert_never(body)


Terms = tuple[tuple[int, Fraction], ...]


def _sides(draft: Draft, body: t.ClaimBody) -> tuple[Terms, Terms]:
    """What a claim says of meters, on both sides of its relation."""
    match body:
        case t.ClaimCosts():
            return _terms(draft, body.left), _terms(draft, body.right)
        case t.ClaimIs():
            if body.factor.instead_of is not None:
                draft.fault("instead_of", "`instead of` has no meaning here", body.factor.span)
            check_factor(draft, body.factor.number)
            factor = body.factor.number.value
            return tuple((meter, factor) for meter in draft.meter_set(body.factor.meters)), ()
        case t.ClaimPrices():
            return tuple((meter, Fraction(1)) for meter in draft.meter_set(body.meters)), ()
        case _:
            return (), ()


def _names(draft: Draft, body: t.ClaimBody) -> tuple[str, ...]:
    """The modifiers that a claim names, or the book that it agrees with."""
    names: tuple[t.Name, ...]
    match body:
        case t.ClaimAgrees():
            _known_base(draft, body.book)
            return (body.book.text,)
        case t.ClaimIs():
            names = (body.name,)
        case t.ClaimNeverMeets():
            names = (body.left, body.right)
        case t.ClaimCommute():
            names = body.names
        case t.ClaimCosts() | t.ClaimPrices() | t.ClaimAbove() | t.ClaimMonotone():
            return ()
        case _:
            assert_never(body)
    for name in names:
        draft.modifier(name)
    return tuple(name.text for name in names)


def _known_base(draft: Draft, name: t.Name) -> None:
    bases = [layer.header.name.text for layer in draft.layers[:-1]]
    if not bases:
        draft.fault("unknown_book", "only a book that extends another can agree with it", name.span)
    elif name.text not in bases:
        draft.unknown("book", name, bases)


def _terms(draft: Draft, terms: tuple[t.Term, ...]) -> Terms:
    found: dict[int, Fraction] = {}
    for term in terms:
        meter = draft.meter(term.meter)
        if meter is not None:
            number = term.number.value if term.number is not None else 1
            found[meter] = found.get(meter, Fraction(0)) + number
    return tuple(sorted(found.items()))
