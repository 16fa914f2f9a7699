"""Claims and the lines of examples as text."""

from __future__ import annotations

from typing import assert_never

from pricelang.syntax import print_values as p
from pricelang.syntax import tree as t
from pricelang.syntax.relations import Relation

_RELATIONS: dict[Relation, str] = {
    "equal": "",
    "less": "less than",
    "at_least": "at least",
    "at_most": "at most",
}


def claim(statement: t.Claim) -> str:
    """A claim, without its endings."""
    match statement.body:
        case t.ClaimCosts(left, relation, right):
            return p.words("claim", _sum(left), "costs", _RELATIONS[relation], _sum(right))
        case t.ClaimCostsAmount(left, relation, money, per):
            bound = p.words(_RELATIONS[relation], p.money(money), p.per(per))
            return p.words("claim", _sum(left), "costs", bound)
        case t.ClaimIs(name, factor):
            return f"claim {name.text} is {p.factor(factor)}"
        case t.ClaimNeverMeets(one, other):
            return f"claim {one.text} never meets {other.text}"
        case t.ClaimCommute(names):
            return f"claim {p.names(names)} commute"
        case t.ClaimPrices(meters):
            return f"claim every model prices {p.names(meters)}"
        case t.ClaimAbove(money, per):
            return p.words("claim every price is above", p.money(money), _per(per))
        case t.ClaimAtMost(money, per):
            return p.words("claim every price is at most", p.money(money), _per(per))
        case t.ClaimAgrees(book):
            return f"claim agrees with {book.text}"
        case t.ClaimMonotone():
            return "claim more usage never costs less"
        case _:
            assert_never(statement.body)


def example_line(line: t.ExampleLine) -> str:
    """A line of an example."""
    match line:
        case t.Given(model, at, facts):
            return ", ".join([f"given {model.text} at {p.date(at)}", *map(p.test, facts)])
        case t.Uses(uses):
            return "uses " + ", ".join(map(_use, uses))
        case t.ExpectCost(low, high):
            until = f"to {p.money(high)}" if high is not None else ""
            return p.words("costs", p.money(low), until)
        case t.ExpectRefused(left, right):
            return p.words("refused", p.after_word("by", left), p.after_word("with", right))
        case t.ExpectNotOffered():
            return "not offered"
        case _:
            assert_never(line)


def _per(per: t.Per | None) -> str:
    return p.per(per) if per is not None else ""


def _sum(terms: tuple[t.Term, ...]) -> str:
    return " + ".join(
        p.words(p.number(x.number) if x.number is not None else "", x.meter.text) for x in terms
    )


def _use(use: t.Use) -> str:
    unit = use.unit.text if use.unit is not None else ""
    return p.words(p.number(use.number), unit, use.meter.text)
