"""The requests that reach the lines of a book, and the reason why a line never decides.

A line is alive where it is in a leaf that a request reaches; one that is in none is asked about by
itself, for the reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from attrs import define, field, frozen

from pricelang.check.draft import Draft, span_of
from pricelang.compile.decisions import Compiled, Tags
from pricelang.model import book as m
from pricelang.model.requests import Requests, is_no
from pricelang.model.space import day, meet
from pricelang.solver.answers import Apart
from pricelang.solver.axis_parts import positions
from pricelang.solver.witness_search import Constraint
from pricelang.syntax.diagnostics import Span

Rule = tuple[m.Scope, m.Origin]
Line = tuple[list[m.Scope], m.Origin]
"""The parts in which a line holds, and where it stands."""
Places = tuple[tuple[Span, str], ...]


@frozen
class Dead:
    """Why a line never decides, where that is from, and what to do.
    It is a warning where names and dates alone would let it decide.
    """

    why: str
    places: Places = ()
    severity: str = "error"
    help: str | None = None


@define(eq=False, repr=False)
class Reach:
    """The requests that exist and reach the lines of a book whose names and rules are read.
    What a contract refuses is no fault of the list: a line's own book and those below count.
    """

    draft: Draft
    book: m.Book
    compiled: Compiled
    requests: Requests = field(init=False)
    _layers: dict[str, int] = field(init=False)
    _let_through: dict[int, Constraint] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.requests = self.draft.requests
        self._layers = {
            statement.span.file: number
            for number, layer in enumerate(self.draft.layers)
            for statement in layer.statements
        }

    @property
    def held(self) -> m.Decisions:
        """The diagrams of all lines that hold."""
        return self.compiled.held

    @property
    def decided(self) -> m.Decisions:
        """The diagrams of the lines that decide."""
        return self.compiled.decided

    def layer(self, origin: m.Origin) -> int:
        """The number of the book of the layers in which something stands."""
        return self._layers.get(origin.file, 0)

    def refusals(self, layer: int) -> list[m.Remark]:
        """The refusals of a book of the layers and of those below."""
        return [rule for rule in self.book.refusals if self.layer(rule.origin) <= layer]

    def let_through(self, layer: int) -> Constraint:
        """That a request exists, and no refusal up to a layer holds."""
        found = self._let_through.get(layer)
        if found is None:
            found = self._let_through[layer] = self.requests.all_of(
                [self.requests.existing, self._unrefused(layer)]
            )
        return found

    def _unrefused(self, layer: int) -> Constraint:
        rules = enumerate(self.book.refusals)
        refused = frozenset(tag for tag, rule in rules if self.layer(rule.origin) <= layer)
        return self.held.refusals, Apart(refused)

    def leaves(self, root: int, layer: int, *constraints: Constraint) -> frozenset[Tags]:
        """The leaves of a diagram that requests reach which are let through."""
        return self.requests.reached(root, [*constraints, self.let_through(layer)])

    def dead(
        self, scopes: Sequence[m.Scope], layer: int, before: Sequence[Rule] = ()
    ) -> Dead | None:
        """Why a line that holds in some scopes never decides, or None;
        `before` are the lines that decide before it.
        """
        requests = self.requests
        inside = requests.within(*scopes)
        hiders: Constraint = requests.union(scope for scope, _ in before), is_no
        if requests.find([inside, hiders, self.let_through(layer)]) is not None:
            return None
        by_name = requests.find([inside, hiders, self._unrefused(layer), requests.named])
        severity = "error" if by_name is None else "warning"
        if requests.find([inside, requests.existing]) is None:
            released = tuple(itertools.islice(self._releases(scopes), 1))
            return Dead(
                "no request that exists is in its scope"
                if by_name is None
                else "no hours and quantities put a request in its scope",
                released,
                severity,
                "it holds before that day alone: mend one of the two days" if released else None,
            )
        rules = (*before, *((rule.scope, rule.origin) for rule in self.refusals(layer)))
        meeting = (
            origin
            for other, origin in rules
            if any(meet(other, scope) is not None for scope in scopes)
        )
        return Dead(
            "other lines decide all that it covers",
            tuple((span_of(one), "decides before it") for one in itertools.islice(meeting, 2)),
            severity,
        )

    def _releases(self, scopes: Sequence[m.Scope]) -> Iterator[tuple[Span, str]]:
        """The models of scopes that end before these are released."""
        space = self.draft.space
        everywhere = (1 << len(space.models)) - 1
        for scope in scopes:
            masks = dict(scope)
            for index in positions(masks.get(m.MODELS, 0) & everywhere):
                if not masks.get(m.DATES, -1) & space.since_release(index):
                    model = space.models[index]
                    yield span_of(model.origin), f"released on {day(model.released)}"

    def offered(self, meter: int, scopes: Iterable[m.Scope]) -> list[m.Scope]:
        """The parts of scopes in which a meter is offered."""
        offers = self.book.meters[meter].offers
        shared = (meet(scope, offer.scope) for scope in scopes for offer in offers)
        return [scope for scope in shared if scope is not None]

    def say(self, what: str, dead: Dead | None, origin: m.Origin) -> None:
        """Adds the fault of a line that never decides."""
        if dead is not None:
            self.draft.fault(
                "never_decides",
                f"{what} never decides: {dead.why}",
                span_of(origin),
                dead.help,
                *dead.places,
                severity=dead.severity,
            )


def scopes_and_origins(found: Iterable[m.Offer | m.ChargePrice | m.ChargeQuantity]) -> list[Rule]:
    """Where lines hold, and where they stand."""
    return [(rule.scope, rule.origin) for rule in found]


def reason(origin: m.Origin) -> tuple[str | None, str | None, str | None]:
    """What a reader is told of why a line holds."""
    return origin.because, origin.source, origin.unsure
