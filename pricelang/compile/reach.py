"""Lines that never decide:
whatever a book says is said of some request that exists and that nothing else decides first.

A line is alive where it is in a leaf that a request reaches; one that is in none is asked about by
itself, for the reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from attrs import define, evolve, field, frozen

from pricelang.check.draft import Draft, span_of
from pricelang.compile.decisions import LinesThatHold, Tags
from pricelang.model import book as m
from pricelang.model.requests import NO, Requests, is_no, is_yes
from pricelang.model.space import day, meet, points
from pricelang.solver.witness_search import Constraint
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

Rule = tuple[m.Scope, m.Origin]
Line = tuple[list[m.Scope], m.Origin]
"""The parts in which a line holds, and where it stands."""
Places = tuple[tuple[Span, str], ...]


@frozen
class Dead:
    """Why a line never decides, and where that is from.
    It is a warning where names and dates alone would let it decide.
    """

    why: str
    places: Places = ()
    severity: str = "error"


@define(eq=False, repr=False)
class Reach:
    """The requests that exist and reach the lines of a book whose names and rules are read.
    What a contract refuses is no fault of the list: a line's own book and those below count.
    """

    draft: Draft
    book: m.Book
    held: LinesThatHold
    decided: m.Decisions
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
        refused = {
            tag for tag, rule in enumerate(self.book.refusals) if self.layer(rule.origin) <= layer
        }
        return self.held.refusals, refused.isdisjoint

    def leaves(self, root: int, layer: int, *constraints: Constraint) -> set[Tags]:
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
            return Dead(
                "no request that exists is in its scope"
                if by_name is None
                else "no hours and quantities put a request in its scope",
                tuple(itertools.islice(self._releases(scopes), 1)),
                severity,
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
            for index in points(masks.get(m.MODELS, 0) & everywhere):
                if not masks.get(m.DATES, -1) & space.since_release(index):
                    model = space.models[index]
                    yield span_of(model.origin), f"released on {day(model.released)}"

    def say(self, what: str, dead: Dead | None, origin: m.Origin) -> None:
        """Adds the fault of a line that never decides."""
        if dead is not None:
            self.draft.fault(
                "never_decides",
                f"{what} never decides: {dead.why}",
                span_of(origin),
                None,
                *dead.places,
                severity=dead.severity,
            )


def check_reach(reach: Reach) -> None:
    """Adds a fault for each line, but those of modifiers and exclusions, that decides nothing for
    any request that exists, and for each two that give other reasons for one request, between which
    the order of a file would decide.
    """
    if not reach.book.models:
        return
    book, held, decided = reach.book, reach.held, reach.decided
    # a value that is refused with a reason is no dead one
    alone = Reach(reach.draft, evolve(book, refusals=()), held, decided)
    reach.draft.deciding("the rules cut", reach.draft.layers[-1].header.span)
    _aliases(reach)
    _values(alone)
    _meters(alone)
    _rates(reach)
    _derivations(reach)
    _charges(reach)
    _given(alone, "a refusal", held.refusals, _whole(book.refusals))
    for limit, root in zip(book.limits, decided.limits, strict=True):
        _each(reach, root, [(f"a line of `{limit.name}`", row) for row in limit.lines])
    _given(reach, "a `free`", held.free, _whole(book.free))
    _each(reach, decided.notes, [("a note", note) for note in book.notes])
    _each(
        reach, decided.roundings, [(f"a rounding of `{one.stage}`", one) for one in book.roundings]
    )
    _each(
        reach,
        decided.conversions,
        [(f"a conversion to {one.currency}", one) for one in book.conversions],
    )


def _rules(found: Iterable[m.Offer | m.ChargePrice | m.ChargeQuantity]) -> list[Rule]:
    return [(rule.scope, rule.origin) for rule in found]


def _whole(found: Iterable[m.Remark]) -> list[Line]:
    return [([rule.scope], rule.origin) for rule in found]


def _each(
    reach: Reach,
    root: int,
    rules: Sequence[tuple[str, m.LimitLine | m.Remark | m.Rounding | m.Conversion]],
) -> None:
    """Lines of one diagram that hold whatever others say."""
    reached: dict[int, set[int]] = {}
    for tag, (what, rule) in enumerate(rules):
        layer = reach.layer(rule.origin)
        if layer not in reached:
            reached[layer] = {*itertools.chain(*reach.leaves(root, layer))}
        if tag not in reached[layer]:
            reach.say(what, reach.dead([rule.scope], layer), rule.origin)


# ---- names ---------------------------------------------------------------------------------------


def _aliases(reach: Reach) -> None:
    for alias in reach.book.aliases:
        model = reach.book.models[alias.model]
        if alias.end is not None and alias.end <= model.released:
            dead = Dead(
                f"it ends before `{model.name}` is released",
                ((span_of(model.origin), f"released on {day(model.released)}"),),
            )
            reach.say(f"the alias `{alias.name}`", dead, alias.origin)


def _values(reach: Reach) -> None:
    """The lines of a value, but for those by which a contract allows more."""
    allowed = {
        (span.file, span.line, span.column)
        for _, statement in reach.draft.statements(t.AllowValue)
        for span in (statement.span,)
    }
    requests = reach.requests
    exist = requests.forest.points(requests.existing[0], requests.forest.leaf(NO))
    for number, dimension in enumerate(reach.book.dimensions):
        axis = requests.space.axis(number)
        for index, value in enumerate(dimension.values):
            offers = {
                tag: offer
                for tag, offer in enumerate(value.offers)
                if (offer.origin.file, offer.origin.line, offer.origin.column) not in allowed
            }
            if len(offers) < 2 and exist[axis] >> index & 1:
                continue
            leaves = requests.reached(
                reach.held.values[number][index],
                [requests.within(((axis, 1 << index),)), requests.existing],
            )
            kept = {*offers}
            for tag, offer in reversed(offers.items()):
                others = kept - {tag}
                if any(tag in leaf and others.isdisjoint(leaf) for leaf in leaves):
                    continue
                scope = meet(offer.scope, ((axis, 1 << index),))
                hiders = _rules(offers[other] for other in sorted(others))
                dead = reach.dead([scope] if scope is not None else [], 0, hiders)
                reach.say(f"a line of {dimension.name} `{value.name}`", dead, offer.origin)
                kept.remove(tag)


def _meters(reach: Reach) -> None:
    requests = reach.requests
    for meter, root in zip(reach.book.meters, reach.decided.meters, strict=True):
        if requests.find([(root, is_yes), requests.existing]) is None:
            dead = reach.dead([offer.scope for offer in meter.offers], 0)
            reach.say(f"the meter `{meter.name}`", dead, meter.origin)


# ---- prices --------------------------------------------------------------------------------------


def _offered(reach: Reach, meter: int, scopes: Iterable[m.Scope]) -> list[m.Scope]:
    """The parts of scopes in which a meter is offered."""
    offers = reach.book.meters[meter].offers
    shared = (meet(scope, offer.scope) for scope in scopes for offer in offers)
    return [scope for scope in shared if scope is not None]


def _rates(reach: Reach) -> None:
    """Rows of rates, cell by cell; a row of which no cell decides is one fault.
    What says `instead of` hides nothing.
    """
    unreached = [*_unreached_prices(reach)]
    if not unreached:
        return
    rows: dict[tuple[str, int], list[m.Price]] = {}
    for price in reach.book.prices:
        if price.kind != "absent":
            rows.setdefault((price.origin.file, price.origin.line), []).append(price)
    for place in dict.fromkeys((price.origin.file, price.origin.line) for price in unreached):
        cells = rows[place]
        gone = [cell for cell in cells if any(cell is price for price in unreached)]
        name, layer = reach.book.models[cells[0].model].name, reach.layer(cells[0].origin)
        if len(gone) == len(cells):
            whole = reach.dead([cell.scope for cell in cells], layer) or Dead(
                "its meters are not offered while it holds"
            )
            reach.say(f"the row of `{name}`", whole, cells[0].origin)
            continue
        for cell in gone:
            reach.say(
                f"the price of `{reach.book.meters[cell.meter].name}` for `{name}`",
                reach.dead(_offered(reach, cell.meter, [cell.scope]), layer),
                cell.origin,
            )


def _unreached_prices(reach: Reach) -> Iterator[m.Price]:
    """The prices that hold for no request that is let through and offered the meter."""
    reached: dict[tuple[int, int], set[int]] = {}
    for tag, price in enumerate(reach.book.prices):
        key = price.meter, reach.layer(price.origin)
        if key not in reached:
            offered: Constraint = reach.decided.meters[price.meter], is_yes
            leaves = reach.leaves(reach.held.prices[price.meter], key[1], offered)
            reached[key] = {*itertools.chain(*leaves)}
        if tag not in reached[key] and price.kind != "absent":
            yield price


def _derivations(reach: Reach) -> None:
    """Derivations of prices that are derived, or that a published figure stands instead of."""
    book = reach.book
    derived = {
        tag
        for tag, price in enumerate(book.prices)
        if price.kind == "derived" or price.instead_of is not None
    }
    special = {tag for tag, line in enumerate(book.derivations) if line.special}
    for tag, line in enumerate(book.derivations):
        layer, before = reach.layer(line.origin), set() if line.special else special
        leaves = reach.leaves(
            reach.held.derivations[line.meter],
            layer,
            (reach.held.prices[line.meter], lambda leaf: not derived.isdisjoint(leaf)),
            (reach.decided.meters[line.meter], is_yes),
        )
        if any(tag in leaf and before.isdisjoint(leaf) for leaf in leaves):
            continue
        reach.say(
            f"a derivation of `{book.meters[line.meter].name}`",
            _why_underived(reach, line, [book.prices[tag] for tag in sorted(derived)]),
            line.origin,
        )


def _why_underived(reach: Reach, line: m.Derivation, derived: Sequence[m.Price]) -> Dead | None:
    rows = [price.scope for price in derived if price.meter == line.meter]
    own = [scope for scope in (meet(row, line.scope) for row in rows) if scope is not None]
    layer = reach.layer(line.origin)
    if not rows or (not own and reach.dead([line.scope], layer) is None):
        return Dead(f"no price of `{reach.book.meters[line.meter].name}` is derived there")
    before = [
        (x.scope, x.origin)
        for x in reach.book.derivations
        if x.meter == line.meter and x.special and not line.special
    ]
    return reach.dead(_offered(reach, line.meter, own or [line.scope]), layer, before)


def _charges(reach: Reach) -> None:
    for number, charge in enumerate(reach.book.charges):
        offered: Constraint = reach.decided.meters[charge.meter], is_yes
        if reach.requests.find([offered, reach.requests.existing]) is None:
            continue  # which is said of the meter
        prices, minimums, pools, _ = reach.decided.charges[number]
        _charge_lines(reach, number, "price", prices, _rules(charge.prices))
        _charge_lines(reach, number, "minimum", minimums, _rules(charge.minimums))
        _charge_lines(reach, number, "pool", pools, _rules(charge.pools))
        name = reach.book.meters[charge.meter].name
        free = [(_offered(reach, charge.meter, [x.scope]), x.origin) for x in charge.free]
        _given(reach, f"a `free` of `{name}`", reach.held.free_charges[number], free, offered)


def _charge_lines(reach: Reach, number: int, what: str, root: int, lines: Sequence[Rule]) -> None:
    """Lines of a charge; a price that a contract amended in part stands in several pieces."""
    charge = reach.book.charges[number]
    pieces: dict[m.Origin, list[int]] = {}
    for tag, (_, origin) in enumerate(lines):
        pieces.setdefault(origin, []).append(tag)
    reached: dict[int, set[int]] = {}
    for origin, tags in pieces.items():
        layer = reach.layer(origin)
        if layer not in reached:
            reached[layer] = {*itertools.chain(*_charged_leaves(reach, number, root, layer))}
        if reached[layer].isdisjoint(tags):
            scopes = _offered(reach, charge.meter, [lines[tag][0] for tag in tags])
            free = [x for x in charge.free if reach.layer(x.origin) <= layer]
            reach.say(
                f"a {what} of `{reach.book.meters[charge.meter].name}`",
                reach.dead(scopes, layer, _rules(free)),
                origin,
            )


def _charged_leaves(reach: Reach, number: int, root: int, layer: int) -> set[Tags]:
    """The leaves of a diagram of a charge where its meter is offered, and not free."""
    charge = reach.book.charges[number]
    free = {tag for tag, x in enumerate(charge.free) if reach.layer(x.origin) <= layer}
    offered: Constraint = reach.decided.meters[charge.meter], is_yes
    return reach.leaves(root, layer, offered, (reach.held.free_charges[number], free.isdisjoint))


# ---- statements that give reasons ----------------------------------------------------------------


def _given(
    reach: Reach, what: str, root: int, lines: Sequence[Line], *constraints: Constraint
) -> None:
    """Lines of one kind that say why: each decides something,
    and no two of one book give two reasons for one request.
    """
    layers = [reach.layer(origin) for _, origin in lines]
    leaves = {layer: reach.leaves(root, layer, *constraints) for layer in {*layers}}
    kept = {*range(len(lines))}
    for tag, (scopes, origin) in reversed([*enumerate(lines)]):
        same = {
            other
            for other in kept - {tag}
            if reason(lines[other][1]) == reason(origin) and layers[other] <= layers[tag]
        }
        if not any(tag in leaf and same.isdisjoint(leaf) for leaf in leaves[layers[tag]]):
            before = [
                (scope, lines[other][1]) for other in sorted(same) for scope in lines[other][0]
            ]
            reach.say(what, reach.dead(scopes, layers[tag], before), origin)
            kept.remove(tag)
    for tag, (_, origin) in enumerate(lines):
        rivals = {
            other
            for other in range(tag)
            if reason(lines[other][1]) != reason(origin) and layers[other] == layers[tag]
        }
        met = {other for leaf in leaves[layers[tag]] if tag in leaf for other in leaf} & rivals
        if met:
            _two_reasons(reach, what, root, tag, min(met), lines, constraints)


def _two_reasons(
    reach: Reach,
    what: str,
    root: int,
    tag: int,
    other: int,
    lines: Sequence[Line],
    constraints: Sequence[Constraint],
) -> None:
    origin = lines[tag][1]
    both: Constraint = root, lambda leaf: tag in leaf and other in leaf
    witness = reach.requests.find([both, *constraints, reach.let_through(reach.layer(origin))])
    if witness is not None:
        reach.draft.fault(
            "overlap",
            f"{what} gives another reason for a request than one before it",
            span_of(origin),
            f"such a request: {reach.draft.space.describe(witness)}",
            (span_of(lines[other][1]), "the other"),
        )


def reason(origin: m.Origin) -> tuple[str | None, str | None, str | None]:
    """What a reader is told of why a line holds."""
    return origin.because, origin.source, origin.unsure
