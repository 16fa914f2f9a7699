"""The claims of a book, each proven over every request, or broken by one request."""

from __future__ import annotations

from typing import assert_never

from attrs import frozen

from pricelang.model import book as m
from pricelang.verify.agreement import first_disagreement
from pricelang.verify.analysis import Analysis
from pricelang.verify.breaches import OPEN, Breach
from pricelang.verify.modifier_claims import commute, is_as_claimed, never_meets
from pricelang.verify.monotonicity import first_fall
from pricelang.verify.price_claims import costs, has_prices, is_bounded
from pricelang.verify.price_relations import ABOVE, NOT_ABOVE, Undecided
from pricelang.verify.witness import Witness


@frozen
class Verdict:
    """A claim and whether it holds.
    A broken one has the request that breaks it, and both amounts in words.

    One that is `undecided` is neither proven nor broken, and `why` says so.
    """

    claim: m.Claim
    holds: bool
    witness: Witness | None = None
    why: str = ""
    undecided: bool = False


def decide(analysis: Analysis, claim: m.Claim) -> Verdict:
    """The verdict on one claim."""
    try:
        breach = _breach(analysis, claim)
    except Undecided as undecided:
        return Verdict(claim, False, None, str(undecided) or OPEN, True)
    return Verdict(claim, True) if breach is None else Verdict(claim, False, *breach)


def _breach(analysis: Analysis, claim: m.Claim) -> Breach | None:
    """What breaks a claim. Raises `Undecided`."""
    match claim.kind:
        case "costs":
            return costs(analysis, claim)
        case "is":
            return is_as_claimed(analysis, claim)
        case "nevermeets":
            return never_meets(analysis, claim)
        case "commute":
            return commute(analysis, claim)
        case "prices":
            return has_prices(analysis, claim)
        case "above":
            return is_bounded(analysis, claim, NOT_ABOVE)
        case "at_most":
            return is_bounded(analysis, claim, ABOVE)
        case "monotone":
            return first_fall(analysis, claim)
        case "agrees":
            return first_disagreement(analysis, claim)
        case _:
            assert_never(claim.kind)
