"""The registry of rules: what kinds of rules a book can have, and one arm a kind for what each is.

`Rule` is closed: one frozen class a kind. Who needs all scopes, all axes that matter or everything
that can differ iterates `rules_of`; who decides something of each kind has an arm for each, closed
by `assert_never`, so that the type checker names every place where a new kind must be decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias, assert_never, get_args

from attrs import frozen

from pricelang.model import book as m
from pricelang.model.space import axis_of
from pricelang.solver.node_store import walk

Kind: TypeAlias = Literal[
    "model",
    "alias",
    "value",
    "meter",
    "price",
    "announcement",
    "derivation",
    "modifier line",
    "limit",
    "exclusion",
    "allow",
    "charge price",
    "charge minimum",
    "charge pool",
    "charge free",
    "refusal",
    "free",
    "note",
    "rounding",
    "conversion",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@frozen(eq=False, repr=False)
class ModelRule:
    """A model from its release on; `index` is its place in `book.models`."""

    kind: Literal["model"]
    index: int
    line: m.Model


@frozen(eq=False, repr=False)
class AliasRule:
    """Another name of a model in a period; `index` is its place in `book.aliases`."""

    kind: Literal["alias"]
    index: int
    line: m.Alias


@frozen(eq=False, repr=False)
class ValueRule:
    """Where a value of a dimension is offered; `index` is the place among its offers."""

    kind: Literal["value"]
    dimension: int
    value: int
    index: int
    line: m.Offer


@frozen(eq=False, repr=False)
class MeterRule:
    """Where a meter is offered; `index` is the place among its offers."""

    kind: Literal["meter"]
    meter: int
    index: int
    line: m.Offer


@frozen(eq=False, repr=False)
class PriceRule:
    """A cell of a table of rates; `index` is its place in `book.prices`."""

    kind: Literal["price"]
    index: int
    line: m.Price


@frozen(eq=False, repr=False)
class AnnouncementRule:
    """A price that was announced and withdrawn: it is told, and prices nothing."""

    kind: Literal["announcement"]
    index: int
    line: m.Announcement


@frozen(eq=False, repr=False)
class DerivationRule:
    """A price that follows from another; `index` is its place in `book.derivations`."""

    kind: Literal["derivation"]
    index: int
    line: m.Derivation


@frozen(eq=False, repr=False)
class ModifierRule:
    """A line of a multiplier or a surcharge; `index` is its place among the modifier's lines."""

    kind: Literal["modifier line"]
    modifier: int
    index: int
    line: m.ModifierLine


@frozen(eq=False, repr=False)
class LimitRule:
    """A floor or a cap; `index` is its place among the lines of its limit."""

    kind: Literal["limit"]
    limit: int
    index: int
    line: m.LimitLine


@frozen(eq=False, repr=False)
class ExclusionRule:
    """Two modifiers that cannot both have effect; `index` is its place in `book.exclusions`."""

    kind: Literal["exclusion"]
    index: int
    line: m.Exclusion


@frozen(eq=False, repr=False)
class AllowRule:
    """What lifts an exclusion; `index` is its place among what that allows."""

    kind: Literal["allow"]
    exclusion: int
    index: int
    line: m.Offer


@frozen(eq=False, repr=False)
class ChargePriceRule:
    """A price of a charge, or a graduated tier of an account."""

    kind: Literal["charge price"]
    charge: int
    index: int
    line: m.ChargePrice


@frozen(eq=False, repr=False)
class ChargeMinimumRule:
    """The least quantity that a use is billed for."""

    kind: Literal["charge minimum"]
    charge: int
    index: int
    line: m.ChargeQuantity


@frozen(eq=False, repr=False)
class ChargePoolRule:
    """A free allowance of an account and a period."""

    kind: Literal["charge pool"]
    charge: int
    index: int
    line: m.ChargeQuantity


@frozen(eq=False, repr=False)
class ChargeFreeRule:
    """Where a charge is free."""

    kind: Literal["charge free"]
    charge: int
    index: int
    line: m.Offer


@frozen(eq=False, repr=False)
class RefusalRule:
    """Requests that cannot exist; `index` is its place in `book.refusals`."""

    kind: Literal["refusal"]
    index: int
    line: m.Remark


