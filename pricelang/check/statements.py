"""Fifth pass: refusals, free requests, notes, rounding, conversion and figures."""

from __future__ import annotations

from typing import cast

from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.names import row_words
from pricelang.model import book as m
from pricelang.model.requests import is_no
from pricelang.model.space import meet
from pricelang.syntax import tree as t

STAGES = ("unit_price", "line", "total")
MODES = ("half_even", "half_up", "half_down", "up", "down")


def read_remarks(
    draft: Draft, kind: type[t.Refuse] | type[t.Free] | type[t.Note]
) -> list[m.Remark]:
    """All refusals, all free requests, or all notes."""
    found = []
    for layer, statement in draft.statements(kind):
        draft.only(statement.endings, SCOPED | WORDS, "this statement")
        text = statement.text.text if isinstance(statement, t.Note) else ""
        if not isinstance(statement, t.Note):
            if statement.endings.because is None:
                word = "a refusal" if isinstance(statement, t.Refuse) else "what is free"
                draft.fault("no_reason", f"{word} says why", statement.span, 'add `because "..."`')
            else:
                text = statement.endings.because.text
        scope = draft.scope(statement.endings, layer)
        found.append(m.Remark(scope, text, draft.origin(statement.span, statement.endings)))
    return found


def read_conversions(draft: Draft) -> list[m.Conversion]:
    """All currency conversions; two that hold at once are a fault."""
    found: list[m.Conversion] = []
    for layer, statement in draft.statements(t.Convert):
        draft.only(statement.endings, WORDS | {"from", "before"}, "`convert`")
        code = statement.currency.text
        if not (len(code) == 3 and code.isalpha() and code.isupper()):
            draft.fault(
                "currency",
                f"`{code}` is not a currency's code",
                statement.currency.span,
                "write three capitals such as `EUR`",
            )
        if not statement.rate.value:
            draft.fault(
                "zero", "a rate of zero makes things free without saying so", statement.rate.span
            )
        scope, origin = (
            draft.scope(statement.endings, layer),
            draft.origin(statement.span, statement.endings),
        )
        for other in found:
            if meet(other.scope, scope) is not None:
                draft.fault(
                    "overlap",
                    "two conversions hold on the same days",
                    statement.span,
                    None,
                    (span_of(other.origin), "the other"),
                )
        found.append(m.Conversion(code.upper(), scope, statement.rate.value, origin))
    return found


def read_roundings(draft: Draft, conversions: list[m.Conversion]) -> list[m.Rounding]:
    """All roundings; two of one stage that hold at once are a fault,
    and so is a total's in the wrong currency.
    """
    found: list[m.Rounding] = []
    for layer, statement in draft.statements(t.Round):
        draft.only(statement.endings, SCOPED | WORDS, "`round`")
        for word, known in ((statement.stage, STAGES), (statement.mode, MODES)):
            if word.text not in known:
                draft.unknown("rounding", word, known)
        scope, origin = (
            draft.scope(statement.endings, layer),
            draft.origin(statement.span, statement.endings),
        )
        if not statement.step.value:
            draft.fault("zero", "rounding needs a step above zero", statement.step.span)
        converted = [c for c in conversions if meet(c.scope, scope) is not None]
        if statement.stage.text == "total" and converted:
            requests = draft.requests
            others = requests.union(c.scope for c in converted)
            plain = requests.find([requests.existing, requests.within(scope), (others, is_no)])
            wanted = {c.currency for c in converted} | (
                {draft.currency} if plain is not None else set()
            )
            if statement.step.currency not in wanted:
                draft.fault(
                    "currency",
                    f"`{statement.step.written}` is in {statement.step.currency}, where the "
                    f"total is in {' or '.join(sorted(wanted))}",
                    statement.step.span,
                )
            elif len(wanted) > 1:
                draft.fault(
                    "currency",
                    f"the total is in {' and '.join(sorted(wanted))} on these days",
                    statement.step.span,
                    "write one rounding for each currency, with `from` and `before`",
                )
        else:
            draft.money(statement.step)
        for other in found:
            if other.stage == statement.stage.text and meet(other.scope, scope) is not None:
                draft.fault(
                    "overlap",
                    f"two roundings of `{other.stage}` hold on the same days",
                    statement.span,
                    None,
                    (span_of(other.origin), "the other"),
                )
        found.append(
            m.Rounding(
                cast(m.Stage, statement.stage.text),
                scope,
                statement.step.value,
                statement.step.currency,
                statement.mode.text,
                origin,
            )
        )
    return found


def read_figures(draft: Draft) -> list[m.Figure]:
    """All figures: facts for estimates, which price nothing.
    The first column names the row: a model, or anything.
    """
    found: list[m.Figure] = []
    units: dict[str, t.Name] = {}
    for _, statement in draft.statements(t.Figures):
        draft.only(statement.endings, WORDS, "a table of figures")
        units.setdefault(statement.name.text, statement.unit)
        if units[statement.name.text].text != statement.unit.text:
            draft.fault(
                "unit",
                f"figures `{statement.name.text}` are in another unit elsewhere",
                statement.unit.span,
                None,
                (units[statement.name.text].span, "here"),
            )
        names = [
            cell.value.text if isinstance(cell.value, t.Name) else ""
            for cell in statement.table.header.cells
        ]
        columns = {name: index for index, name in enumerate(names)}
        if (
            len(columns) < len(names)
            or "from" not in columns
            or len(names) < 3
            or columns["from"] != 1
        ):
            draft.fault(
                "table",
                "figures have a column that names the row, `from`, and one or more columns "
                "of numbers",
                statement.table.header.span,
            )
            continue
        for row in statement.table.rows:
            if len(row.cells) == len(names):
                found += _figure_row(draft, statement, row, names, columns)
    return found


def _figure_row(
    draft: Draft, statement: t.Figures, row: t.Row, names: list[str], columns: dict[str, int]
) -> list[m.Figure]:
    key, start = row.cells[0], row.cells[1].value
    label = (
        key.value.text
        if isinstance(key.value, t.Name | t.Text)
        else key.value.written
        if isinstance(key.value, t.Number)
        else ""
    )
    if not isinstance(start, t.Date) or not label:
        draft.fault(
            "table", "a row begins with what it is about and the day from which it holds", row.span
        )
        return []
    if names[0] == "model" and label not in draft.model_index and isinstance(key.value, t.Name):
        draft.unknown("model", key.value, draft.model_index)
        return []
    origin = row_words(draft, row, columns, statement.endings)
    found = []
    for name, cell in zip(names[2:], row.cells[2:], strict=True):
        if name in ("see", "unsure") or cell.kind == "not_offered":
            continue
        if not isinstance(cell.value, t.Number):
            draft.fault("table", f"the column `{name}` takes a number", cell.span)
            continue
        model = draft.model_index.get(label) if names[0] == "model" else None
        found.append(
            m.Figure(
                statement.name.text,
                model,
                label,
                start.seconds,
                name,
                cell.value.value,
                statement.unit.text,
                origin,
                names[0],
            )
        )
    return found
