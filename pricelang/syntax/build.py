"""Clauses, tables and effects out of Lark's parse of a statement, the order of clauses checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, assert_never, get_args

from lark import Token, Tree

from pricelang.present.text import how_many, listed
from pricelang.syntax import tree as t
from pricelang.syntax.build_values import ValueBuilder
from pricelang.syntax.diagnostics import Span

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
ONCE = {
    "for_models": "names stand behind one `for`, with `,` between them",
    "except_models": "names stand behind one `except for`, with `,` between them",
    "when": "conditions are joined by `and`",
    "see": "a line has one source",
}
"""What to do where a clause is written twice."""
TESTED = {
    "model": "models stand behind `for`, such as `for alpha`",
    "models": "models stand behind `for`, such as `for alpha`",
    "account": "what an account has used is told by `tiers`, and `when volume is high` asks for it",
    "usage": "what an account has used is told by `tiers`, and `when volume is high` asks for it",
    "price": "a condition reads the request, never its price: write a `limit`",
}
"""What is meant by reserved words where a condition names a dimension."""
AMENDED = dict.fromkeys(
    ("rates", "price", "prices", "models"),
    "a contract has prices in a table of its own, `rates per MTok`, with cells such as "
    "`$2 instead of $3`",
)
"""What is meant by reserved words behind `amend`."""
DAYS = ("from", "released")
CELLS: dict[str, t.CellKind] = {f"cell_{kind}": kind for kind in get_args(t.CellKind)}
FACTORS = ("factor_times", "factor_off")
# The fields of `Endings` that are called otherwise than in the grammar.
FIELDS = {"for_models": "models", "from_date": "start", "before_date": "end"}


class Builder(ValueBuilder):
    """Builds one statement."""

    # ---- endings ----

    def endings(self, node: Tree[Token]) -> t.Endings:
        """The clauses among the children of a node, each at most once and in their order."""
        values: dict[str, Any] = {}
        last, spans = "", []
        for clause in self.trees(node, "clause", *ORDER):
            kind, span = str(clause.data), self.span(clause)
            if kind in values:
                message = f"`{WRITTEN.get(kind, kind)}` appears twice in one line"
                self.fault("twice", message, span, ONCE.get(kind), fatal=False)
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
            help = "`from` says the first day, `before` the first day after the last"
            self.fault("bad_period", message, end.span, help, fatal=False)
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
            return self.condition(self.trees(clause)[0])
        if kind in ("from_date", "before_date"):
            return self.date(self.tokens(clause)[0])
        if kind == "then":
            return self.outcome(self.trees(clause)[0])
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
            first, *rest = self.tokens(node, "NAME")
            values = tuple(self.name(token) for token in rest)
            return t.IsTest(self.name_of(first, TESTED), values, span=self.span(node))
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
            message = "the first row of a table names its columns"
            help = "begin with a row of names, such as `| model | from | input | output |`"
            self.fault("syntax", message, odd[0].span, help)
        for row in body:
            for cell in row.cells:
                if isinstance(cell.value, t.Name):
                    self.check_length(cell.value.text, cell.span)
        if not odd:
            self._check_shape(header, body)
        if not body:
            self.fault("table", "the table has no rows", header.span)
        return t.TableOfCells(header, tuple(body), span=header.span)

    def _check_shape(self, header: t.Row, body: Sequence[t.Row]) -> None:
        """Adds a fault for each row with more or fewer cells than columns; one at the header where
        all rows have as many as each other.
        """
        columns = how_many(len(header.cells), "column")
        counts = {len(row.cells) for row in body}
        if len(body) > 1 and len(counts) == 1 and counts != {len(header.cells)}:
            cells = counts.pop()
            message = f"the table has {columns}, and each row {how_many(cells, 'cell')}"
            more = "name each column in the first row"
            help = more if cells > len(header.cells) else "give each row a cell for each column"
            self.fault("table", message, header.span, help)
            return
        names = [cell.value.text for cell in header.cells if isinstance(cell.value, t.Name)]
        for row in body:
            if len(row.cells) == len(names):
                continue
            message = f"the row has {how_many(len(row.cells), 'cell')}, its table {columns}"
            lacks = _without_day(row, names)
            if lacks and len(row.cells) < len(names):
                help = f"it has no day: write a cell for `{lacks}`"
            elif len(row.cells) < len(names):
                missing = listed(names[len(row.cells) :])
                help = f"it ends below `{names[len(row.cells) - 1]}`: write a cell for {missing}"
            else:
                help = f"`{names[-1]}` is the last column: name one more, or take a cell away"
            self.fault("table", message, row.span, help)

    def row(self, node: Tree[Token]) -> t.Row:
        cells: list[t.Cell] = []
        here = self.span(node)
        line, column = here.line, here.column
        for child in self.trees(node):
            cell = self.cell(child, line, column)
            cells.append(cell)
            line, column = cell.span.end_line, cell.span.end_column
        # a blank cell is what lies between its neighbours and their bars
        for number, (cell, after) in enumerate(pairwise(cells)):
            start, end = cell.span.column + 2, after.span.column - 2
            if cell.kind == "blank" and after.kind != "blank" and end > start:
                wide = Span(self.file, cell.span.line, start, cell.span.line, end)
                cells[number] = t.Cell("blank", span=wide)
        return t.Row(tuple(cells), span=here)

    def cell(self, node: Tree[Token], line: int, column: int) -> t.Cell:
        """A cell; a blank one stands where the one before it ends."""
        kind, tokens = CELLS[str(node.data)], self.tokens(node)
        value: t.Name | t.Date | t.Number | t.Text
        match kind:
            case "money":
                money = self.money(tokens[0])
                if len(tokens) > 1:
                    return t.Cell(kind, money, self.money(tokens[1]), span=self.span(node))
                return t.Cell(kind, money, span=money.span)
            case "name":
                value = t.Name(str(tokens[0]), span=self.span(tokens[0]))
            case "date":
                value = self.date(tokens[0])
            case "number":
                value = self.number(tokens[0])
            case "string":
                value = self.text(tokens[0])
            case "derived" | "not_offered" | "any":
                return t.Cell(kind, span=self.span(node))
            case "blank":
                return t.Cell(kind, span=Span(self.file, line, column, line, column + 1))
            case _:
                assert_never(kind)
        return t.Cell(kind, value, span=value.span)

    # ---- effects ----

    def factors(self, node: Tree[Token]) -> t.Factors:
        return t.Factors(
            tuple(self.factor(child) for child in self.trees(node, *FACTORS)), span=self.span(node)
        )

    def factor(self, node: Tree[Token]) -> t.FactorClause:
        off = node.data == "factor_off"
        numbers = [
            self.discount(token) if off else self.number(token)
            for token in self.tokens(node, "OFF" if off else "NUMBER")
        ]
        return t.FactorClause(
            numbers[0],
            numbers[1] if len(numbers) > 1 else None,
            self.names(node),
            off,
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


def _without_day(row: t.Row, names: Sequence[str]) -> str | None:
    """The column of a day for which a row has another cell."""
    days = ((name, cell) for name, cell in zip(names, row.cells, strict=False) if name in DAYS)
    return next((name for name, cell in days if cell.kind not in ("date", "blank")), None)