@frozen(eq=False, repr=False)
class FreeRule:
    """Requests that cost nothing as a whole; `index` is its place in `book.free`."""

    kind: Literal["free"]
    index: int
    line: m.Remark


@frozen(eq=False, repr=False)
class NoteRule:
    """What is told beside an amount; `index` is its place in `book.notes`."""

    kind: Literal["note"]
    index: int
    line: m.Remark


@frozen(eq=False, repr=False)
class RoundingRule:
    """A rounding of a stage; `index` is its place in `book.roundings`."""

    kind: Literal["rounding"]
    index: int
    line: m.Rounding


@frozen(eq=False, repr=False)
class ConversionRule:
    """A currency that amounts are turned into; `index` is its place in `book.conversions`."""

    kind: Literal["conversion"]
    index: int
    line: m.Conversion


Rule: TypeAlias = (
    ModelRule
    | AliasRule
    | ValueRule
    | MeterRule
    | PriceRule
    | AnnouncementRule
    | DerivationRule
    | ModifierRule
    | LimitRule
    | ExclusionRule
    | AllowRule
    | ChargePriceRule
    | ChargeMinimumRule
    | ChargePoolRule
    | ChargeFreeRule
    | RefusalRule
    | FreeRule
    | NoteRule
    | RoundingRule
    | ConversionRule
)


def rules_of(book: m.Book) -> Iterator[Rule]:
    """Every rule of a book, kind by kind."""
    yield from (ModelRule("model", *found) for found in enumerate(book.models))
    yield from (AliasRule("alias", *found) for found in enumerate(book.aliases))
    yield from _offers(book)
    yield from (PriceRule("price", *found) for found in enumerate(book.prices))
    yield from (AnnouncementRule("announcement", *x) for x in enumerate(book.announcements))
    yield from (DerivationRule("derivation", *found) for found in enumerate(book.derivations))
    for number, modifier in enumerate(book.modifiers):
        yield from (ModifierRule("modifier line", number, *x) for x in enumerate(modifier.lines))
    for number, limit in enumerate(book.limits):
        yield from (LimitRule("limit", number, *found) for found in enumerate(limit.lines))
    for number, exclusion in enumerate(book.exclusions):
        yield ExclusionRule("exclusion", number, exclusion)
        yield from (AllowRule("allow", number, *found) for found in enumerate(exclusion.allowed))
    for number, charge in enumerate(book.charges):
        yield from _of_charge(number, charge)
    yield from (RefusalRule("refusal", *found) for found in enumerate(book.refusals))
    yield from (FreeRule("free", *found) for found in enumerate(book.free))
    yield from (NoteRule("note", *found) for found in enumerate(book.notes))
    yield from (RoundingRule("rounding", *found) for found in enumerate(book.roundings))
    yield from (ConversionRule("conversion", *found) for found in enumerate(book.conversions))


def _offers(book: m.Book) -> Iterator[Rule]:
    for place, dimension in enumerate(book.dimensions):
        for number, value in enumerate(dimension.values):
            yield from (ValueRule("value", place, number, *x) for x in enumerate(value.offers))
    for number, meter in enumerate(book.meters):
        yield from (MeterRule("meter", number, *found) for found in enumerate(meter.offers))


def _of_charge(number: int, charge: m.Charge) -> Iterator[Rule]:
    yield from (ChargePriceRule("charge price", number, *x) for x in enumerate(charge.prices))
    yield from (ChargeMinimumRule("charge minimum", number, *x) for x in enumerate(charge.minimums))
    yield from (ChargePoolRule("charge pool", number, *x) for x in enumerate(charge.pools))
    yield from (ChargeFreeRule("charge free", number, *found) for found in enumerate(charge.free))


# ---- one question of each kind -------------------------------------------------------------------


def scope_of(rule: Rule) -> m.Scope:
    """The box of requests in which a rule holds.

    The periods of names are not in it: what is released or called so is asked with the name.
    """
    match rule:
        case ModelRule() | AnnouncementRule() | AliasRule():
            model = rule.index if isinstance(rule, ModelRule) else rule.line.model
            return ((m.MODELS, 1 << model),)
        case (
            ValueRule()
            | MeterRule()
            | PriceRule()
            | DerivationRule()
            | ModifierRule()
            | LimitRule()
            | ExclusionRule()
            | AllowRule()
            | ChargePriceRule()
            | ChargeMinimumRule()
            | ChargePoolRule()
            | ChargeFreeRule()
            | RefusalRule()
            | FreeRule()
            | NoteRule()
            | RoundingRule()
            | ConversionRule()
        ):
            return rule.line.scope
        case _:
            assert_never(rule)


