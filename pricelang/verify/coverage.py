"""The rules of a book that its examples exercise: a rule counts where it decides something that an
example is about.

A line decides where the book's decision diagrams name it at the point of an example, and where
taking it away could change the outcome: a factor on a meter that is used, a minimum that a use
falls below, a rounding that leaves a residue, the line that refuses. Of a refused example only what
made it exist and what refuses it decide.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction

from attrs import field, frozen

from pricelang.evaluate.announced import would_hold
from pricelang.evaluate.combination import cell_at
from pricelang.evaluate.line_items import Basis, Priced, Uses
from pricelang.evaluate.line_rates import Rate, derivation_at, price_at
from pricelang.evaluate.offers import Point, leaf_at
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.stack.numbers import applied
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, PriceError, Refused
from pricelang.model.rule_kinds import Kind, PriceRule, Rule
from pricelang.model.rules import (
    name_of,
    of_account,
    origin_of,
    rules_of,
)
from pricelang.model.space import (
    Space,
    holds,
    in_clock,
    meet,
    open_sides,
    space_of,
    value_at,
    with_value,
)

Key = tuple[Kind, str, int, int]
"""A rule: its kind, and the file, line and column where it stands.
What is written once is one rule.
"""

OF_ACCOUNT = "it belongs to an account and a period"
NEVER_OFFERED = "the meter is not offered to the model while the row holds"


@frozen
class CoveredRule:
    """A rule and how many examples it decided something in;
    `unreachable` says why no example can reach it.

    `kind` is one of the registry (`KINDS` of `model.rules`); `name` says which of them.
    """

    kind: Kind
    name: str
    origin: m.Origin
    examples: int
    unreachable: str | None = None


@frozen
class FileCoverage:
    """How many of a file's rules that examples can reach they exercise."""

    file: str
    rules: int
    exercised: int

    @property
    def percent(self) -> Fraction:
        """The share that is exercised, from 0 to 100, exactly;
        100 where there is nothing to exercise.
        """
        return Fraction(100 * self.exercised, self.rules) if self.rules else Fraction(100)


@frozen
class Coverage:
    """The rules of a book in order of place, and how many `examples` were run against them."""

    rules: tuple[CoveredRule, ...] = field(repr=False)
    examples: int

    @property
    def reachable(self) -> tuple[CoveredRule, ...]:
        """The rules that an example can reach: those that the percentage is of."""
        return tuple(rule for rule in self.rules if rule.unreachable is None)

    @property
    def missed(self) -> tuple[CoveredRule, ...]:
        """The rules that an example could exercise and none does."""
        return tuple(rule for rule in self.reachable if not rule.examples)

    @property
    def unreachable(self) -> tuple[CoveredRule, ...]:
        """The rules that no example can reach."""
        return tuple(rule for rule in self.rules if rule.unreachable is not None)

    @property
    def files(self) -> tuple[FileCoverage, ...]:
        """Each file that holds a rule which an example can reach."""
        all_of = Counter(rule.origin.file for rule in self.reachable)
        hit = Counter(rule.origin.file for rule in self.reachable if rule.examples)
        return tuple(FileCoverage(file, count, hit[file]) for file, count in all_of.items())

    @property
    def total(self) -> FileCoverage:
        """All files together."""
        return FileCoverage("", len(self.reachable), len(self.reachable) - len(self.missed))


def measure(
    book: m.Book, examples: Iterable[m.Example] | None = None, files: Collection[str] | None = None
) -> Coverage:
    """Which rules of a book its examples exercise, or those in `examples`;
    only rules in `files`, where these are named.

    A contract has only its own examples: name its own `files`, for the book below has examples of
    its own. Raises nothing for an example that does not come out as written: it exercises what
    decided the outcome that it has.

    >>> import pricelang
    >>> coverage = measure(pricelang.load().checked)
    >>> coverage.total.exercised == coverage.total.rules - len(coverage.missed)
    True
    """
    rates, counts = RateCard(book), Counter[Key]()
    selected = tuple(book.examples if examples is None else examples)
    for example in selected:
        counts.update(decided_in(rates, example))
    found: dict[Key, CoveredRule] = {}
    for kind, name, origin, unreachable in _catalogue(book):
        key = _key(kind, origin)
        if (files is None or origin.file in files) and (key not in found or found[key].unreachable):
            found[key] = CoveredRule(kind, name, origin, counts[key], unreachable)
    order = {file: number for number, file in enumerate(book.files)}
    rules = sorted(
        found.values(),
        key=lambda rule: (order[rule.origin.file], rule.origin.line, rule.origin.column),
    )
    return Coverage(tuple(rules), len(selected))


