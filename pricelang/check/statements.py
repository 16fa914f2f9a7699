"""Fifth pass: refusals, free requests, notes, rounding, conversion and figures."""

from __future__ import annotations

from typing import cast, get_args

from pricelang.check.cells import no_number
from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.check.tables import header_names, row_origin
from pricelang.model import book as m
from pricelang.model.requests import is_no
from pricelang.model.space import meet
from pricelang.present.decimals import RoundingMode
from pricelang.syntax import tree as t

STAGES = get_args(m.Stage)
MODES = get_args(RoundingMode)


def read_remarks(
    draft: Draft, kind: type[t.Refuse] | type[t.Free] | type[t.Note]
) -> list[m.Remark]:
    """All refusals, all free requests, or all notes."""
    found = []
    for layer, statement in draft.statements(kind):
        draft.only(statement.endings, SCOPED | WORDS, "this statement")
        if isinstance(statement, t.Note):
            text = statement.text.text
        else:
            what = "a refusal" if isinstance(statement, t.Refuse) else "what is free"
            draft.needs_reason(what, statement.span, statement.endings)
            text = statement.endings.because.text if statement.endings.because else ""
        found.append(
            m.Remark(draft.scope(statement.endings, layer), text, _origin(draft, statement))
        )
    return found


def _origin(draft: Draft, statement: t.Statement) -> m.Origin:
    return draft.origin(statement.span, statement.endings)


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
        draft.no_zero("a rate", statement.rate)
        scope = draft.scope(statement.endings, layer)
        for other in found:
            if meet(other.scope, scope) is not None:
                message = "two conversions hold on the same days"
                draft.overlap(message, statement.span, span_of(other.origin))
        origin = _origin(draft, statement)
        found.append(m.Conversion(code.upper(), scope, statement.rate.value, origin))
    return found


def read_roundings(draft: Draft, conversions: list[m.Conversion]) -> list[m.Rounding]:
    """All roundings; two of one stage that hold at once are a fault."""
    found: list[m.Rounding] = []
    for layer, statement in draft.statements(t.Round):
        draft.only(statement.endings, SCOPED | WORDS, "`round`")
        for word, known in ((statement.stage, STAGES), (statement.mode, MODES)):
            if word.text not in known:
                draft.unknown("rounding", word, known)
        stage = cast(m.Stage, statement.stage.text)
        step, scope = statement.step, draft.scope(statement.endings, layer)
        if not step.value:
            draft.fault("zero", "rounding needs a step above zero", step.span)
        converted = [c for c in conversions if meet(c.scope, scope) is not None]
        if stage == "total" and converted:
            _check_currency(draft, step, scope, converted)
        else:
            draft.money(step)
        for other in found:
            if other.stage == stage and meet(other.scope, scope) is not None:
                message = f"two roundings of `{stage}` hold on the same days"
                draft.overlap(message, statement.span, span_of(other.origin))
        mode, origin = cast(RoundingMode, statement.mode.text), _origin(draft, statement)
        found.append(m.Rounding(stage, scope, step.value, step.currency, mode, origin))
    return found


def _check_currency(
    draft: Draft, step: t.Money, scope: m.Scope, converted: list[m.Conversion]
) -> None:
    """Reports a step that is not in the one currency of the totals that it rounds."""
    wanted = {conversion.currency for conversion in converted}
    requests = draft.requests
    others = (requests.union(conversion.scope for conversion in converted), is_no)
    if requests.find([requests.existing, requests.within(scope), others]) is not None:
        wanted.add(draft.currency)
    if step.currency not in wanted:
        totals = " or ".join(sorted(wanted))
        message = f"`{step.written}` is in {step.currency}, but the total is in {totals}"
        draft.fault("currency", message, step.span)
    elif len(wanted) > 1:
        draft.fault(
            "currency",
            f"the total is in {' and '.join(sorted(wanted))} on these days",
            step.span,
            "write one rounding for each currency, with `from` and `before`",
        )


def read_figures(draft: Draft) -> list[m.Figure]:
    """All figures: facts for estimates, which price nothing."""
    found: list[m.Figure] = []
    units: dict[str, t.Name] = {}
    for _, statement in draft.statements(t.Figures):
        draft.only(statement.endings, WORDS, "a table of figures")
        first = units.setdefault(statement.name.text, statement.unit)
        if first.text != statement.unit.text:
            message = f"figures `{statement.name.text}` are in another unit elsewhere"
            draft.fault("unit", message, statement.unit.span, None, (first.span, "here"))
        names = header_names(statement.table)
        if len(set(names)) < len(names) or names[1:2] != ["from"] or len(names) < 3:
            draft.fault(
                "table",
                "figures have a column that names the row, `from`, and one or more columns "
                "of numbers",
                statement.table.header.span,
            )
            continue
        for row in statement.table.rows:
            if len(row.cells) == len(names):
                found += _figure_row(draft, statement, row, names)
    return found


def _figure_row(draft: Draft, statement: t.Figures, row: t.Row, names: list[str]) -> list[m.Figure]:
    """The figures of a row, whose first cell says what they are of: a model, or anything."""
    key, start = row.cells[0].value, row.cells[1].value
    label = key.written if isinstance(key, t.Number) else ""
    label = key.text if isinstance(key, t.Name | t.Text) else label
    if not isinstance(start, t.Date) or not label:
        message = "a row begins with what it is about and the day from which it holds"
        draft.fault("table", message, row.span)
        return []
    model = draft.model_index.get(label) if names[0] == "model" else None
    if names[0] == "model" and model is None and isinstance(key, t.Name):
        draft.unknown("model", key, draft.model_index)
        return []
    name, unit = statement.name.text, statement.unit.text
    columns = {column: index for index, column in enumerate(names)}
    origin = row_origin(draft, row, columns, statement.endings)
    found = []
    for column, cell in zip(names[2:], row.cells[2:], strict=True):
        if column in ("see", "unsure") or cell.kind == "not_offered":
            continue
        if not isinstance(cell.value, t.Number):
            draft.faults.append(no_number(draft, column, cell))
            continue
        number = cell.value.value
        found.append(
            m.Figure(name, model, label, start.seconds, column, number, unit, origin, names[0])
        )
    return found