def origin_of(rule: Rule) -> m.Origin:
    """Where a rule stands, and what it is from."""
    return rule.line.origin


def pays(rule: Rule) -> bool:
    """Whether a rule can change what a request pays, or that it exists: a note cannot."""
    return not isinstance(rule, NoteRule | AnnouncementRule)


def of_account(rule: Rule) -> bool:
    """Whether a rule belongs to an account and a period,
    so that the price of one request leaves it out.
    """
    match rule:
        case LimitRule(line=line):
            return line.target == "account"
        case ChargePriceRule(line=price):
            return price.after is not None
        case ChargePoolRule():
            return True
        case _:
            return False


def name_of(book: m.Book, rule: Rule) -> str:
    """What a rule is called where all are listed: what it is of, or what it says."""
    match rule:
        case ModelRule(line=model):
            return model.name
        case AliasRule(line=alias):
            return alias.name
        case ValueRule(dimension=place, value=number):
            dimension = book.dimensions[place]
            return f"{dimension.name} {dimension.values[number].name}"
        case MeterRule(meter=index):
            return book.meters[index].name
        case PriceRule(line=line) | AnnouncementRule(line=line):
            return f"{book.meters[line.meter].name} of {book.models[line.model].name}"
        case DerivationRule(line=derivation):
            return book.meters[derivation.meter].name
        case ModifierRule(modifier=index, line=part):
            return f"{book.modifiers[index].name}: {part.outcome.replace('_', ' ')}"
        case LimitRule(limit=index):
            return book.limits[index].name
        case ExclusionRule(index=index) | AllowRule(exclusion=index):
            names = tuple(modifier.name for modifier in book.modifiers)
            return book.exclusions[index].label(names)
        case (
            ChargePriceRule(charge=index)
            | ChargeMinimumRule(charge=index)
            | ChargePoolRule(charge=index)
            | ChargeFreeRule(charge=index)
        ):
            return book.meters[book.charges[index].meter].name
        case RefusalRule(line=remark) | FreeRule(line=remark) | NoteRule(line=remark):
            return remark.text
        case RoundingRule(line=rounding):
            return rounding.stage
        case ConversionRule(line=conversion):
            return conversion.currency
        case _:
            assert_never(rule)


# ---- the diagrams that decide among rules --------------------------------------------------------

Group: TypeAlias = Literal[
    "refusal",
    "modifier",
    "exclusion",
    "free",
    "meter",
    "price",
    "derivation",
    "charge",
    "limit",
    "rounding",
    "conversion",
]


@frozen(eq=False, repr=False)
class Diagram:
    """A diagram that decides among some rules: which of a `group` it is, and its root."""

    group: Group
    index: int
    root: int


def diagrams_of(book: m.Book) -> tuple[Diagram, ...]:
    """The diagrams that decide what a request pays, or that it exists, but for those of values,
    which are by dimension and value (`Decisions.values`).
    """
    decided = book.decisions
    charges = [root for charge in decided.charges for root in charge]
    groups: tuple[tuple[Group, tuple[int, ...]], ...] = (
        ("refusal", (decided.refusals,)),
        ("modifier", decided.modifiers),
        ("exclusion", decided.exclusions),
        ("free", (decided.free,)),
        ("meter", decided.meters),
        ("price", decided.prices),
        ("derivation", decided.derivations),
        ("charge", tuple(charges)),
        ("limit", decided.limits),
        ("rounding", (decided.roundings,)),
        ("conversion", (decided.conversions,)),
    )
    return tuple(
        Diagram(group, index, root) for group, roots in groups for index, root in enumerate(roots)
    )