def decided_in(rates: RateCard, example: m.Example) -> set[Key]:
    """The rules that decided something in an example."""
    book = rates.book
    named = [alias for alias in book.aliases if alias.name == example.model]
    try:
        model = rates.model_index(example.model, example.at)
    except NotOffered:
        return {_key("alias", alias.origin) for alias in named}
    except PriceError:
        return set()
    found = {
        _key("alias", x.origin)
        for x in named
        if (x.start or example.at) <= example.at and (x.end is None or example.at < x.end)
    }
    uses = rates.uses(dict(example.usage))
    priced: list[tuple[Point, Priced]] = []
    failed: list[tuple[Point, PriceError]] = []
    for point in _points(book, model, example, uses):
        try:
            priced.append((point, _priced(book, point, example, uses)))
        except PriceError as error:
            failed.append((point, error))
    if not priced:
        return found.union(
            *(_deciding_error(book, point, uses, failure) for point, failure in failed[:1])
        )
    # a sum is between two figures, and what lies between them decides neither
    ends = {pick(one.total for _, one in priced) for pick in (min, max)}
    for point, one in priced:
        if one.total in ends:
            found.update(_deciding_price(book, point, one))
    return found


def _key(kind: Kind, origin: m.Origin) -> Key:
    return kind, origin.file, origin.line, origin.column


# ---- all rules -----------------------------------------------------------------------------------


def _catalogue(book: m.Book) -> Iterator[tuple[Kind, str, m.Origin, str | None]]:
    """Kind, name and origin of each rule, and why no example can reach it."""
    space = space_of(book)
    for rule in rules_of(book):
        yield rule.kind, name_of(book, rule), origin_of(rule), _unreachable(book, space, rule)


def _unreachable(book: m.Book, space: Space, rule: Rule) -> str | None:
    """Why no example can reach a rule."""
    if isinstance(rule, PriceRule) and not _ever_offered(book, space, rule.line):
        return NEVER_OFFERED
    return OF_ACCOUNT if of_account(rule) else None


def _ever_offered(book: m.Book, space: Space, price: m.Price) -> bool:
    """Whether some day has the model, its row and the meter at once;
    a base of derived prices need not be offered.
    """
    within = meet(price.scope, ((m.DATES, space.since_release(price.model)),))
    is_base = any(line.of == price.meter for line in book.derivations)
    offers: list[m.Scope] = (
        [()] if is_base else [offer.scope for offer in book.meters[price.meter].offers]
    )
    return within is not None and any(meet(within, scope) is not None for scope in offers)


# ---- the points of an example --------------------------------------------------------------------


def _points(
    book: m.Book, model: int, example: m.Example, uses: Mapping[str, Uses]
) -> Iterator[Point]:
    """Where the request of an example falls;
    a sum of requests falls on every side that its thresholds leave open.
    """
    stretch, given = bisect_right(book.boundaries, example.at), dict(example.dimensions)
    values = [dimension.default for dimension in book.dimensions]
    clocked = [index for index, dimension in enumerate(book.dimensions) if dimension.clocked]
    for index, dimension in enumerate(book.dimensions):
        if dimension.name in given:
            values[index] = [value.name for value in dimension.values].index(given[dimension.name])
    for index in clocked:
        now = _clock_value(book, (model, stretch, *values), index, example.at)
        if book.dimensions[index].name in given and values[index] != now:
            return  # such a record is refused before any rule is read
        values[index] = now
    single, fixed = example.record == "single", dict(example.sides)
    choices: list[Iterable[int]] = [[value] for value in values]
    for index in () if single else clocked:
        choices[index] = range(len(book.dimensions[index].values))
    for index, summed in enumerate(book.sums):
        amount = sum(sum(uses.get(book.meters[meter].name, ())) for meter in summed.meters)
        side = sum(1 for limit in summed.limits if amount > limit)
        choices.append([side] if single else open_sides(side, fixed.get(index)))
    for combination in itertools.product(*choices):
        point = (model, stretch, *combination)
        if single or all(_offered(book, index, point, value_at(point, index)) for index in clocked):
            yield point


