"""A checked book's rules as decision diagrams:
the one compiled form, read by `price` and decided on by checks and audits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from attrs import define, fields, frozen

from pricelang.check.draft import Draft, span_of
from pricelang.model.book import Book, Charge, Decisions, Exclusion, Modifier, Scope
from pricelang.model.requests import NO, YES, Leaf
from pricelang.model.rules import scopes_of
from pricelang.solver.diagram import Forest
from pricelang.solver.witness_search import Constraint

Tags = tuple[int, ...]


@frozen(eq=False, repr=False)
class LinesThatHold:
    """The diagrams of all lines that hold for a request, whichever of them decide:
    a leaf with two lines is where the two meet. The `when` of a modifier stands after its lines.
    """

    values: tuple[Tags, ...]
    refusals: int
    free: int
    modifiers: Tags
    prices: Tags
    derivations: Tags
    free_charges: Tags


@define(eq=False, repr=False)
class _Compiler:
    """The compilation of a book in the forest of its draft's requests.
    Each group of rules is first compiled to the lines that hold, then to those that decide.
    """

    draft: Draft
    book: Book
    forest: Forest[Leaf]

    def held(self, scopes: Iterable[Scope]) -> int:
        """The indices of all scopes that hold."""
        return self.forest.build([(scope, tag) for tag, scope in enumerate(scopes)], _all)

    def by_meter(self, rules: Sequence[Any]) -> Tags:
        """For each meter, the indices of the prices or derivations that hold."""
        scopes: list[list[tuple[Scope, int]]] = [[] for _ in self.book.meters]
        for tag, rule in enumerate(rules):
            scopes[rule.meter].append((rule.scope, tag))
        return tuple(self.forest.build(found, _all) for found in scopes)

    def modifiers(self) -> Tags:
        found = []
        for modifier in self.book.modifiers:
            self.draft.deciding(f"the lines of `{modifier.name}` cut", span_of(modifier.origin))
            scopes = [line.scope for line in modifier.lines]
            found.append(self.held([*scopes, modifier.when] if modifier.conditional else scopes))
        return tuple(found)

    def looking_at(self, what: str) -> None:
        """Says which rules are compiled, for the case that they are too many pieces."""
        self.draft.deciding(f"the {what} cut", self.draft.layers[-1].header.span)

    def lines(self) -> LinesThatHold:
        """All lines that hold."""
        book = self.book
        self.looking_at("rates")
        prices, derivations = self.by_meter(book.prices), self.by_meter(book.derivations)
        modifiers = self.modifiers()
        self.looking_at("values of dimensions")
        values = tuple(
            tuple(self.held(offer.scope for offer in value.offers) for value in found.values)
            for found in book.dimensions
        )
        self.looking_at("refusals")
        refusals = self.held(remark.scope for remark in book.refusals)
        self.looking_at("lines with `free`")
        free = self.held(remark.scope for remark in book.free)
        charges = tuple(self.held(offer.scope for offer in charge.free) for charge in book.charges)
        return LinesThatHold(values, refusals, free, modifiers, prices, derivations, charges)

    def decisions(self, held: LinesThatHold) -> Decisions:
        """The lines that decide."""
        book, picked = self.book, self.forest.mapped
        self.looking_at("rules")
        return Decisions(
            values=tuple(tuple(picked(root, _any) for root in found) for found in held.values),
            meters=tuple(
                picked(self.held(offer.scope for offer in meter.offers), _any)
                for meter in book.meters
            ),
            refusals=picked(held.refusals, _first),
            modifiers=tuple(
                picked(root, _decided_by(modifier))
                for root, modifier in zip(held.modifiers, book.modifiers, strict=True)
            ),
            exclusions=tuple(_exclusion(self.forest, found) for found in book.exclusions),
            prices=self.highest(held.prices, [price.rank for price in book.prices]),
            derivations=self.highest(held.derivations, [line.special for line in book.derivations]),
            charges=tuple(map(self.charge, book.charges, held.free_charges)),
            limits=tuple(self.held(line.scope for line in limit.lines) for limit in book.limits),
            roundings=self.held(rounding.scope for rounding in book.roundings),
            conversions=self.held(line.scope for line in book.conversions),
            free=picked(held.free, _first),
            notes=self.held(remark.scope for remark in book.notes),
            watched=_watched(book),
            nodes=(),
            leaves=(),
        )

    def highest(self, roots: Tags, ranks: Sequence[int]) -> Tags:
        """Of the lines that hold, the one of the highest rank."""
        if len({*ranks}) < 2:  # so that no two hold at once
            return roots

        def pick(tags: Any) -> Tags:
            return (max(tags, key=lambda tag: ranks[tag]),) if tags else ()

        return tuple(self.forest.mapped(root, pick) for root in roots)

    def charge(self, charge: Charge, free: int) -> tuple[int, int, int, int]:
        name = self.book.meters[charge.meter].name
        self.draft.deciding(f"the charge of `{name}` cuts", span_of(charge.origin))
        return (
            self.held(price.scope for price in charge.prices),
            self.held(line.scope for line in charge.minimums),
            self.held(line.scope for line in charge.pools),
            self.forest.mapped(free, _first),
        )


def compile_rules(draft: Draft, book: Book) -> tuple[LinesThatHold, Decisions]:
    """The diagrams of all rules of a book, in the forest of the draft's requests:
    of the lines that hold, and of those that decide.
    """
    compiler = _Compiler(draft, book, draft.requests.forest)
    held = compiler.lines()
    return held, compiler.decisions(held)


def stored(decided: Decisions, forest: Forest[Leaf]) -> Decisions:
    """Decisions with nodes of their own, out of a forest that holds more."""
    names = [one.name for one in fields(Decisions) if one.init and one.name not in _NODES]
    roots = {name: getattr(decided, name) for name in names}
    nodes, leaves, numbers = forest.part(_numbers(tuple(roots.values())))

    def moved(root: Any) -> Any:
        return tuple(map(moved, root)) if isinstance(root, tuple) else numbers[root]

    own: dict[str, Any] = {name: moved(root) for name, root in roots.items()}
    own |= {"watched": decided.watched, "nodes": nodes, "leaves": leaves}
    return Decisions(**own)


def _numbers(roots: Any) -> Iterator[int]:
    if isinstance(roots, tuple):
        for root in roots:
            yield from _numbers(root)
    else:
        yield roots


_NODES = ("nodes", "leaves", "watched")


def _watched(book: Book) -> tuple[tuple[Scope, tuple[int, ...]], ...]:
    first = 2 + len(book.dimensions)
    parted = (
        (
            tuple(part for part in scope if part[0] < first),
            tuple(axis - first for axis, _ in scope if axis >= first),
        )
        for scope in scopes_of(book)
    )
    return tuple((plain, sums) for plain, sums in dict.fromkeys(parted) if sums)


# ---- what decides --------------------------------------------------------------------------------


def _all(tags: Tags) -> Leaf:
    return tags


def _first(tags: Any) -> Tags:
    return tuple(tags[:1])


def _any(tags: Any) -> Tags:
    return YES if tags else NO


def strongest(modifier: Modifier, tags: Sequence[int]) -> Tags:
    """Of the lines of a modifier that hold, those that decide: refuse before no effect before the
    rest, and `otherwise` where no other line holds.
    """
    lines = modifier.lines
    held = [tag for tag in tags if tag < len(lines)]  # without its `when`
    hit = [tag for tag in held if not lines[tag].otherwise] or held
    for outcome in ("refuse", "no_effect"):
        first = tuple(tag for tag in hit if lines[tag].outcome == outcome)
        if first:
            return first
    return tuple(hit)


def _decided_by(modifier: Modifier) -> Callable[[Any], Tags]:
    """The deciding lines; one is enough of those without a factor."""

    def pick(tags: Any) -> Tags:
        found = strongest(modifier, tags)
        return found if has_effect(modifier, found) else found[:1]

    return pick


def has_effect(modifier: Modifier, leaf: Any) -> bool:
    """Whether a leaf of a modifier's diagram changes a price."""
    return any(modifier.lines[tag].outcome in ("factor", "add") for tag in leaf)