def root_of(book: m.Book, rule: Rule) -> int | None:
    """The root of the diagram in which a rule decides; None where it is a name, not a decision."""
    decided = book.decisions
    match rule:
        case ModelRule() | AliasRule() | AnnouncementRule():
            return None
        case ValueRule(dimension=place, value=number):
            return decided.values[place][number]
        case MeterRule(meter=index):
            return decided.meters[index]
        case PriceRule(line=price):
            return decided.prices[price.meter]
        case DerivationRule(line=derivation):
            return decided.derivations[derivation.meter]
        case ModifierRule(modifier=index):
            return decided.modifiers[index]
        case LimitRule(limit=index):
            return decided.limits[index]
        case ExclusionRule(index=index) | AllowRule(exclusion=index):
            return decided.exclusions[index]
        case ChargePriceRule(charge=index):
            return decided.charges[index][0]
        case ChargeMinimumRule(charge=index):
            return decided.charges[index][1]
        case ChargePoolRule(charge=index):
            return decided.charges[index][2]
        case ChargeFreeRule(charge=index):
            return decided.charges[index][3]
        case RefusalRule():
            return decided.refusals
        case FreeRule():
            return decided.free
        case NoteRule():
            return decided.notes
        case RoundingRule():
            return decided.roundings
        case ConversionRule():
            return decided.conversions
        case _:
            assert_never(rule)


# ---- what all rules look at ----------------------------------------------------------------------


def scopes_of(book: m.Book) -> Iterator[m.Scope]:
    """Every scope of a book, those of whole modifiers too."""
    yield from (scope_of(rule) for rule in rules_of(book))
    yield from (modifier.when for modifier in book.modifiers)


def dimensions_that_pay(book: m.Book) -> tuple[str, ...]:
    """The dimensions on which it may turn what a request pays,
    or that it exists, but for those that the clock sets.

    >>> import pricelang
    >>> {"service_tier", "speed", "outcome"} <= {*dimensions_that_pay(pricelang.load().checked)}
    True
    """
    axes = {axis for rule in rules_of(book) if pays(rule) for axis, _ in scope_of(rule)}
    axes |= {axis for modifier in book.modifiers for axis, _ in modifier.when}
    axes |= {axis_of(n) for n, found in enumerate(book.dimensions) if _is_limited(found)}
    return tuple(
        found.name
        for n, found in enumerate(book.dimensions)
        if axis_of(n) in axes and not found.clocked
    )


def _is_limited(dimension: m.Dimension) -> bool:
    """Whether some value of a dimension is not offered always and to all."""
    return not all(any(not offer.scope for offer in value.offers) for value in dimension.values)


# ---- the rules that decide one request -----------------------------------------------------------


def deciding(book: m.Book, point: Sequence[int]) -> Iterator[Rule]:
    """The rules that decide a request as a whole at a point of the space: what refuses it, then
    what multiplies, excludes, frees, bounds, rounds, converts and remarks. What decides the rate of
    a meter is asked meter by meter.
    """
    decided = book.decisions
    for diagram in diagrams_of(book):
        if diagram.group not in _OF_METERS:
            leaf = decided.leaves[~walk(decided.nodes, diagram.root, point, decided.jumps)]
            yield from (_rule(book, diagram, tag) for tag in leaf)
    noted = decided.leaves[~walk(decided.nodes, decided.notes, point, decided.jumps)]
    yield from (NoteRule("note", tag, book.notes[tag]) for tag in noted)


_OF_METERS: frozenset[Group] = frozenset(("meter", "price", "derivation", "charge"))


def _rule(book: m.Book, diagram: Diagram, tag: int) -> Rule:
    """The rule that a tag in a leaf of a diagram stands for."""
    match diagram.group:
        case "refusal":
            return RefusalRule("refusal", tag, book.refusals[tag])
        case "modifier":
            lines = book.modifiers[diagram.index].lines
            return ModifierRule("modifier line", diagram.index, tag, lines[tag])
        case "exclusion":
            return ExclusionRule("exclusion", diagram.index, book.exclusions[diagram.index])
        case "free":
            return FreeRule("free", tag, book.free[tag])
        case "limit":
            return LimitRule("limit", diagram.index, tag, book.limits[diagram.index].lines[tag])
        case "rounding":
            return RoundingRule("rounding", tag, book.roundings[tag])
        case "conversion":
            return ConversionRule("conversion", tag, book.conversions[tag])
        case "meter" | "price" | "derivation" | "charge":
            raise ValueError(f"the rules of a {diagram.group} are asked for by the meter")
        case _:
            assert_never(diagram.group)
