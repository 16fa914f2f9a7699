"""Lines that move no cent because every request that they decide is free."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from functools import partial

from attrs import define

from pricelang.check.draft import span_of
from pricelang.compile.decisions import Tags, strongest
from pricelang.compile.reach import Reach, Rule, scopes_and_origins
from pricelang.model import book as m
from pricelang.model.diagrams import MINIMUM, POOL
from pricelang.model.requests import is_yes
from pricelang.model.space import meet
from pricelang.solver.answers import Apart
from pricelang.solver.witness_search import Constraint


def check_free_lines(reach: Reach) -> None:
    """Adds a fault for each line that changes an amount, of requests that are free alone. A rate
    stands where a model must have one, and a modifier that excludes may still refuse.
    """
    if reach.book.free:
        _check_modifiers(reach)
        _check_charges(reach)
        _check_limits(reach)


def _check_modifiers(reach: Reach) -> None:
    book = reach.book
    excluding = {side for exclusion in book.exclusions for side in exclusion.sides}
    for index, modifier in enumerate(book.modifiers):
        if index not in excluding:
            lines = {n: (x.scope, x.origin) for n, x in enumerate(modifier.lines) if _moves(x)}
            deciding = partial(strongest, modifier)
            what = f"the line of `{modifier.name}`"
            _Lines(reach, what, reach.held.modifiers[index], lines, deciding).check()


def _check_charges(reach: Reach) -> None:
    book = reach.book
    for roots, charge in zip(reach.decided.charges, book.charges, strict=True):
        offered: Constraint = reach.decided.meters[charge.meter], is_yes
        name = book.meters[charge.meter].name
        minimums = dict(enumerate(scopes_and_origins(charge.minimums)))
        pools = dict(enumerate(scopes_and_origins(charge.pools)))
        for part, some in ((MINIMUM, minimums), (POOL, pools)):
            what = f"a {'minimum' if part == MINIMUM else 'pool'} of `{name}`"
            _Lines(reach, what, roots[part], some, constraints=(offered,)).check()


def _check_limits(reach: Reach) -> None:
    for root, limit in zip(reach.decided.limits, reach.book.limits, strict=True):
        # an account owes its floor for requests that cost nothing too
        rows = [(n, x) for n, x in enumerate(limit.lines) if x.target != "account"]
        lines = {n: (x.scope, x.origin) for n, x in rows}
        _Lines(reach, f"a line of `{limit.name}`", root, lines).check()


def _moves(line: m.ModifierLine) -> bool:
    return bool(line.factors or line.amount)


@define(eq=False, repr=False)
class _Lines:
    """The lines of a diagram that change amounts, by their tags; `deciding` are those of a leaf."""

    reach: Reach
    what: str
    root: int
    lines: dict[int, Rule]
    deciding: Callable[[Tags], Iterable[int]] = lambda leaf: leaf
    constraints: tuple[Constraint, ...] = ()

    def check(self) -> None:
        """Reports the lines that decide for free requests, and for no other."""
        layers: dict[int, list[m.Origin]] = {}
        for origin in dict.fromkeys(origin for _, origin in self.lines.values()):
            layers.setdefault(self.reach.layer(origin), []).append(origin)
        for layer, own in layers.items():
            rules = enumerate(self.reach.book.free)
            free = {tag: x for tag, x in rules if self.reach.layer(x.origin) <= layer}
            paid: Constraint = self.reach.held.free, Apart(frozenset(free))
            gone = self.reached(layer) - self.reached(layer, paid)
            for origin in own:
                if origin in gone:
                    self.say(origin, free.values())

    def reached(self, layer: int, *more: Constraint) -> set[m.Origin]:
        """The lines that decide for some request."""
        leaves = self.reach.leaves(self.root, layer, *self.constraints, *more)
        tags = itertools.chain.from_iterable(map(self.deciding, leaves))
        return {self.lines[tag][1] for tag in tags if tag in self.lines}

    def say(self, origin: m.Origin, free: Iterable[m.Remark]) -> None:
        """Adds the fault of a line, beside a rule that makes requests of it free."""
        scopes = [scope for scope, known in self.lines.values() if known == origin]
        met = (x for x in free if any(meet(x.scope, scope) is not None for scope in scopes))
        self.reach.draft.fault(
            "never_decides",
            f"{self.what} never decides: every request that it covers is free",
            span_of(origin),
            None,
            *((span_of(rule.origin), "makes them free") for rule in itertools.islice(met, 1)),
        )