def _clock_value(book: m.Book, point: Point, index: int, seconds: int) -> int:
    """The value that the clock sets, where it is offered; else the default."""
    for number, value in enumerate(book.dimensions[index].values):
        if (
            value.clock
            and in_clock(value.clock, seconds % 86_400 // 60)
            and _offered(book, index, point, number)
        ):
            return number
    return book.dimensions[index].default


def _offered(book: m.Book, index: int, point: Point, value: int) -> bool:
    """Whether a value of a dimension is offered to a request."""
    at = with_value(point, index, value)
    return bool(leaf_at(book, book.decisions.values[index][value], at))


def _priced(book: m.Book, point: Point, example: m.Example, uses: Mapping[str, Uses]) -> Priced:
    cell = cell_at(book, point)
    for name, quantities in uses.items():
        rate = cell.rates[name]
        if any(quantities) and not isinstance(rate, Rate):
            raise rate
    return Priced(Basis(book, cell, example.at, example.dimensions), uses)


# ---- what decides --------------------------------------------------------------------------------


def _deciding_error(
    book: m.Book, point: Point, uses: Mapping[str, Uses], error: PriceError
) -> Iterator[Key]:
    """What made a request exist as far as it does, and the line that refuses it,
    in the order in which prices are read.
    """
    yield _key("model", book.models[point[m.MODELS]].origin)
    start = book.boundaries[point[m.DATES] - 1] if point[m.DATES] else None
    if start is None or start < book.models[point[m.MODELS]].released:
        return
    for index, dimension in enumerate(book.dimensions):
        offers, held = (
            dimension.values[value_at(point, index)].offers,
            _offered(book, index, point, value_at(point, index)),
        )
        yield from (
            _key("value", offer.origin) for offer in offers if not held or holds(offer.scope, point)
        )
        if not held:
            return
    used = [index for index, meter in enumerate(book.meters) if any(uses.get(meter.name, ()))]
    missing = [index for index in used if not leaf_at(book, book.decisions.meters[index], point)]
    if missing:
        yield from (
            _key("meter", offer.origin)
            for index in missing[:1]
            for offer in book.meters[index].offers
        )
    elif isinstance(error, Refused):
        yield from _refusing(book, point)
    else:
        for index in used:
            price = price_at(book, point, index)
            if price is not None and price.kind == "absent":
                yield _key("price", price.origin)
                return


def _refusing(book: m.Book, point: Point) -> Iterator[Key]:
    for number in leaf_at(book, book.decisions.refusals, point):
        yield _key("refusal", book.refusals[number].origin)
        return
    effects = _effects(book, point)
    for kind, index in book.stack:
        line = next(
            (
                line
                for line in effects.get(index, ())
                if kind == "modifier" and line.outcome == "refuse"
            ),
            None,
        )
        if line is not None:
            yield _key("modifier line", line.origin)
            return
    for exclusion, root in zip(book.exclusions, book.decisions.exclusions, strict=True):
        if _both(effects, exclusion) and leaf_at(book, root, point):
            yield _key("exclusion", exclusion.origin)
            return


def _effects(book: m.Book, point: Point) -> dict[int, list[m.ModifierLine]]:
    """The deciding lines of each modifier, whatever their outcome."""
    return {
        index: [modifier.lines[number] for number in leaf_at(book, root, point)]
        for index, (modifier, root) in enumerate(
            zip(book.modifiers, book.decisions.modifiers, strict=True)
        )
    }


def _both(effects: Mapping[int, list[m.ModifierLine]], exclusion: m.Exclusion) -> bool:
    sides = [exclusion.left] if exclusion.right is None else [exclusion.left, exclusion.right]
    return all(any(line.outcome in ("factor", "add") for line in effects[side]) for side in sides)


def _deciding_price(book: m.Book, point: Point, priced: Priced) -> Iterator[Key]:
    cell = priced.cell
    yield _key("model", cell.model.origin)
    for index, dimension in enumerate(book.dimensions):
        yield from (
            _key("value", x.origin)
            for x in dimension.values[value_at(point, index)].offers
            if holds(x.scope, point)
        )
    yield from (
        _key("note", book.notes[number].origin)
        for number in leaf_at(book, book.decisions.notes, point)
    )
    yield from (
        _key("announcement", line.origin)
        for line in book.announcements
        if line.model == point[m.MODELS] and would_hold(book, line, point[m.DATES])
    )
    if cell.conversion is not None:
        yield _key("conversion", cell.conversion.origin)
    for index, meter in enumerate(book.meters):
        uses, rate = priced.usage.get(meter.name, ()), cell.rates[meter.name]
        if any(uses) and isinstance(rate, Rate):
            yield from (
                _key("meter", offer.origin) for offer in meter.offers if holds(offer.scope, point)
            )
            if cell.free is None:
                yield from _deciding_rate(book, point, index, rate, uses)
    if cell.free is not None:
        yield _key("free", cell.free.origin)
        return
    yield from (_key("modifier line", silence.origin) for silence in cell.silences)
    yield from _allowing(book, point)
    yield from _deciding_total(priced)


def _deciding_rate(book: m.Book, point: Point, index: int, rate: Rate, uses: Uses) -> Iterator[Key]:
    """What decides the amount of a meter:
    its row, what that derives from, and each step that moves the price.
    """
    if rate.free_origin is not None:
        yield _key("charge free", rate.free_origin)
        return
    if any(charge.meter == index for charge in book.charges):
        yield _key("charge price", rate.origin)
    else:
        yield from _deciding_rows(book, point, index)
    if rate.minimum is not None and any(0 < use < rate.minimum.quantity for use in uses):
        yield _key("charge minimum", rate.minimum.origin)
    price = rate.list_price
    for step in rate.steps:
        before, price = price, applied(price, step.operation)
        if step.kind in ("factor", "add", "round"):
            yield _key("rounding" if step.kind == "round" else "modifier line", step.origin)
        elif price != before:
            yield _key("limit", step.origin)


def _deciding_rows(book: m.Book, point: Point, index: int) -> Iterator[Key]:
    price = price_at(book, point, index)
    if price is not None:
        yield _key("price", price.origin)
        if price.kind == "derived":
            line = derivation_at(book, point, index)
            yield _key("derivation", line.origin)
            yield from _deciding_rows(book, point, line.of)


def _allowing(book: m.Book, point: Point) -> Iterator[Key]:
    """What a contract allows, where the pair would be excluded without it."""
    effects = _effects(book, point)
    for exclusion in book.exclusions:
        if exclusion.allowed and holds(exclusion.scope, point) and _both(effects, exclusion):
            yield from (
                _key("allow", offer.origin)
                for offer in exclusion.allowed
                if holds(offer.scope, point)
            )


def _deciding_total(priced: Priced) -> Iterator[Key]:
    """What is added once a request, limits that hold the sum,
    and roundings that leave a residue.
    """
    cell = priced.cell
    for line in priced.amounts:
        if line.step is not None:
            yield _key("modifier line" if line.step.kind == "add" else "limit", line.step.origin)
        if line.residue and cell.line_rounding is not None:
            yield _key("rounding", cell.line_rounding.origin)
    if cell.total_rounding is not None and priced.total != sum(
        line.amount for line in priced.amounts
    ):
        yield _key("rounding", cell.total_rounding.origin)
