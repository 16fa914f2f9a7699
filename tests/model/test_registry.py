"""No list of the kinds of rules stands outside the registry.

A function that reads three or more of a book's collections of rules is a list of kinds in disguise:
a new kind would be forgotten there. It iterates `rules_of` or `slots_of`, or decides by arms that
`assert_never` closes, or by what the registry says of a kind or a group.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import fields

from pricelang.model import book as m
from pricelang.model.diagrams import Reach, place_of, reach_of, rule_at, slot_of
from pricelang.model.rule_kinds import PricingRule, Rule, WholeRule
from pricelang.model.rules import Stage, rules_of, stage_of
from tests.kinds import ALLOW, LIST, PAIRS, Pair
from tests.verify import checked

PACKAGE = Path(__file__).resolve().parents[2] / "pricelang"
REGISTRY = {"model/rules.py", "model/diagrams.py"}
MAKERS = {("compile/book.py", "_assembled")}
"""What makes a book out of a draft names all that it is made of."""
NAMES = {"models", "aliases", "dimensions", "meters", "values"}
"""The collections of names, which everything reads."""
RULES = {one.name for one in fields(m.Decisions)} & {one.name for one in fields(m.Book)} - NAMES
RULES |= {"announcements"}
"""The collections of rules: those that a diagram decides among, and what is only told."""
OWNERS = ("book", "checked", "decisions", "decided", "held")
MOST = 2
CLOSED = ("assert_never", "reach_of", "stage_of")
"""What decides of every kind: arms for all of them, or one of the registry's own questions."""


def test_the_collections_are_those_of_a_book() -> None:
    held = {one.name for one in fields(m.Book) if one.name in RULES}
    assert held == RULES
    decided = {one.name for one in fields(m.Decisions)} - {"nodes", "leaves", "watched", "jumps"}
    assert decided <= RULES | NAMES


def lists_of(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, set[str]]]:
    """The functions that read more collections of rules than two, and have no closed match."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            named = {
                one.attr
                for one in ast.walk(node)
                if isinstance(one, ast.Attribute) and one.attr in RULES and _owner(one) in OWNERS
            }
            closed = any(isinstance(one, ast.Name) and one.id in CLOSED for one in ast.walk(node))
            if len(named) > MOST and not closed:
                yield node, named


def _owner(node: ast.Attribute) -> str:
    of = node.value
    return of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_list_of_kinds_outside_the_registry(path: Path) -> None:
    name = str(path.relative_to(PACKAGE))
    if name in REGISTRY:
        return
    found = {
        f"{function.name} ({', '.join(sorted(named))})"
        for function, named in lists_of(ast.parse(path.read_text(encoding="utf-8")))
        if (name, function.name) not in MAKERS
    }
    assert not found


def test_a_list_is_found() -> None:
    source = "def f(book):\n    return [book.prices, book.charges, book.free]\n"
    assert [named for _, named in lists_of(ast.parse(source))] == [{"prices", "charges", "free"}]


def book_of(pair: Pair) -> m.Book:
    """The newer book of a pair."""
    found = checked((LIST, pair.new) if pair.kind == "allow" else (pair.new,)).book
    assert found is not None
    return found


# ---- what the registry says of a rule agrees with itself -----------------------------------------

RULES_OF_KINDS = [
    pytest.param(rule, id=f"{pair.kind}: {pair.rule}")
    for pair in (*PAIRS, ALLOW)
    for rule in rules_of(book_of(pair))
    if rule.kind == pair.kind
]
REACHES: dict[Stage, set[Reach]] = {
    "existence": {"existence", "unit price"},
    "unit price": {"unit price"},
    "line item": {"unit price"},
    "request": {"request", "unit price"},
    "currency": {"request"},
    "account": {"unit price"},
    "told": {"told"},
}
"""What the group of a rule can move, by what the rule moves."""


@pytest.mark.parametrize("rule", RULES_OF_KINDS)
def test_a_group_can_move_what_its_rules_move(rule: Rule) -> None:
    slot = slot_of(rule)
    assert slot is None or reach_of(slot.group) in REACHES[stage_of(rule)]
    # a ladder sets the value of an axis, and decides in no diagram
    assert slot is not None or stage_of(rule) in ("name", "told") or rule.kind == "tiers"


@pytest.mark.parametrize("rule", RULES_OF_KINDS)
def test_what_moves_a_unit_price_is_asked_for_its_figures(rule: Rule) -> None:
    if stage_of(rule) in ("unit price", "currency"):
        assert isinstance(rule, PricingRule)


@pytest.mark.parametrize("pair", [*PAIRS, ALLOW], ids=lambda pair: f"{pair.kind}: {pair.rule}")
def test_a_diagram_gives_back_its_rules(pair: Pair) -> None:
    """What decides a request as a whole is found in its diagram by its tag."""
    found = book_of(pair)
    for rule in rules_of(found):
        if isinstance(rule, WholeRule):
            slot, tag = place_of(rule) or pytest.fail("it has no place")
            again = rule_at(found, slot, tag)
            assert (again.kind, again.line) == (rule.kind, rule.line)
