"""Lines that never decide:
whatever a book says is said of some request that exists and that nothing else decides first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import frozen

from pricelang.check.draft import Draft, span_of
from pricelang.model import book as m
from pricelang.model.boxes import TooManyPieces
from pricelang.model.space import day, meet, points
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

Rule = tuple[m.Scope, m.Origin]
Places = tuple[tuple[Span, str], ...]


@frozen
class Dead:
    """Why a line never decides, and where that is from."""

    why: str
    places: Places = ()


class Reach:
    """Which scopes hold a request that exists, in a book whose names and rules are read."""

    def __init__(self, draft: Draft, refusals: Sequence[m.Remark]) -> None:
        self.draft = draft
        self._layers = {
            statement.span.file: number
            for number, layer in enumerate(draft.layers)
            for statement in layer.statements
        }
        self._refusals = [(remark.scope, remark.origin) for remark in refusals]
        self._offered = [
            draft.space.since_release(index) for index in range(len(draft.space.models))
        ]
        self._all = (1 << len(self._offered)) - 1

    def layer(self, origin: m.Origin) -> int:
        """The number of the book of the layers in which something stands."""
        return self._layers.get(origin.file, 0)

    def refusals(self, origin: m.Origin) -> list[Rule]:
        """The refusals of a line's own book and of those below:
        what a contract refuses is no fault of the list.
        """
        return [rule for rule in self._refusals if self.layer(rule[1]) <= self.layer(origin)]

    def dead(
        self, scopes: Sequence[m.Scope], origin: m.Origin, before: Sequence[Rule] = ()
    ) -> Dead | None:
        """Why a line that holds in some scopes never decides, or None;
        `before` are the lines that decide before it.
        """
        hiders = [
            rule
            for rule in (*before, *self.refusals(origin))
            if any(meet(rule[0], scope) is not None for scope in scopes)
        ]
        if not hiders and any(self._plainly(scope) for scope in scopes):
            return None
        space = self.draft.space
        if space.exists(scopes, [scope for scope, _ in hiders]):
            return None
        if space.exists(scopes):
            return Dead(
                "other lines decide all that it covers",
                tuple((span_of(other), "decides before it") for _, other in hiders[:2]),
            )
        return Dead(
            "no request that exists is in its scope",
            tuple(itertools.islice(self._releases(scopes), 1)),
        )

    def _plainly(self, scope: m.Scope) -> bool:
        """Whether a scope of models and dates alone holds a request:
        that of a model on offer, with all defaults.
        """
        masks = dict(scope)
        models, dates = masks.pop(m.MODELS, -1), masks.pop(m.DATES, -1)
        return not masks and any(
            self._offered[index] & dates for index in points(models & self._all)
        )

    def _releases(self, scopes: Sequence[m.Scope]) -> Iterator[tuple[Span, str]]:
        """The models of scopes that end before these are released."""
        for scope in scopes:
            masks = dict(scope)
            for index in points(masks.get(m.MODELS, 0) & self._all):
                if not masks.get(m.DATES, -1) & self._offered[index]:
                    model = self.draft.space.models[index]
                    yield span_of(model.origin), f"released on {day(model.released)}"


def check_reach(
    draft: Draft,
    reach: Reach,
    *,
    prices: Sequence[m.Price],
    derivations: Sequence[m.Derivation],
    charges: Sequence[m.Charge],
    limits: Sequence[m.Limit],
    remarks: Sequence[tuple[str, Sequence[m.Remark]]],
    refusals: Sequence[m.Remark],
    roundings: Sequence[m.Rounding],
    conversions: Sequence[m.Conversion],
) -> None:
    """Adds a fault for each line, but those of modifiers and exclusions, that decides nothing for
    any request that exists, and for each two that give other reasons for one request, between which
    the order of a file would decide.
    """
    if not draft.space.models:
        return
    alone = Reach(draft, ())  # a value that is refused with a reason is no dead one
    passes: list[tuple[str, Callable[[], None]]] = [
        ("the aliases", lambda: _aliases(draft)),
        ("the values of dimensions", lambda: _values(draft, alone)),
        ("the meters", lambda: _meters(draft, alone)),
        ("the rates", lambda: _rates(draft, reach, prices)),
        ("the derivations", lambda: _derivations(draft, reach, prices, derivations)),
        ("the charges", lambda: _charges(draft, reach, charges)),
        (
            "the refusals",
            lambda: _given(
                draft, alone, "a refusal", [([remark.scope], remark.origin) for remark in refusals]
            ),
        ),
        ("the limits", lambda: _limits(draft, reach, limits)),
        ("notes and the like", lambda: _remarks(draft, reach, remarks, roundings, conversions)),
    ]
    for what, look in passes:
        try:
            look()
        except TooManyPieces:
            draft.fault(
                "too_large",
                f"{what} cut the requests into too many pieces to decide",
                draft.layers[-1].header.span,
            )


def _say(draft: Draft, what: str, dead: Dead | None, origin: m.Origin) -> None:
    if dead is not None:
        draft.fault(
            "never_decides",
            f"{what} never decides: {dead.why}",
            span_of(origin),
            None,
            *dead.places,
        )


# ---- names ---------------------------------------------------------------------------------------


def _aliases(draft: Draft) -> None:
    for alias in draft.aliases:
        model = draft.space.models[alias.model]
        if alias.end is not None and alias.end <= model.released:
            dead = Dead(
                f"it ends before `{model.name}` is released",
                ((span_of(model.origin), f"released on {day(model.released)}"),),
            )
            _say(draft, f"the alias `{alias.name}`", dead, alias.origin)


def _values(draft: Draft, reach: Reach) -> None:
    """The lines of a value, but for those by which a contract allows more."""
    allowed = {statement.span for _, statement in draft.statements(t.AllowValue)}
    for number, dimension in enumerate(draft.space.dimensions):
        for index, value in enumerate(dimension.values):
            offers = [
                offer
                for offer in value.offers
                if not any(_within(offer.origin, span) for span in allowed)
            ]
            kept = list(offers)
            for offer in reversed(offers):
                others = [(other.scope, other.origin) for other in kept if other is not offer]
                scope = meet(offer.scope, ((2 + number, 1 << index),))
                dead = reach.dead([scope] if scope is not None else [], offer.origin, others)
                _say(draft, f"a line of {dimension.name} `{value.name}`", dead, offer.origin)
                if dead is not None:
                    kept.remove(offer)


def _within(origin: m.Origin, span: Span) -> bool:
    return (origin.file, origin.line, origin.column) == (span.file, span.line, span.column)


def _meters(draft: Draft, reach: Reach) -> None:
    for meter in draft.meters:
        _say(
            draft,
            f"the meter `{meter.name}`",
            reach.dead([offer.scope for offer in meter.offers], meter.origin),
            meter.origin,
        )


# ---- prices --------------------------------------------------------------------------------------


def _offered(draft: Draft, meter: int, scopes: Iterable[m.Scope]) -> list[m.Scope]:
    """The parts of scopes in which a meter is offered."""
    shared = (meet(scope, offer.scope) for scope in scopes for offer in draft.meters[meter].offers)
    return [scope for scope in shared if scope is not None]


def _rates(draft: Draft, reach: Reach, prices: Sequence[m.Price]) -> None:
    """Rows of rates, cell by cell; a row of which no cell decides is one fault.
    What says `instead of` hides nothing.
    """
    rows: dict[tuple[str, int], list[m.Price]] = {}
    for price in prices:
        if price.kind != "absent":
            rows.setdefault((price.origin.file, price.origin.line), []).append(price)
    for cells in rows.values():
        found = [
            reach.dead(_offered(draft, cell.meter, [cell.scope]), cell.origin) for cell in cells
        ]
        model = draft.space.models[cells[0].model].name
        if all(dead is not None for dead in found):
            whole = reach.dead([cell.scope for cell in cells], cells[0].origin) or Dead(
                "its meters are not offered while it holds"
            )
            _say(draft, f"the row of `{model}`", whole, cells[0].origin)
            continue
        for cell, dead in zip(cells, found, strict=True):
            _say(
                draft,
                f"the price of `{draft.meters[cell.meter].name}` for `{model}`",
                dead,
                cell.origin,
            )


def _derivations(
    draft: Draft, reach: Reach, prices: Sequence[m.Price], derivations: Sequence[m.Derivation]
) -> None:
    """Derivations of prices that are derived, or that a published figure stands instead of."""
    for line in derivations:
        rows = [
            price.scope
            for price in prices
            if price.meter == line.meter
            and (price.kind == "derived" or price.instead_of is not None)
        ]
        own = [scope for scope in (meet(row, line.scope) for row in rows) if scope is not None]
        before = [
            (x.scope, x.origin)
            for x in derivations
            if x.meter == line.meter and x.special and not line.special
        ]
        name = draft.meters[line.meter].name
        if not rows or (not own and reach.dead([line.scope], line.origin) is None):
            _say(
                draft,
                f"a derivation of `{name}`",
                Dead(f"no price of `{name}` is derived there"),
                line.origin,
            )
        else:
            _say(
                draft,
                f"a derivation of `{name}`",
                reach.dead(_offered(draft, line.meter, own or [line.scope]), line.origin, before),
                line.origin,
            )


def _charges(draft: Draft, reach: Reach, charges: Sequence[m.Charge]) -> None:
    """Lines of charges; a price that a contract amended in part stands in several pieces."""
    for charge in charges:
        name, offers = draft.meters[charge.meter].name, draft.meters[charge.meter].offers
        if not draft.space.exists([offer.scope for offer in offers]):
            continue  # which is said of the meter
        free = [(offer.scope, offer.origin) for offer in charge.free]
        for what, lines in (
            ("price", charge.prices),
            ("minimum", charge.minimums),
            ("pool", charge.pools),
        ):
            pieces: dict[m.Origin, list[m.Scope]] = {}
            for line in lines:
                pieces.setdefault(line.origin, []).append(line.scope)
            for origin, scopes in pieces.items():
                own = [rule for rule in free if reach.layer(rule[1]) <= reach.layer(origin)]
                _say(
                    draft,
                    f"a {what} of `{name}`",
                    reach.dead(_offered(draft, charge.meter, scopes), origin, own),
                    origin,
                )
        _given(
            draft,
            reach,
            f"a `free` of `{name}`",
            [(_offered(draft, charge.meter, [x]), y) for x, y in free],
        )


def _limits(draft: Draft, reach: Reach, limits: Sequence[m.Limit]) -> None:
    for limit in limits:
        for row in limit.lines:
            _say(
                draft, f"a line of `{limit.name}`", reach.dead([row.scope], row.origin), row.origin
            )


# ---- statements of their own ---------------------------------------------------------------------


def _remarks(
    draft: Draft,
    reach: Reach,
    remarks: Sequence[tuple[str, Sequence[m.Remark]]],
    roundings: Sequence[m.Rounding],
    conversions: Sequence[m.Conversion],
) -> None:
    for what, found in remarks:
        if what == "a note":  # all notes that hold are told
            for remark in found:
                _say(draft, what, reach.dead([remark.scope], remark.origin), remark.origin)
        else:
            _given(draft, reach, what, [([remark.scope], remark.origin) for remark in found])
    for rounding in roundings:
        _say(
            draft,
            f"a rounding of `{rounding.stage}`",
            reach.dead([rounding.scope], rounding.origin),
            rounding.origin,
        )
    for conversion in conversions:
        _say(
            draft,
            f"a conversion to {conversion.currency}",
            reach.dead([conversion.scope], conversion.origin),
            conversion.origin,
        )


def _given(
    draft: Draft, reach: Reach, what: str, lines: Sequence[tuple[list[m.Scope], m.Origin]]
) -> None:
    """Lines of one kind that say why: each decides something,
    and no two of one book give two reasons for one request.
    """
    kept = list(lines)
    for line in reversed(lines):
        scopes, origin = line
        others = [
            (scope, other)
            for scopes_of, other in kept
            for scope in scopes_of
            if other is not origin
            and reason(other) == reason(origin)
            and reach.layer(other) <= reach.layer(origin)
        ]
        dead = reach.dead(scopes, origin, others)
        _say(draft, what, dead, origin)
        if dead is not None:
            kept.remove(line)
    for number, (scopes, origin) in enumerate(lines):
        for others_of, other in lines[:number]:
            if reason(origin) != reason(other) and reach.layer(origin) == reach.layer(other):
                shared = [
                    both for x in scopes for y in others_of if (both := meet(x, y)) is not None
                ]
                witness = draft.space.admitted(shared, [hole for hole, _ in reach.refusals(origin)])
                if witness is not None:
                    draft.fault(
                        "overlap",
                        f"{what} gives another reason for a request than one before it",
                        span_of(origin),
                        f"such a request: {draft.space.describe(witness)}",
                        (span_of(other), "the other"),
                    )
                    break


def reason(origin: m.Origin) -> tuple[str | None, str | None, str | None]:
    """What a reader is told of why a line holds."""
    return origin.because, origin.source, origin.unsure
