"""One function a statement: Lark's parse of it to its node."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve
from lark import Token, Tree

from pricelang.syntax import tree as t
from pricelang.syntax.build import AMENDED, Builder
from pricelang.syntax.build_accounts import ACCOUNT_STATEMENTS
from pricelang.syntax.build_claims import build_claim, build_example

Parse = Tree[Token]


def build_statement(builder: Builder, parse: Parse) -> t.Statement:
    """The statement of a parse whose root is `start`;
    what is wrong with it is left in `builder.faults`.
    """
    node = builder.trees(parse)[0]
    return STATEMENTS[str(node.data)](builder, node)


def _book(b: Builder, n: Parse) -> t.Statement:
    currency, extends = b.tree(n, "book_in"), b.tree(n, "book_extends")
    return t.BookHeader(
        b.name(b.tokens(n, "NAME")[0]),
        b.optional_text(n),
        b.name(b.tokens(currency)[0]) if currency is not None else None,
        _name_or_text(b, b.tokens(extends)[0]) if extends is not None else None,
        endings=b.endings(n),
        span=b.span(n),
    )


def _name_or_text(b: Builder, token: Token) -> t.Name | t.Text:
    return b.text(token) if token.type == "STRING" else b.name(token)


def _include(b: Builder, n: Parse) -> t.Statement:
    return t.Include(b.text(b.tokens(n)[0]), span=b.span(n))


def _source(b: Builder, n: Parse) -> t.Statement:
    name, address, read = b.tokens(n)
    interval = b.tree(n, "source_every")
    said = b.tokens(interval) if interval is not None else ()
    every = (b.number(said[0]), b.name(said[1])) if said else (None, None)
    return t.Source(b.name(name), b.text(address), b.date(read), *every, span=b.span(n))


def _note(b: Builder, n: Parse) -> t.Statement:
    return t.Note(b.text(b.tokens(n)[0]), endings=b.endings(n), span=b.span(n))


def _dimension(b: Builder, n: Parse) -> t.Statement:
    name, default = b.tokens(n, "NAME")
    lines = []
    for child in b.trees(n, "value_line"):
        clock = b.tree(child, "clock")
        lines.append(
            t.ValueLine(
                b.names(child),
                b.clock(clock) if clock is not None else None,
                b.endings(child),
                b.tree(child, "otherwise") is not None,
                span=b.span(child),
            )
        )
    return t.Dimension(
        b.name(name), b.name(default), tuple(lines), endings=b.endings(n), span=b.span(n)
    )


def _unit(b: Builder, n: Parse) -> t.Statement:
    name, number, of = b.tokens(n)
    return t.Unit(b.name(name), b.number(number), b.name(of), span=b.span(n))


def _meter(b: Builder, n: Parse) -> t.Statement:
    counts = b.tree(n, "counts")
    return t.Meter(
        b.names(n),
        b.name(b.tokens(n)[0]),
        b.names(counts) if counts is not None else (),
        endings=b.endings(n),
        span=b.span(n),
    )


def _group_of_names(b: Builder, n: Parse) -> t.Statement:
    return t.Group(b.name(b.tokens(n)[0]), b.names(n), span=b.span(n))


def _group_of_models(b: Builder, n: Parse) -> t.Statement:
    return t.Group(b.name(b.tokens(n)[0]), None, endings=b.endings(n), span=b.span(n))


def _models(b: Builder, n: Parse) -> t.Statement:
    return t.Models(b.table(n), endings=b.endings(n), span=b.span(n))


def _alias(b: Builder, n: Parse) -> t.Statement:
    written, model = b.tokens(n)
    return t.Alias(_name_or_text(b, written), b.name(model), endings=b.endings(n), span=b.span(n))


def _rates(b: Builder, n: Parse) -> t.Statement:
    announced = b.tree(n, "announced")
    dates = [b.date(token) for token in b.tokens(announced)] if announced is not None else []
    return t.Rates(
        b.per(b.trees(n, "per")[0]),
        dates[0] if dates else None,
        dates[1] if len(dates) > 1 else None,
        b.table(n),
        endings=b.endings(n),
        span=b.span(n),
    )


def _derive(b: Builder, n: Parse) -> t.Statement:
    meter, number, of = b.tokens(n)
    exceptions = []
    for child in b.trees(n, "derive_except"):
        factor, base = b.tokens(child)
        exceptions.append(
            t.DeriveLine(b.number(factor), b.name(base), b.endings(child), span=b.span(child))
        )
    return t.Derive(
        b.name(meter),
        b.number(number),
        b.name(of),
        tuple(exceptions),
        endings=b.endings(n),
        span=b.span(n),
    )


def _figures(b: Builder, n: Parse) -> t.Statement:
    name, unit = b.tokens(n, "NAME")
    return t.Figures(b.name(name), b.name(unit), b.table(n), endings=b.endings(n), span=b.span(n))


def _multiplier(b: Builder, n: Parse) -> t.Statement:
    return b.modifier(n, t.Multiplier, "multiplier_line")


def _surcharge(b: Builder, n: Parse) -> t.Statement:
    return b.modifier(n, t.Surcharge, "surcharge_line")


def _limit(b: Builder, n: Parse) -> t.Statement:
    lines = []
    for child in b.trees(n, "limit_on_price", "limit_on_account"):
        at_least = b.tokens(b.trees(child, "bound")[0])[0].type == "AT_LEAST"
        per, account = b.tree(child, "per"), b.tree(child, "account")
        lines.append(
            t.LimitLine(
                at_least,
                b.money(b.tokens(child, "MONEY")[0]),
                b.per(per) if per is not None else None,
                b.names(child),
                b.account(account) if account is not None else None,
                b.endings(child),
                span=b.span(child),
            )
        )
    name = b.name(b.tokens(n, "NAME")[0])
    return t.Limit(name, b.optional_text(n), tuple(lines), endings=b.endings(n), span=b.span(n))


def _exclude(b: Builder, n: Parse) -> t.Statement:
    names = [b.name(token) for token in b.tokens(n, "NAME")]
    return t.Exclude(
        names[0], names[1] if len(names) > 1 else None, endings=b.endings(n), span=b.span(n)
    )


def _refuse(b: Builder, n: Parse) -> t.Statement:
    return t.Refuse(endings=b.endings(n), span=b.span(n))


def _free(b: Builder, n: Parse) -> t.Statement:
    return t.Free(endings=b.endings(n), span=b.span(n))


def _stack(b: Builder, n: Parse) -> t.Statement:
    after = b.tokens(n, "NAME")
    return t.Stack(b.names(n), b.name(after[0]) if after else None, span=b.span(n))


def _round(b: Builder, n: Parse) -> t.Statement:
    stage, step, mode = b.tokens(n)
    # a mode may be `up`, which is a word elsewhere
    rounding = t.Name(str(mode), span=b.span(mode))
    return t.Round(b.name(stage), b.money(step), rounding, endings=b.endings(n), span=b.span(n))


def _convert(b: Builder, n: Parse) -> t.Statement:
    currency, rate = b.tokens(n)
    return t.Convert(b.name(currency), b.number(rate), endings=b.endings(n), span=b.span(n))


def _charge_line(b: Builder, n: Parse) -> t.ChargeLine:
    if n.data == "charge_price":
        return b.charge_price(n)
    span, endings = b.span(n), b.endings(n)
    if n.data == "charge_free":
        return t.ChargeFree(endings, span=span)
    return evolve(_quantity(b, b.trees(n, "minimum", "pool")[0]), endings=endings, span=span)


def _quantity(b: Builder, n: Parse) -> t.ChargeMinimum | t.ChargePool:
    """A minimum or an allowance, without the endings of its line."""
    number, *rest = (b.number(token) for token in b.tokens(n, "NUMBER"))
    names = [b.name(token) for token in b.tokens(n, "NAME")]
    span, none, replaced = b.span(n), t.Endings(), rest[0] if rest else None
    if n.data == "minimum":
        return t.ChargeMinimum(number, names[0], names[1], none, replaced, span=span)
    account = b.account(b.trees(n, "account")[0])
    return t.ChargePool(number, names[0], account, none, replaced, span=span)


def _charge(b: Builder, n: Parse) -> t.Statement:
    kinds = ("charge_price", "charge_minimum", "charge_pool", "charge_free")
    lines = tuple(_charge_line(b, child) for child in b.trees(n, *kinds))
    name = b.name(b.tokens(n, "NAME")[0])
    return t.Charge(name, b.optional_text(n), lines, endings=b.endings(n), span=b.span(n))


def _amended(b: Builder, n: Parse) -> t.AmendedLine:
    node = b.trees(n)[0]
    if node.data == "factors":
        return b.factors(node)
    if node.data in ("minimum", "pool"):
        return _quantity(b, node)
    if node.data == "derived_factor":
        number, *rest = (b.number(token) for token in b.tokens(node, "NUMBER"))
        of = b.name(b.tokens(node, "NAME")[0])
        return t.DerivedFactor(number, rest[0] if rest else None, of, span=b.span(node))
    return evolve(b.charge_price(n), endings=t.Endings())


def _amend(b: Builder, n: Parse) -> t.Statement:
    lines = []
    for child in b.trees(n, "amend_line"):
        effect = _amended(b, child)
        lines.append(t.AmendLine(effect, b.endings(child), span=b.span(child)))
    name = b.name_of(b.tokens(n, "NAME")[0], AMENDED)
    return t.Amend(name, tuple(lines), endings=b.endings(n), span=b.span(n))


def _allow_value(b: Builder, n: Parse) -> t.Statement:
    dimension, value = b.tokens(n)
    return t.AllowValue(b.name(dimension), b.name(value), endings=b.endings(n), span=b.span(n))


def _allow_pair(b: Builder, n: Parse) -> t.Statement:
    left, right = b.tokens(n)
    return t.AllowPair(b.name(left), b.name(right), endings=b.endings(n), span=b.span(n))


STATEMENTS: dict[str, Callable[[Builder, Parse], t.Statement]] = {
    "book": _book,
    "include": _include,
    "source": _source,
    "note": _note,
    "dimension": _dimension,
    "unit": _unit,
    "meter": _meter,
    "group_of_names": _group_of_names,
    "group_of_models": _group_of_models,
    "models": _models,
    "alias": _alias,
    "rates": _rates,
    "derive": _derive,
    "figures": _figures,
    "multiplier": _multiplier,
    "surcharge": _surcharge,
    "limit": _limit,
    "exclude": _exclude,
    "refuse": _refuse,
    "free": _free,
    "stack": _stack,
    "round": _round,
    "convert": _convert,
    "charge": _charge,
    **ACCOUNT_STATEMENTS,
    "amend": _amend,
    "allow_value": _allow_value,
    "allow_pair": _allow_pair,
    "claim": build_claim,
    "example": build_example,
}
