"""All rules of a book by their kinds,
with what they look at and the diagrams that decide among them: the one list of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from pricelang.model import book as m


@frozen(eq=False, repr=False)
class Rules:
    """The rules of one kind: the scopes they hold in, and the roots of their diagrams.

    The diagrams of `value` are by dimension and value (`Decisions.values`), and so are not among
    the roots. `pays` says whether they can change what a request pays, or that it exists.
    """

    kind: str
    scopes: tuple[m.Scope, ...]
    roots: tuple[int, ...]
    pays: bool = True


def rules_of(book: m.Book) -> tuple[Rules, ...]:
    """The rules of a book, kind by kind.
    What prices, compiles or places requests asks here, so that no kind is left out.
    """
    decided = book.decisions
    return (
        Rules("refusal", _scopes(book.refusals), (decided.refusals,)),
        Rules("modifier", tuple(_of_modifiers(book)), decided.modifiers),
        Rules("exclusion", tuple(_of_exclusions(book)), decided.exclusions),
        Rules("free", _scopes(book.free), (decided.free,)),
        Rules(
            "value",
            tuple(
                offer.scope
                for found in book.dimensions
                for value in found.values
                for offer in value.offers
            ),
            (),
        ),
        Rules(
            "meter",
            tuple(offer.scope for meter in book.meters for offer in meter.offers),
            decided.meters,
        ),
        Rules("price", _scopes(book.prices), decided.prices),
        Rules("derivation", _scopes(book.derivations), decided.derivations),
        Rules(
            "charge",
            tuple(_of_charges(book)),
            tuple(root for charge in decided.charges for root in charge),
        ),
        Rules(
            "limit",
            tuple(line.scope for limit in book.limits for line in limit.lines),
            decided.limits,
        ),
        Rules("rounding", _scopes(book.roundings), (decided.roundings,)),
        Rules("conversion", _scopes(book.conversions), (decided.conversions,)),
        Rules("note", _scopes(book.notes), (decided.notes,), pays=False),
    )


def scopes_of(book: m.Book) -> Iterator[m.Scope]:
    """Every scope of a book."""
    for rules in rules_of(book):
        yield from rules.scopes


def dimensions_that_pay(book: m.Book) -> tuple[str, ...]:
    """The dimensions on which it may turn what a request pays,
    or that it exists, but for those that the clock sets.

    >>> import pricelang
    >>> {"service_tier", "speed", "outcome"} <= {*dimensions_that_pay(pricelang.load().checked)}
    True
    """
    axes = {
        axis
        for rules in rules_of(book)
        if rules.pays
        for scope in rules.scopes
        for axis, _ in scope
    }
    axes |= {2 + n for n, found in enumerate(book.dimensions) if _is_limited(found)}
    return tuple(
        found.name for n, found in enumerate(book.dimensions) if 2 + n in axes and not found.clocked
    )


def _is_limited(dimension: m.Dimension) -> bool:
    """Whether some value of a dimension is not offered always and to all."""
    return not all(any(not offer.scope for offer in value.offers) for value in dimension.values)


def _scopes(
    found: Iterable[m.Remark]
    | Iterable[m.Price]
    | Iterable[m.Derivation]
    | Iterable[m.Rounding]
    | Iterable[m.Conversion],
) -> tuple[m.Scope, ...]:
    return tuple(rule.scope for rule in found)


def _of_modifiers(book: m.Book) -> Iterator[m.Scope]:
    for modifier in book.modifiers:
        yield modifier.when
        yield from (line.scope for line in modifier.lines)


def _of_exclusions(book: m.Book) -> Iterator[m.Scope]:
    for exclusion in book.exclusions:
        yield exclusion.scope
        yield from (offer.scope for offer in exclusion.allowed)


def _of_charges(book: m.Book) -> Iterator[m.Scope]:
    for charge in book.charges:
        yield from (price.scope for price in charge.prices)
        yield from (line.scope for line in (*charge.minimums, *charge.pools))
        yield from (offer.scope for offer in charge.free)
