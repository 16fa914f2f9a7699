"""The diagrams of two books side by side, group by group, and the state of each request by both."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Any, TypeAlias, assert_never, get_args

from attrs import define, field

from pricelang.model.diagrams import Group, Stopping, reach_of
from pricelang.verify.diff.align import NOTHING, UNUSABLE, ModifierOutcome, bounds_on
from pricelang.verify.diff.aligned_space import NO, NO_LIMIT, YES, Joint, Leaf, TooLarge
from pricelang.verify.diff.box_walks import leaves_of
from pricelang.verify.diff.existence import (
    exclusions,
    existing,
    free,
    refusals,
    released,
    values,
    values_of_both,
)
from pricelang.verify.diff.listed_prices import charge_terms, prices
from pricelang.verify.diff.semantics import BookSemantics
from pricelang.verify.diff.stack_outcomes import (
    bounds,
    extras,
    limits,
    notes,
    outcomes,
    roundings,
    whole_effects,
)
from pricelang.verify.diff.states import request_state, unreleased

Pair: TypeAlias = tuple[int, int]
"""What the older and the newer book say of one thing."""

BOOK = ""
"""The name of the one diagram of a group that a book has one of."""


def diagrams_of(meaning: BookSemantics, group: Group) -> Mapping[Any, int]:
    """The diagrams of a group by name, where one book has them. Raises `TooLarge`."""
    match group:
        case "value":
            return values(meaning)
        case "meter" | "derivation":
            return {}  # the prices are where a meter is offered, and what they derive from
        case "price":
            return prices(meaning)
        case "charge":
            return charge_terms(meaning)
        case "refusal":
            return {BOOK: refusals(meaning)}
        case "modifier":
            return outcomes(meaning)
        case "exclusion":
            return exclusions(meaning)
        case "free":
            return {BOOK: free(meaning)}
        case "limit":
            return limits(meaning)
        case "rounding":
            return roundings(meaning)
        case "note":
            return notes(meaning)
        case _:
            return {BOOK: whole_effects(meaning, group)}


def leaf_without(group: Group) -> Leaf:
    """What a book says of a thing that only the other book names."""
    match group:
        case "value" | "meter" | "refusal" | "exclusion" | "free" | "note":
            return NO
        case "price" | "derivation":
            return UNUSABLE
        case "modifier":
            return NOTHING
        case "rounding":
            return None
        case _:
            return ()


@define(eq=False, repr=False)
class JointRules:
    """The diagrams of two books, those of the newer under the names of the older,
    and what they come to together.

    `state` is that of each request by both books (`RequestState`). `undecided` is set where
    something was too large to work out; what is then reported may cancel out. `open_state` says
    that of the state.
    """

    old: BookSemantics
    new: BookSemantics
    undecided: bool = field(default=False, init=False)
    state: int = field(init=False)
    open_state: bool = field(init=False)
    known: dict[Hashable, int] = field(factory=dict, init=False)
    _own: dict[Group, tuple[Mapping[Any, int], Mapping[Any, int]]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.state = self._state()
        self.open_state = self.undecided

    @property
    def joint(self) -> Joint:
        """The space."""
        return self.old.joint

    # ---- group by group ----

    def own(self, group: Group) -> tuple[Mapping[Any, int], Mapping[Any, int]]:
        """What each book has of a group, in its own order."""
        if group not in self._own:
            self._own[group] = (
                values_of_both(self.old, self.new)
                if group == "value"
                else (diagrams_of(self.old, group), diagrams_of(self.new, group))
            )
        return self._own[group]

    def pairs(self, group: Group) -> dict[Any, Pair]:
        """What both books have of a group, by name."""
        old, new = self.own(group)
        nothing = self.joint.leaf(leaf_without(group))
        return {name: (old.get(name, nothing), new.get(name, nothing)) for name in {**old, **new}}

    def pair(self, group: Group) -> Pair:
        """The two diagrams of a group that a book has one of."""
        return self.pairs(group)[BOOK]

    def attempt(self, made: Callable[[], int], instead: Callable[[], int]) -> int:
        """A diagram, or another where it is too large to work out."""
        try:
            return made()
        except TooLarge:
            self.undecided = True
            return instead()

    def once(self, key: Hashable, made: Callable[[], int], instead: Callable[[], int]) -> int:
        """A diagram that is asked for several times, attempted when it is first."""
        if key not in self.known:
            self.known[key] = self.attempt(made, instead)
        return self.known[key]

    # ---- the state of a request ----

    def _state(self) -> int:
        joint = self.joint
        either = joint.all_of([released(self.old), released(self.new)])
        was, now = (self._existing(side) for side in (0, 1))
        kept, keeps = (self._refused(side) for side in (0, 1))
        return joint.combine(
            [either, was, now, kept, keeps],
            lambda leaves: request_state(
                leaves[1] == YES, leaves[2] == YES, leaves[3] == NO, leaves[4] == NO
            ),
            unreleased,
            most=NO_LIMIT,
        )

    def _existing(self, side: int) -> int:
        meaning = (self.old, self.new)[side]
        return self.once(
            ("existing", side),
            lambda: existing(meaning, self.own("value")[side]),
            lambda: self.joint.leaf(YES),
        )

    def _refused(self, side: int) -> int:
        """Where any rule of a book refuses;
        where that is too large to work out, only where `refuse` itself does.
        """
        groups: tuple[Stopping, ...] = get_args(Stopping)
        return self.once(
            ("refused", side),
            lambda: self.joint.any_of(
                root for group in groups for root in self._refusing(group, side)
            ),
            lambda: self.own("refusal")[side][BOOK],
        )

    def _refusing(self, group: Stopping, side: int) -> list[int]:
        """Where the rules of a group refuse a request."""
        match group:
            case "refusal" | "exclusion":
                return list(self.own(group)[side].values())
            case "modifier":
                roots = self.own(group)[side].values()
                return [self.joint.map(root, _refuses) for root in roots]
            case "value" | "meter" | "price":
                return []  # whether the request exists, and what it pays
            case _:
                assert_never(group)

    @cached_property
    def priced(self) -> Pair:
        """Where each book prices a request (yes or no)."""
        was, now = (self._priced(side) for side in (0, 1))
        return was, now

    def _priced(self, side: int) -> int:
        roots = [released((self.old, self.new)[side]), self._existing(side), self._refused(side)]
        return self.joint.combine(
            roots,
            lambda leaves: YES if leaves == (YES, YES, NO) else NO,
            lambda leaf: NO if leaf == NO else None,
            most=NO_LIMIT,
        )

    @cached_property
    def billed(self) -> int:
        """Where either book bills a request as a whole (yes or no)."""
        return self.joint.combine(
            self.pair("free"), lambda leaves: YES if NO in leaves else NO, most=NO_LIMIT
        )

    @cached_property
    def only_factors(self) -> bool:
        """Decides whether unit prices are nothing but products, by both books."""
        return all(self.multiplied(meter) for meter in self.pairs("price"))

    def multiplied(self, meter: str) -> bool:
        """Decides whether the unit price of a meter is nothing but a product, by both books."""
        return all(self._only_multiplies(group, meter) for group in get_args(Group))

    def _only_multiplies(self, group: Group, meter: str) -> bool:
        match group:
            case "modifier":
                adds = (name for leaf in self._leaves(group) for name, _ in leaf.adds)
                return meter not in adds
            case "limit":
                return not any(bounds_on(meter, leaf) for leaf in self._leaves(group))
            case "rounding":
                nothing = self.joint.leaf(leaf_without(group))
                return self.pairs(group)["unit_price"] == (nothing, nothing)
            case "price" | "derivation" | "charge" | "free":
                return True
            case _:
                return reach_of(group) != "unit price"

    def _leaves(self, group: Group) -> list[Any]:
        roots = {root for pair in self.pairs(group).values() for root in pair}
        return [leaf for root in roots for leaf in leaves_of(self.joint, root)]

    # ---- what several rules come to together ----

    def extras_differ(self) -> int:
        """Where requests pay other amounts per request, by whatever modifiers (yes or no)."""
        return self._together(
            "extras", lambda side: extras(self.joint, self.own("modifier")[side].values())
        )

    def bounds_differ(self) -> int:
        """Where other floors and caps hold for requests or accounts, by whatever limits."""
        return self._together(
            "bounds", lambda side: bounds(self.joint, self.own("limit")[side].values())
        )

    def _together(self, what: str, made: Callable[[int], int]) -> int:
        return self.once(
            what,
            lambda: self.joint.combine(
                [made(0), made(1)], lambda leaves: NO if leaves[0] == leaves[1] else YES
            ),
            lambda: self.joint.leaf(YES),
        )


def _refuses(outcome: ModifierOutcome) -> str:
    return YES if outcome.kind == "refuse" else NO
