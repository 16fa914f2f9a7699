"""Statements of accounts out of Lark's parse of them: keys, tiers, commitments, credits."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token, Tree

from pricelang.syntax import tree as t
from pricelang.syntax.build import Builder

Parse = Tree[Token]


def _account_keys(b: Builder, n: Parse) -> t.Statement:
    return t.Accounts(b.names(n), span=b.span(n))


def _tiers(b: Builder, n: Parse) -> t.Statement:
    name = b.name(b.tokens(n, "NAME")[0])
    tiers = tuple(_tier(b, child) for child in b.trees(n, "tier"))
    counting = _counting(b, b.trees(n, "counting")[0])
    return t.Tiers(name, b.optional_text(n), counting, tiers, endings=b.endings(n), span=b.span(n))


def _counting(b: Builder, n: Parse) -> t.Counting:
    spend, way = b.tree(n, "spend"), b.tree(n, "way")
    return t.Counting(
        b.names(spend if spend is not None else n),
        spend is not None,
        b.account(b.trees(n, "account")[0]),
        b.name_list(way) if way is not None else (),
        span=b.span(n),
    )


def _tier(b: Builder, n: Parse) -> t.TierLine:
    name, *unit = (b.name(token) for token in b.tokens(n, "NAME"))
    numbers, amounts = b.tokens(n, "NUMBER"), b.tokens(n, "MONEY")
    after: t.Number | t.Money | None = b.number(numbers[0]) if numbers else None
    after = b.money(amounts[0]) if amounts else after
    return t.TierLine(name, after, unit[0] if unit else None, b.endings(n), span=b.span(n))


def _commitment(b: Builder, n: Parse) -> t.Statement:
    name = b.name(b.tokens(n, "NAME")[0])
    lines = _agreed_lines(b, n)
    return t.Commitment(name, b.optional_text(n), lines, endings=b.endings(n), span=b.span(n))


def _credit(b: Builder, n: Parse) -> t.Statement:
    name = b.name(b.tokens(n, "NAME")[0])
    lines = _agreed_lines(b, n)
    return t.Credit(name, b.optional_text(n), lines, endings=b.endings(n), span=b.span(n))


def _agreed_lines(b: Builder, n: Parse) -> tuple[t.AgreedLine, ...]:
    return tuple(
        t.AgreedLine(
            b.money(b.tokens(child, "MONEY")[0]),
            b.account(b.trees(child, "account")[0]),
            b.names(child),
            b.endings(child),
            span=b.span(child),
        )
        for child in b.trees(n, "agreed_line")
    )


ACCOUNT_STATEMENTS: dict[str, Callable[[Builder, Parse], t.Statement]] = {
    "accounts": _account_keys,
    "tiers": _tiers,
    "commitment": _commitment,
    "credit": _credit,
}
"""What builds each of them, by its rule of the grammar."""
