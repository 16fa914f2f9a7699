"""The requests of a workload: mixes of them, with the least, the expected and the most usage."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from pricelang.usage.records import Part


@frozen(eq=False, repr=False)
class Share:
    """A request of a mix, `weight` of them to one of the mix:
    with the least, the expected and the most usage.
    """

    weight: Fraction
    ends: tuple[Part, Part, Part]


@frozen(eq=False, repr=False)
class Mix:
    """Requests of one kind: `per_day` of them, each made of `shares`."""

    name: str
    per_day: Fraction
    shares: tuple[Share, ...]
