"""Lark's parse of a claim or an example to its node."""

from __future__ import annotations

from lark import Token, Tree

from pricelang.syntax import tree as t
from pricelang.syntax.build import FACTORS, Builder
from pricelang.syntax.relations import Relation

Parse = Tree[Token]


def _terms(b: Builder, n: Parse) -> tuple[t.Term, ...]:
    terms = []
    for child in b.trees(n, "term"):
        numbers, names = b.tokens(child, "NUMBER"), b.tokens(child, "NAME")
        terms.append(
            t.Term(b.number(numbers[0]) if numbers else None, b.name(names[0]), span=b.span(child))
        )
    return tuple(terms)


_RELATIONS: dict[str, Relation] = {
    "less_than": "less",
    "at_least": "at_least",
    "at_most": "at_most",
}


def _relation(b: Builder, n: Parse) -> Relation:
    words = b.tree(n, *_RELATIONS)
    return "equal" if words is None else _RELATIONS[str(words.data)]


def _claim_body(b: Builder, n: Parse) -> t.ClaimBody:
    kind, span = str(n.data), b.span(n)
    names = [b.name(token) for token in b.tokens(n, "NAME")]
    if kind == "claim_costs":
        left, right = b.trees(n, "sum")
        return t.ClaimCosts(_terms(b, left), _relation(b, n), _terms(b, right), span=span)
    if kind == "claim_costs_amount":
        terms, amount = _terms(b, b.trees(n, "sum")[0]), b.money(b.tokens(n, "MONEY")[0])
        return t.ClaimCostsAmount(
            terms, _relation(b, n), amount, b.per(b.trees(n, "per")[0]), span=span
        )
    if kind == "claim_is":
        return t.ClaimIs(names[0], b.factor(b.trees(n, *FACTORS)[0]), span=span)
    if kind == "claim_never_meets":
        return t.ClaimNeverMeets(names[0], names[1], span=span)
    if kind == "claim_commute":
        return t.ClaimCommute(b.names(n), span=span)
    if kind == "claim_prices":
        return t.ClaimPrices(b.names(n), span=span)
    if kind in ("claim_above", "claim_at_most"):
        per = b.tree(n, "per")
        made = t.ClaimAbove if kind == "claim_above" else t.ClaimAtMost
        return made(b.money(b.tokens(n, "MONEY")[0]), b.per(per) if per else None, span=span)
    if kind == "claim_agrees":
        return t.ClaimAgrees(names[0], span=span)
    return t.ClaimMonotone(span=span)


def build_claim(b: Builder, n: Parse) -> t.Statement:
    """The claim of a parse."""
    body = next(child for child in b.trees(n) if str(child.data).startswith("claim_"))
    return t.Claim(_claim_body(b, body), endings=b.endings(n), span=b.span(n))


def _example_line(b: Builder, n: Parse) -> t.ExampleLine:
    span, names = b.span(n), b.tokens(n, "NAME")
    if n.data == "given":
        facts: list[t.Fact | t.Threshold] = []
        for child in b.trees(n, "fact_value", "fact_side"):
            if child.data == "fact_side":
                facts.append(b.threshold(b.trees(child)[0]))
            else:
                dimension, value = b.tokens(child)
                facts.append(t.Fact(b.name(dimension), b.name(value), span=b.span(child)))
        return t.Given(b.name(names[0]), b.date(b.tokens(n, "DATE")[0]), tuple(facts), span=span)
    if n.data == "uses":
        uses = []
        for child in b.trees(n, "use"):
            words = [b.name(token) for token in b.tokens(child, "NAME")]
            number = b.number(b.tokens(child, "NUMBER")[0])
            uses.append(
                t.Use(number, words[0] if len(words) > 1 else None, words[-1], span=b.span(child))
            )
        return t.Uses(tuple(uses), span=span)
    if n.data == "expect_cost":
        money = [b.money(token) for token in b.tokens(n, "MONEY")]
        return t.ExpectCost(money[0], money[1] if len(money) > 1 else None, span=span)
    if n.data == "expect_refused":
        rules = [b.name(token) for token in names]
        return t.ExpectRefused(
            rules[0] if rules else None, rules[1] if len(rules) > 1 else None, span=span
        )
    return t.ExpectNotOffered(span=span)


_EXAMPLE_LINES = ("given", "uses", "expect_cost", "expect_refused", "expect_not_offered")


def build_example(b: Builder, n: Parse) -> t.Statement:
    """The example of a parse."""
    lines = tuple(_example_line(b, child) for child in b.trees(n, *_EXAMPLE_LINES))
    return t.Example(b.text(b.tokens(n, "STRING")[0]), lines, endings=b.endings(n), span=b.span(n))
