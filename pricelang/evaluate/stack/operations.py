"""The operations of a stack: what its members do to the unit price of a meter, in their order.

`numbers` and `intervals` interpret them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias, assert_never

from attrs import frozen

from pricelang.model import book as m
from pricelang.present.decimals import RoundingMode

Kind: TypeAlias = Literal["factor", "add", "at_least", "at_most", "round"]
ONE = Fraction(1)


class Operation(NamedTuple):
    """One thing that is done to a unit price; each is monotone in the price.

    `value` is the factor, or an amount per one of the meter's unit; of a rounding it is the step,
    to which the price of `size` units is rounded, by `mode`.
    """

    kind: Kind
    value: Fraction
    size: Fraction = ONE
    mode: RoundingMode = "half_even"


Operations: TypeAlias = tuple[Operation, ...]


@frozen(eq=False, repr=False)
class Step:
    """One thing that was done to a price, by a rule.

    An amount `value` is as written, for `size` of the meter's unit (`per` is that in words); that
    of a rounding is what it changed.
    """

    rule: str
    kind: Kind
    value: Fraction
    per: str
    size: Fraction
    origin: m.Origin

    @property
    def operation(self) -> Operation:
        """What is done to the price of one unit. A rounding is one for the price it was done to:
        a rate has it among its `operations`.
        """
        match self.kind:
            case "factor":
                return Operation("factor", self.value)
            case "add" | "round":
                return Operation("add", self.value / self.size)
            case _:
                return Operation(self.kind, self.value / self.size)


def steps_of_modifier(
    modifier: m.Modifier, lines: Iterable[m.ModifierLine], meter: int
) -> Iterator[Step]:
    """What the deciding lines of a modifier do to the price of a meter."""
    for line in lines:
        for found, factor in line.factors:
            if found == meter:
                yield Step(modifier.name, "factor", factor, "", ONE, line.origin)
        if meter in line.meters and line.amount is not None:
            yield Step(modifier.name, "add", line.amount, line.per, line.size, line.origin)


def steps_of_limit(limit: m.Limit, lines: Iterable[m.LimitLine], meter: int) -> Iterator[Step]:
    """What the lines of a limit that hold do to the price of a meter."""
    for line in lines:
        if line.target == "unit_price" and meter in line.meters:
            yield limit_step(limit, line, line.per, line.size)


def limit_step(limit: m.Limit, line: m.LimitLine, per: str, size: Fraction) -> Step:
    """A floor or a cap, as a step."""
    kind: Kind = "at_least" if line.at_least else "at_most"
    return Step(limit.name, kind, line.amount, per, size, line.origin)


def steps_of(book: m.Book, member: m.Member, meter: int, leaf: Sequence[int]) -> Iterator[Step]:
    """What a member of the stack does to the price of a meter, where its diagram has a leaf."""
    kind, index = member
    match kind:
        case "modifier":
            modifier = book.modifiers[index]
            return steps_of_modifier(modifier, (modifier.lines[tag] for tag in leaf), meter)
        case "limit":
            limit = book.limits[index]
            return steps_of_limit(limit, (limit.lines[tag] for tag in leaf), meter)
        case _:
            assert_never(kind)


def roundings_of(book: m.Book, leaf: Iterable[int], size: Fraction) -> Iterator[Operation]:
    """How a unit price that is written for `size` units is rounded, where the diagram of roundings
    has a leaf.
    """
    for rounding in (book.roundings[tag] for tag in leaf):
        if rounding.stage == "unit_price":
            yield Operation("round", rounding.step, size, rounding.mode)


def sized(operations: Iterable[Operation], size: Fraction) -> Operations:
    """Operations on a price that is written for another size, which a rounding goes by."""
    return tuple(one._replace(size=size) if one.kind == "round" else one for one in operations)


def factor_of(operations: Iterable[Operation]) -> Fraction | None:
    """The factor that some operations are together; None where they are more than factors."""
    product = ONE
    for operation in operations:
        if operation.kind != "factor":
            return None
        product *= operation.value
    return product
