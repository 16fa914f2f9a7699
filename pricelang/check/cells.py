"""Columns and cells as other tables have them, and what to write instead."""

from __future__ import annotations

from collections.abc import Container
from functools import partial

from pricelang.check.draft import Draft
from pricelang.present.decimals import grouped
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Fault, Mend
from pricelang.syntax.number_habits import number_at, whole_number
from pricelang.syntax.words import is_name

_FROM = "write `from`: the day from which a row holds"
_END = "a row holds until the next one of its model: leave the column out"
_METERS = "each meter has a column of its own: `| model | from | input | output |`"
_COLUMNS = {
    _FROM: "date day effective effective_date effective_from since start start_date valid_from",
    _END: "before effective_to end end_date ends expires to until valid_to valid_until",
    _METERS: "amount cost meter metric price prices rate type value",
    "write `model`": "id model_id model_name name sku",
    "the header of the book says the currency: leave the column out": "currency ccy",
    "write `see`: the name of a `source`": "link page ref reference source url",
    "a remark is a `note`, a doubt a column `unsure`": "comment comments note notes remark remarks",
    "the unit stands behind `rates per`: leave the column out": "per unit units uom",
}
_WORDS = {word: help for help, words in _COLUMNS.items() for word in words.split()}
_FREE = frozenset({"free", "included", "gratis", "zero"})
_SAME = frozenset({"same", "ditto", "idem", "unchanged", "above", "as_above", "do."})
_NONE = frozenset({"n/a", "na", "nan", "nil", "none", "null", "no", "tba", "tbd", "unavailable"})


def column_help(name: str, columns: Container[str] = ()) -> str | None:
    """What to write instead of a column as other tables of prices have it; `columns` are those that
    the table may have.

    >>> column_help("currency")
    'the header of the book says the currency: leave the column out'
    >>> column_help("end", ("model", "released", "retired"))
    'write `retired`'
    """
    help = _WORDS.get(name.lower())
    of_models = {_FROM: "released", _END: "retired"}
    return f"write `{of_models[help]}`" if help in of_models and "retired" in columns else help


def no_amount(draft: Draft, name: str, cell: t.Cell) -> Fault:
    """The fault of a price of a meter that is no amount."""
    message = f"the price of `{name}` is an amount, `derived` or `not offered`"
    help, mend = _amount_help(name, cell), None
    if help is None and isinstance(cell.value, t.Number) and draft.currency == "USD":
        amount = f"${cell.value.written}"
        help = f"write `{amount}`"
        mend = partial(Mend, cell.span.column, cell.span.end_column, amount)
    return Fault("table", message, cell.span, help, mend=mend)


def _amount_help(name: str, cell: t.Cell) -> str | None:
    if isinstance(cell.value, t.Number):
        if not cell.value.written.endswith("%"):
            return None
        factor = grouped(cell.value.value)
        return f"write `derived`, and below the table `derive {name} is {factor} x input`"
    text = cell.value.text.lower() if isinstance(cell.value, t.Name | t.Text) else ""
    if text in _FREE:
        return 'write `$0`, and say why: `rates per ... because "..."`'
    if text in _SAME:
        return "write the amount again: each row says all of its prices"
    if text in _NONE:
        return "write `not offered` where there is no price"
    return "write an amount such as `$1`, or `not offered` where there is no price"


def no_number(draft: Draft, column: str, cell: t.Cell) -> Fault:
    """The fault of a figure that is no number."""
    message = f"the column `{column}` takes a number"
    found = number_at(draft.row(cell.span), cell.span.column)
    if found is None or found["suffix"] is None:
        return Fault("table", message, cell.span, "write `not offered` where no figure is known")
    whole = f"{whole_number(found.group()):,}"
    mend = partial(Mend, cell.span.column, cell.span.end_column, whole)
    return Fault("table", message, cell.span, f"write the whole number: `{whole}`", mend=mend)


def no_name(cell: t.Cell) -> Fault:
    """The fault of a cell that names no model, where a column takes one."""
    if cell.kind == "blank":
        return Fault("table", "this row has no `model`", cell.span)
    message, help, mend = "the column `model` takes the name of a model", None, None
    if isinstance(cell.value, t.Text) and is_name(cell.value.text):
        help = f"a name stands without quotes: `{cell.value.text}`"
        mend = partial(Mend, cell.span.column, cell.span.end_column, cell.value.text)
    return Fault("table", message, cell.span, help, mend=mend)
