"""A contract beside the book below it, and the claim that it agrees with it."""

from __future__ import annotations

from pricelang.model import book as m
from pricelang.verify.against.standing import Against, Answer
from pricelang.verify.against.verdict import against
from pricelang.verify.analysis import Analysis
from pricelang.verify.price_relations import Undecided


def against_below(analysis: Analysis) -> Against | None:
    """How a contract stands to the book that it extends; None for a book that extends none."""
    below = analysis.below()
    return None if below is None else against(analysis.book, below)


def first_disagreement(analysis: Analysis, claim: m.Claim) -> Answer | None:
    """A request in the claim's scope that the two books price differently, with both amounts;
    None when there is none.

    Raises `ValueError` where the book below is not at hand,
    and `Undecided` where no bill shows what may differ.
    """
    below = analysis.below()
    if below is None:
        raise ValueError("the book below is not at hand: audit the contract from its file")
    found = against(analysis.book, below, claim.scope)
    for breach in (found.loosened, found.tightened, found.dearer, found.cheaper):
        if breach is not None:
            return breach
    if found.undecided:
        raise Undecided(next(iter(found.undecided.values())))
    return None
