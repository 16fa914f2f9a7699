"""Lark's parse of one statement to our tree, its values exact and the order of clauses checked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, assert_never, get_args

from lark import Token, Tree

from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Fault, Span

MAX_DIGITS = 40
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
ORDER = (
    "for_models",
    "except_models",
    "when",
    "from_date",
    "before_date",
    "then",
    "because",
    "unsure",
    "see",
)
WRITTEN = {
    "for_models": "for",
    "except_models": "except for",
    "from_date": "from",
    "before_date": "before",
}
# The fields of `Endings` that are called otherwise than in the grammar.
CELLS: dict[str, t.CellKind] = {f"cell_{kind}": kind for kind in get_args(t.CellKind)}
FIELDS = {"for_models": "models", "from_date": "start", "before_date": "end"}


class Builder:
    """Builds one statement; with `fatal` faults the statement cannot be used."""

    def __init__(self, file: str, first_line: int, reserved: frozenset[str]) -> None:
        self.file, self.first_line, self.reserved = file, first_line, reserved
        self.faults: list[Fault] = []
        self.fatal = False

    # ---- places and tokens ----

    def span(self, node: Tree[Token] | Token) -> Span:
        meta: Any = node if isinstance(node, Token) else node.meta
        if getattr(meta, "line", None) is None:
            return Span(self.file, self.first_line, 1, self.first_line, 1)
        shift = self.first_line - 1
        return Span(
            self.file,
            meta.line + shift,
            meta.column,
            (meta.end_line or meta.line) + shift,
            meta.end_column,
        )

    def fault(
        self, code: str, message: str, span: Span, help: str | None = None, *, fatal: bool = True
    ) -> None:
        self.faults.append(Fault(code, message, span, help))
        self.fatal = self.fatal or fatal

    @staticmethod
    def _tree(node: Any) -> Tree[Token]:
        if not isinstance(node, Tree):
            raise TypeError(f"expected a tree, found {node!r}")
        return node

    def trees(self, node: Tree[Token], *kinds: str) -> list[Tree[Token]]:
        return [
            child
            for child in node.children
            if isinstance(child, Tree) and (not kinds or child.data in kinds)
        ]

    def tree(self, node: Tree[Token], *kinds: str) -> Tree[Token] | None:
        found = self.trees(node, *kinds)
        return found[0] if found else None

    def tokens(self, node: Tree[Token], *kinds: str) -> list[Token]:
        return [
            child
            for child in node.children
            if isinstance(child, Token) and (not kinds or child.type in kinds)
        ]

    # ---- values ----

    def name(self, token: Token) -> t.Name:
        self._check_name(str(token), self.span(token))
        return t.Name(str(token), span=self.span(token))

    def _check_name(self, text: str, span: Span) -> None:
        if text in self.reserved:
            self.fault(
                "reserved_word",
                f"`{text}` is a reserved word and cannot be used as a name",
                span,
                f"choose another name, such as `{text}_1`",
                fatal=False,
            )
        if len(text) > 200:
            self.fault("too_large", "the name has more than 200 characters", span)

    def name_list(self, node: Tree[Token]) -> tuple[t.Name, ...]:
        return tuple(self.name(token) for token in self.tokens(node, "NAME"))

    def names(self, node: Tree[Token]) -> tuple[t.Name, ...]:
        found = self.tree(node, "names")
        return self.name_list(found) if found is not None else ()

    def text(self, token: Token) -> t.Text:
        return t.Text(re.sub(r"\\(.)", r"\1", str(token)[1:-1]), span=self.span(token))

    def optional_text(self, node: Tree[Token]) -> t.Text | None:
        found = self.tokens(node, "STRING")
        return self.text(found[0]) if found else None

    def digits(self, written: str, span: Span) -> Fraction:
        plain = written.replace(",", "").rstrip("%")
        if len(plain) > MAX_DIGITS:
            self.fault("too_large", f"the number has more than {MAX_DIGITS} digits", span)
            return Fraction(1)
        value = Fraction(plain)
        return value / 100 if written.endswith("%") else value

    def number(self, token: Token) -> t.Number:
        return t.Number(
            self.digits(str(token), self.span(token)), str(token), span=self.span(token)
        )

    def money(self, token: Token) -> t.Money:
        written = str(token)
        currency, digits = (
            (SYMBOLS[written[0]], written[1:])
            if written[0] in SYMBOLS
            else (written[:3], written[4:])
        )
        return t.Money(
            self.digits(digits, self.span(token)), currency, written, span=self.span(token)
        )

    def date(self, token: Token) -> t.Date:
        written = str(token)
        plain = written.rstrip("Z").replace("T", " ")
        try:
            instant = datetime.datetime.fromisoformat(plain).replace(tzinfo=datetime.UTC)
            seconds = int(instant.timestamp())
        except (ValueError, OverflowError):
            try:
                datetime.date.fromisoformat(written[:10])
                what = "a time of day"
            except ValueError:
                what = "a day of the calendar"
            self.fault("bad_date", f"`{written}` is not {what}", self.span(token))
            seconds = 0
        return t.Date(seconds, written, span=self.span(token))

    def clock(self, token: Token) -> t.Clock:
        hours, minutes = int(token[:2]), int(token[3:])
        if hours > 23 or minutes > 59:
            self.fault("bad_date", f"`{token}` is not a time of day", self.span(token))
        return t.Clock(hours * 60 + minutes, span=self.span(token))

    def per(self, node: Tree[Token]) -> t.Per:
        numbers = self.tokens(node, "NUMBER")
        number = self.number(numbers[0]) if numbers else None
        return t.Per(number, self.name(self.tokens(node, "NAME")[0]), span=self.span(node))

    def account(self, node: Tree[Token]) -> t.Account:
        holder, period = self.tokens(node, "NAME")
        return t.Account(self.name(holder), self.name(period), span=self.span(node))

    # ---- endings ----

    def endings(self, node: Tree[Token]) -> t.Endings:
        """The clauses among the children of a node, each at most once and in their order."""
        values: dict[str, Any] = {}
        last, spans = "", []
        for clause in self.trees(node, "clause", *ORDER):
            kind, span = str(clause.data), self.span(clause)
            if kind in values:
                message = f"`{WRITTEN.get(kind, kind)}` appears twice in one line"
                self.fault("twice", message, span, fatal=False)
            elif last and ORDER.index(kind) < ORDER.index(last):
                message = f"`{WRITTEN.get(kind, kind)}` comes before `{WRITTEN.get(last, last)}`"
                order = ", ".join(WRITTEN.get(each, each) for each in ORDER)
                self.fault("clause_order", message, span, f"the order is: {order}", fatal=False)
            else:
                last = kind
            values[kind] = self._clause(kind, clause)
            spans.append(span)
        start, end = values.get("from_date"), values.get("before_date")
        if start and end and start.seconds >= end.seconds:
            period = f"from {start.written} before {end.written}"
            message = f"the period ends before it begins: {period}"
            self.fault("bad_period", message, end.span, fatal=False)
            values["from_date"] = None  # so that nothing else is made of it
        whole = self.span(node)
        if spans:
            first, final = spans[0], spans[-1]
            whole = Span(self.file, first.line, first.column, final.end_line, final.end_column)
        found = {FIELDS.get(kind, kind): value for kind, value in values.items()}
        return t.Endings(**found, span=whole)

    def _clause(self, kind: str, clause: Tree[Token]) -> Any:
        if kind in ("for_models", "except_models"):
            return self.names(clause)
        if kind == "when":
            return self.condition(self._tree(clause.children[0]))
        if kind in ("from_date", "before_date"):
            return self.date(self.tokens(clause)[0])
        if kind == "then":
            return self.outcome(self._tree(clause.children[0]))
        token = self.tokens(clause)[0]
        return self.name(token) if kind == "see" else self.text(token)

    def outcome(self, node: Tree[Token]) -> t.Outcome:
        return t.Outcome(
            "no_effect" if node.data == "no_effect" else "refuse", span=self.span(node)
        )

    def condition(self, node: Tree[Token] | None) -> tuple[t.Test, ...]:
        return tuple(self.test(child) for child in self.trees(node)) if node is not None else ()

    def test(self, node: Tree[Token]) -> t.Test:
        if node.data == "is_test":
            dimension, *values = (self.name(token) for token in self.tokens(node, "NAME"))
            return t.IsTest(dimension, tuple(values), span=self.span(node))
        return self.threshold(node)

    def threshold(self, node: Tree[Token]) -> t.Threshold:
        meters = self.name_list(self.trees(node, "names_sum")[0])
        limit = self.number(self.tokens(node, "NUMBER")[0])
        return t.Threshold(meters, node.data == "over", limit, span=self.span(node))

    # ---- tables ----

    def table(self, node: Tree[Token]) -> t.TableOfCells:
        rows = [self.row(child) for child in self.trees(self.trees(node, "table")[0], "row")]
        header, *body = rows
        odd = [cell for cell in header.cells if cell.kind != "name"]
        if odd:
            self.fault("syntax", "the first row of a table names its columns", odd[0].span)
        for row in body:
            for cell in row.cells:
                if isinstance(cell.value, t.Name):
                    self._check_name(cell.value.text, cell.span)
            if len(row.cells) != len(header.cells):
                names = [cell.value.text for cell in header.cells if isinstance(cell.value, t.Name)]
                self.fault(
                    "table",
                    f"the row has {len(row.cells)} cells, its table {len(header.cells)} columns",
                    row.span,
                    f"columns: {', '.join(names)}",
                )
        if not body:
            self.fault("table", "the table has no rows", header.span)
        return t.TableOfCells(header, tuple(body), span=header.span)

    def row(self, node: Tree[Token]) -> t.Row:
        cells: list[t.Cell] = []
        here = self.span(node)
        before = Span(self.file, here.line, here.column, here.line, here.column + 1)
        for child in self.trees(node):
            cell = self.cell(child, before)
            cells.append(cell)
            before = Span(
                self.file,
                cell.span.end_line,
                cell.span.end_column,
                cell.span.end_line,
                cell.span.end_column + 1,
            )
        return t.Row(tuple(cells), span=here)

    def cell(self, node: Tree[Token], before: Span) -> t.Cell:
        kind, tokens = CELLS[str(node.data)], self.tokens(node)
        span = before if kind == "blank" else self.span(node)
        match kind:
            case "name":
                return t.Cell(kind, t.Name(str(tokens[0]), span=span), span=span)
            case "money":
                instead = self.money(tokens[1]) if len(tokens) > 1 else None
                return t.Cell(kind, self.money(tokens[0]), instead, span=span)
            case "date":
                return t.Cell(kind, self.date(tokens[0]), span=span)
            case "number":
                return t.Cell(kind, self.number(tokens[0]), span=span)
            case "string":
                return t.Cell(kind, self.text(tokens[0]), span=span)
            case "derived" | "not_offered" | "blank":
                return t.Cell(kind, span=span)
            case _:
                assert_never(kind)

    # ---- effects ----

    def factors(self, node: Tree[Token]) -> t.Factors:
        return t.Factors(
            tuple(self.factor(child) for child in self.trees(node, "factor")), span=self.span(node)
        )

    def factor(self, node: Tree[Token]) -> t.FactorClause:
        numbers = [self.number(token) for token in self.tokens(node, "NUMBER")]
        return t.FactorClause(
            numbers[0],
            numbers[1] if len(numbers) > 1 else None,
            self.names(node),
            span=self.span(node),
        )

    def addition(self, node: Tree[Token]) -> t.Addition:
        money = self.money(self.tokens(node, "MONEY")[0])
        return t.Addition(
            money, self.per(self.trees(node, "per")[0]), self.names(node), span=self.span(node)
        )

    def effect(self, node: Tree[Token]) -> t.Effect:
        if node.data == "factors":
            return self.factors(node)
        return self.addition(node) if node.data == "addition" else self.outcome(node)

    def modifier_line(self, node: Tree[Token]) -> t.ModifierLine:
        effect = self.trees(node, "factors", "addition", "no_effect", "refused")[0]
        otherwise = self.tree(node, "otherwise") is not None
        return t.ModifierLine(
            otherwise, self.effect(effect), self.endings(node), span=self.span(node)
        )

    def modifier(
        self, node: Tree[Token], make: Callable[..., t.Statement], line_kind: str
    ) -> t.Statement:
        lines = tuple(self.modifier_line(child) for child in self.trees(node, line_kind))
        return make(
            self.name(self.tokens(node, "NAME")[0]),
            self.optional_text(node),
            self.condition(self.tree(node, "condition")),
            lines,
            endings=self.endings(node),
            span=self.span(node),
        )

    def charge_price(self, node: Tree[Token]) -> t.ChargePrice:
        price = self.trees(node, "price")[0]
        money = [self.money(token) for token in self.tokens(price, "MONEY")]
        account, numbers, names = (
            self.tree(node, "account"),
            self.tokens(node, "NUMBER"),
            self.tokens(node, "NAME"),
        )
        return t.ChargePrice(
            money[0],
            money[1] if len(money) > 1 else None,
            self.per(self.trees(price, "per")[0]),
            self.number(numbers[0]) if numbers else None,
            self.name(names[0]) if names else None,
            self.account(account) if account is not None else None,
            self.endings(node),
            span=self.span(node),
        )
