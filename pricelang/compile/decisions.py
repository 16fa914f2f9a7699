"""A checked book's rules as decision diagrams:
the one compiled form, read by `price` and decided on by checks and audits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from attrs import define, evolve, fields, frozen

from pricelang.check.draft import Draft, span_of
from pricelang.model.book import NO_DECISIONS, Book, Decisions, Exclusion, Modifier, Origin, Scope
from pricelang.model.diagrams import FREE, NO, YES, Slot, place_of, slots_of, with_roots
from pricelang.model.requests import Leaf
from pricelang.model.rules import rules_of, scope_of, scopes_of
from pricelang.model.space import axis_of, first_sum
from pricelang.solver.answers import Apart, ByValue
from pricelang.solver.diagram import Forest
from pricelang.solver.witness_search import Constraint

Tags = tuple[int, ...]
EFFECTS = ("factor", "add")
"""The outcomes of lines that change a price."""
Pick: TypeAlias = Callable[[Any], Tags]


@frozen(eq=False, repr=False)
class Compiled:
    """The diagrams of a book: of all lines that hold for a request, where a leaf with two lines is
    where the two meet, and of those that decide. The `when` of a modifier stands after its lines.
    """

    held: Decisions
    decided: Decisions


def compile_rules(draft: Draft, book: Book) -> Compiled:
    """The diagrams of all rules of a book, in the forest of the draft's requests."""
    forest = draft.requests.forest
    lines: dict[Slot, list[tuple[Scope, int]]] = {slot: [] for slot in slots_of(book)}
    for rule in rules_of(book):
        place = place_of(rule)
        if place is not None:
            slot, tag = place
            lines[slot].append((scope_of(rule), tag))
    for index, modifier in enumerate(book.modifiers):
        if modifier.conditional:
            lines[Slot("modifier", index)].append((modifier.when, len(modifier.lines)))
    held = {}
    for slot, found in lines.items():
        what, origin = _question(book, slot)
        draft.deciding(what, span_of(origin) if origin else draft.layers[-1].header.span)
        held[slot] = forest.build(found, _all)
    picks = _Picks(book)
    decided = {}
    for slot, root in held.items():
        pick = picks.of(slot)
        decided[slot] = root if pick is None else forest.mapped(root, pick)
    watched = evolve(NO_DECISIONS, watched=_watched(book))
    return Compiled(with_roots(watched, held), with_roots(watched, decided))


def _question(book: Book, slot: Slot) -> tuple[str, Origin | None]:
    """What is compiled, and where it stands, for the case that it is too many pieces."""
    match slot.group:
        case "modifier":
            modifier = book.modifiers[slot.index]
            return f"the lines of `{modifier.name}` cut", modifier.origin
        case "charge":
            charge = book.charges[slot.index]
            return f"the charge of `{book.meters[charge.meter].name}` cuts", charge.origin
        case "price" | "derivation":
            return "the rates cut", None
        case "value":
            return "the values of dimensions cut", None
        case "refusal":
            return "the refusals cut", None
        case "free":
            return "the lines with `free` cut", None
        case _:
            return "the rules cut", None


@define(eq=False, repr=False)
class _Picks:
    """What decides in each diagram, of the lines that hold."""

    book: Book
    _prices: Pick | None = None
    _derivations: Pick | None = None

    def __attrs_post_init__(self) -> None:
        self._prices = _highest([price.rank for price in self.book.prices])
        self._derivations = _highest([line.rank for line in self.book.derivations])

    def of(self, slot: Slot) -> Pick | None:
        """The lines that decide, of those that hold in a leaf; None where all of them do."""
        match slot.group:
            case "value" | "meter":
                return _any
            case "refusal" | "free":
                return _first
            case "modifier":
                return _decided_by(self.book.modifiers[slot.index])
            case "exclusion":
                return _unless_allowed
            case "price":
                return self._prices
            case "derivation":
                return self._derivations
            case "charge":
                return _first if slot.part == FREE else None
            case _:
                return None


def _highest(ranks: Sequence[int]) -> Pick | None:
    """Of the lines that hold, the one of the highest rank."""
    if len({*ranks}) < 2:  # so that no two hold at once
        return None

    def pick(tags: Any) -> Tags:
        return (max(tags, key=lambda tag: ranks[tag]),) if tags else ()

    return pick


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
    """The scopes that look at sides of thresholds. The tier of a ladder does not count: a request
    at its first tier may have units in any.
    """
    first = first_sum(book.dimensions)
    tiers = {axis_of(n) for n, found in enumerate(book.dimensions) if found.ladder is not None}
    parted = (
        (
            tuple(part for part in scope if part[0] < first and part[0] not in tiers),
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
    return any(modifier.lines[tag].outcome in EFFECTS for tag in leaf)


def effective(modifier: Modifier) -> frozenset[int]:
    """The lines of a modifier that change a price, by their tags."""
    lines = enumerate(modifier.lines)
    return frozenset(tag for tag, line in lines if line.outcome in EFFECTS)


def not_refused_by(modifier: Modifier, root: int) -> Constraint:
    """That a modifier, whose diagram is given, does not refuse."""
    refusing = (tag for tag, line in enumerate(modifier.lines) if line.outcome == "refuse")
    return root, Apart(frozenset(refusing))


def _unless_allowed(tags: Any) -> Tags:
    """Where an exclusion (tag 0) holds and nothing allows the pair."""
    return YES if tags and tags[0] == 0 and len(tags) == 1 else NO


def where_excluded(
    forest: Forest[Leaf],
    exclusion: Exclusion,
    root: int,
    modifiers: Sequence[Modifier],
    decided: Sequence[int],
) -> int:
    """Where an exclusion, which holds where `root` says so, meets both modifiers in effect."""
    sides = exclusion.sides
    effects = tuple(effective(modifiers[side]) for side in sides)
    return forest.combine([root, *(decided[side] for side in sides)], _BothInEffect(effects))


@frozen
class _BothInEffect(ByValue):
    """That an exclusion holds, and each of its modifiers has a line of some tags."""

    effects: tuple[frozenset[int], ...]

    def __call__(self, leaves: tuple[Any, ...]) -> Leaf:
        pairs = zip(self.effects, leaves[1:], strict=True)
        both = all(not effect.isdisjoint(leaf) for effect, leaf in pairs)
        return YES if both and leaves[0] == YES else NO
