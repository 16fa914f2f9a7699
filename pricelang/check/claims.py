"""Sixth pass, second part: what the book claims of itself."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from pricelang.check.draft import SCOPED, WORDS, Draft
from pricelang.check.percents import check_factors
from pricelang.model import book as m
from pricelang.syntax import tree as t


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
        body.relation if isinstance(body, t.ClaimCosts | t.ClaimCostsAmount) else "equal",
        _names(draft, body),
        _amount(draft, body),
        draft.origin(span, statement.endings),
        of,
    )


def _kind(body: t.ClaimBody) -> m.ClaimKind:
    match body:
        case t.ClaimCosts() | t.ClaimCostsAmount():
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
        case t.ClaimAtMost():
            return "at_most"
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
        case t.ClaimCostsAmount():
            return _for_amount(draft, body), ()
        case t.ClaimAbove() | t.ClaimAtMost():
            return _sizes(draft, body.per), ()
        case t.ClaimIs():
            if body.factor.instead_of is not None:
                draft.fault("instead_of", "`instead of` has no meaning here", body.factor.span)
            check_factors(draft, body.factor)
            factor = body.factor.factor.value
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
        case t.ClaimCosts() | t.ClaimCostsAmount() | t.ClaimPrices():
            return ()
        case t.ClaimAbove() | t.ClaimAtMost() | t.ClaimMonotone():
            return ()
        case _:
            assert_never(body)
    for number, name in enumerate(names):
        draft.modifier(name)
        if name.text in {before.text for before in names[:number]}:
            draft.fault("twice", f"`{name.text}` is claimed of itself", name.span, "name another")
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


def _amount(draft: Draft, body: t.ClaimBody) -> Fraction:
    """The amount that a claim compares prices with."""
    match body:
        case t.ClaimAbove() | t.ClaimAtMost() | t.ClaimCostsAmount():
            return draft.money(body.money)
        case _:
            return Fraction(0)


def _for_amount(draft: Draft, body: t.ClaimCostsAmount) -> Terms:
    """The terms of a sum, each for as many of its unit as the amount is for."""
    terms = _terms(draft, body.left)
    sizes = ((meter, draft.per_size(body.per, meter, body.per.span)[0]) for meter, _ in terms)
    return tuple(
        (meter, factor * size) for (_, factor), (meter, size) in zip(terms, sizes, strict=True)
    )


def _sizes(draft: Draft, per: t.Per | None) -> Terms:
    """The meters that a price per something is one of, and for how many of each one's unit."""
    meters = range(len(draft.meters))
    if per is None:
        return tuple((meter, Fraction(1)) for meter in meters)
    unit = draft.unit(per.unit)
    if unit is None:
        return ()
    counted = [meter for meter in meters if draft.meters[meter].kind == unit.kind]
    if not counted:
        draft.fault("unit", f"no meter is counted in `{per.unit.text}`", per.span)
    return tuple((meter, draft.per_size(per, meter, per.span)[0]) for meter in counted)
