"""What holds at some points of the space: refusals and notes as `price` asks them, and as a compiled
book writes them down.
"""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

import pricelang
from pricelang.evaluate.combination_notes import model_notes, notes_of
from pricelang.evaluate.offers import is_at
from pricelang.evaluate.rate_card import RateCard
from pricelang.evaluate.refusals import refusals_of
from pricelang.model.points import Where

GOOD = Path(__file__).parents[1] / "corpus" / "good"
BOOK = pricelang.load(GOOD / "exclusions.price").checked


def point_of(model: str, **dimensions: str) -> tuple[int, ...]:
    """The point of a request that exists."""
    return RateCard(BOOK).request(model, "2026-03-01", {"input": 1}, dimensions).cell.point


def test_something_holds_in_a_scope_outside_of_others_and_where_leaves_have_a_tag() -> None:
    fast, alone = BOOK.decisions.modifiers[0], point_of("alpha-1", speed="fast")
    here = ((0, 1 << alone[0]),)
    assert is_at(BOOK, Where(here), alone)
    assert not is_at(BOOK, Where(here, outside=(here,)), alone)
    assert not is_at(BOOK, Where(((0, 1 << alone[0] + 1),)), alone)
    assert is_at(BOOK, Where((), ((fast, (0,)),)), alone)
    assert not is_at(BOOK, Where((), ((fast, (1,)),)), alone)
    assert not is_at(BOOK, Where((), ((fast, ()),)), alone)
    assert is_at(BOOK, Where((), ((fast, ()),)), point_of("alpha-1"))


def test_an_exclusion_refuses_only_where_its_modifiers_have_effect() -> None:
    assert [one.rule for one in refusals_of(BOOK)] == ["fast with batch", "fast"]
    lines = tuple(evolve(line, outcome="no_effect") for line in BOOK.modifiers[0].lines)
    silent = evolve(BOOK.modifiers[0], lines=lines)
    assert refusals_of(evolve(BOOK, modifiers=(silent, BOOK.modifiers[1]))) == ()


def test_what_can_hold_nowhere_is_not_listed() -> None:
    model = evolve(BOOK.models[0], retired=BOOK.boundaries[-1] + 1)
    book = evolve(BOOK, models=(model, *BOOK.models[1:]))
    assert model_notes(book, 0) == ()
    ended = evolve(model, retired=BOOK.boundaries[-1])
    assert [one.code for one in model_notes(evolve(book, models=(ended,)), 0)] == ["retired"]


def test_the_notes_of_a_contract_say_its_term_on_both_sides() -> None:
    found = pricelang.load(
        "book ours extends anthropic from 2026-06-01 before 2027-06-01\n"
    ).checked
    texts = {one.text for one in notes_of(found) if one.code == "outside_term"}
    assert texts == {
        "outside the term of `ours` (from 2026-06-01 before 2027-06-01): "
        "the prices of the book below hold"
    }
