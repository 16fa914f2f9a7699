"""The kinds of rules that a book can have: one frozen class a kind, and their closed union."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from attrs import frozen

from pricelang.model import book as m

Kind: TypeAlias = Literal[
    "model",
    "alias",
    "value",
    "meter",
    "tiers",
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

    index: int
    line: m.Model
    kind: Literal["model"] = "model"


@frozen(eq=False, repr=False)
class AliasRule:
    """Another name of a model in a period; `index` is its place in `book.aliases`."""

    index: int
    line: m.Alias
    kind: Literal["alias"] = "alias"


@frozen(eq=False, repr=False)
class ValueRule:
    """Where a value of a dimension is offered; `index` is the place among its offers."""

    dimension: int
    value: int
    index: int
    line: m.Offer
    kind: Literal["value"] = "value"


@frozen(eq=False, repr=False)
class MeterRule:
    """Where a meter is offered; `index` is the place among its offers."""

    meter: int
    index: int
    line: m.Offer
    kind: Literal["meter"] = "meter"


@frozen(eq=False, repr=False)
class LadderRule:
    """What sets the value of a dimension by what an account has used."""

    dimension: int
    line: m.Ladder
    kind: Literal["tiers"] = "tiers"


@frozen(eq=False, repr=False)
class PriceRule:
    """A cell of a table of rates; `index` is its place in `book.prices`."""

    index: int
    line: m.Price
    kind: Literal["price"] = "price"


@frozen(eq=False, repr=False)
class AnnouncementRule:
    """A price that was announced and withdrawn: it is told, and prices nothing."""

    index: int
    line: m.Announcement
    kind: Literal["announcement"] = "announcement"


@frozen(eq=False, repr=False)
class DerivationRule:
    """A price that follows from another; `index` is its place in `book.derivations`."""

    index: int
    line: m.Derivation
    kind: Literal["derivation"] = "derivation"


@frozen(eq=False, repr=False)
class ModifierRule:
    """A line of a multiplier or a surcharge; `index` is its place among the modifier's lines."""

    modifier: int
    index: int
    line: m.ModifierLine
    kind: Literal["modifier line"] = "modifier line"


@frozen(eq=False, repr=False)
class LimitRule:
    """A floor or a cap; `index` is its place among the lines of its limit."""

    limit: int
    index: int
    line: m.LimitLine
    kind: Literal["limit"] = "limit"


@frozen(eq=False, repr=False)
class ExclusionRule:
    """Two modifiers that cannot both have effect; `index` is its place in `book.exclusions`."""

    index: int
    line: m.Exclusion
    kind: Literal["exclusion"] = "exclusion"


@frozen(eq=False, repr=False)
class AllowRule:
    """What lifts an exclusion; `index` is its place among what that allows."""

    exclusion: int
    index: int
    line: m.Offer
    kind: Literal["allow"] = "allow"


@frozen(eq=False, repr=False)
class ChargePriceRule:
    """A price of a charge, or a graduated tier of an account."""

    charge: int
    index: int
    line: m.ChargePrice
    kind: Literal["charge price"] = "charge price"


@frozen(eq=False, repr=False)
class ChargeMinimumRule:
    """The least quantity that a use is billed for."""

    charge: int
    index: int
    line: m.ChargeQuantity
    kind: Literal["charge minimum"] = "charge minimum"


@frozen(eq=False, repr=False)
class ChargePoolRule:
    """A free allowance of an account and a period."""

    charge: int
    index: int
    line: m.ChargeQuantity
    kind: Literal["charge pool"] = "charge pool"


@frozen(eq=False, repr=False)
class ChargeFreeRule:
    """Where a charge is free."""

    charge: int
    index: int
    line: m.Offer
    kind: Literal["charge free"] = "charge free"


@frozen(eq=False, repr=False)
class RefusalRule:
    """Requests that cannot exist; `index` is its place in `book.refusals`."""

    index: int
    line: m.Remark
    kind: Literal["refusal"] = "refusal"


@frozen(eq=False, repr=False)
class FreeRule:
    """Requests that cost nothing as a whole; `index` is its place in `book.free`."""

    index: int
    line: m.Remark
    kind: Literal["free"] = "free"


@frozen(eq=False, repr=False)
class NoteRule:
    """What is told beside an amount; `index` is its place in `book.notes`."""

    index: int
    line: m.Remark
    kind: Literal["note"] = "note"


@frozen(eq=False, repr=False)
class RoundingRule:
    """A rounding of a stage; `index` is its place in `book.roundings`."""

    index: int
    line: m.Rounding
    kind: Literal["rounding"] = "rounding"


@frozen(eq=False, repr=False)
class ConversionRule:
    """A currency that amounts are turned into; `index` is its place in `book.conversions`."""

    index: int
    line: m.Conversion
    kind: Literal["conversion"] = "conversion"


Rule: TypeAlias = (
    ModelRule
    | AliasRule
    | ValueRule
    | MeterRule
    | LadderRule
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

ListedRule: TypeAlias = PriceRule | AnnouncementRule | DerivationRule
"""What says what a meter costs, or was to cost, before any modifier."""

PricingRule: TypeAlias = (
    PriceRule
    | DerivationRule
    | ModifierRule
    | LimitRule
    | ChargePriceRule
    | ChargeFreeRule
    | RoundingRule
    | ConversionRule
)
"""What a unit price in the currency of its bill is made of."""

WholeRule: TypeAlias = (
    RefusalRule
    | ModifierRule
    | ExclusionRule
    | FreeRule
    | LimitRule
    | RoundingRule
    | ConversionRule
    | NoteRule
)
"""What decides a request as a whole, and not the rate of one meter."""