def not_refused_by(modifier: Modifier, root: int) -> Constraint:
    """That a modifier, whose diagram is given, does not refuse."""
    return root, lambda leaf: all(modifier.lines[tag].outcome != "refuse" for tag in leaf)


def _exclusion(forest: Forest[Leaf], exclusion: Exclusion) -> int:
    """Where an exclusion holds and nothing allows the pair: tag 1 for it, 0 for what lifts it."""
    scopes = [(exclusion.scope, 1), *((offer.scope, 0) for offer in exclusion.allowed)]
    return forest.build(scopes, lambda tags: YES if 1 in tags and 0 not in tags else NO)


def where_excluded(
    forest: Forest[Leaf],
    exclusion: Exclusion,
    root: int,
    modifiers: Sequence[Modifier],
    decided: Sequence[int],
) -> int:
    """Where an exclusion, which holds where `root` says so, meets both modifiers in effect."""
    sides = [side for side in (exclusion.left, exclusion.right) if side is not None]

    def decide(leaves: tuple[Any, ...]) -> Leaf:
        both = all(
            has_effect(modifiers[side], leaf) for side, leaf in zip(sides, leaves[1:], strict=True)
        )
        return YES if both and leaves[0] == YES else NO

    return forest.combine([root, *(decided[side] for side in sides)], decide)
