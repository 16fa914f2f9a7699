"""The rows of the Admin API's usage and cost reports: what was counted, and what was billed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from pricelang.apps.reconcile.exact_sums import exact_sum
from pricelang.apps.reconcile.keys import (
    METERS,
    TOKENS,
    WEB_SEARCH,
    BilledAmount,
    Key,
    Side,
    Unread,
    stated_by,
)
from pricelang.apps.reconcile.pages import ReportRow, pages
from pricelang.present.decimals import money
from pricelang.usage.fields import count, optional_count, optional_object, shown, type_name, word
from pricelang.usage.formats.admin_usage import KNOWN
from pricelang.usage.records import UsageError
from pricelang.usage.unknown_policy import refuse_unknown

_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?\Z", re.ASCII)
ASKED_BY = ("workspace_id", "model", "service_tier", "context_window", "inference_geo")
"""What the rows of both reports can be grouped by, as the Admin API names it."""
_GEOS_THAT_MEAN_GLOBAL = ("not_available", "")


# ---- rows ----------------------------------------------------------------------------------------


def geo_of(value: str | None) -> str | None:
    """The residency that a report states: what it calls `not_available` is global."""
    return "global" if value in _GEOS_THAT_MEAN_GLOBAL else value


@frozen(eq=False)
class CountedRow:
    """A row of a usage report: its key without a token type,
    the speed, and its quantities by meter.
    """

    key: Key
    speed: str | None
    quantities: Mapping[str, int]
    place: str


def counted(row: ReportRow, unknown_counters: str = "refuse") -> CountedRow:
    """A row of the usage report.
    Raises `UsageError`, for a counter that is not known too unless `unknown_counters` is `warn`.
    """
    values = row.values
    if "amount" in values and "uncached_input_tokens" not in values:
        raise UsageError(
            "unknown_report",
            "this is a row of a cost report, not of a usage report",
            "the usage report comes first, the cost report second",
        )
    refuse_unknown(values, KNOWN, "results", unknown_counters)
    words = {name: word(values.get(name), name) for name in (*ASKED_BY, "speed")}
    if not words["model"]:
        raise UsageError(
            "no_model", "the row names no model", "run the report with `group_by[]=model`"
        )
    key = _key(row.day, words, None)
    return CountedRow(key, words["speed"], _quantities(values), row.place)


def _quantities(values: Mapping[str, object]) -> dict[str, int]:
    """The quantities of a row by meter, but for those that are zero. Raises `UsageError`."""
    split = optional_object(values, "cache_creation", "") or {}
    used = optional_object(values, "server_tool_use", "") or {}
    found = {}
    for name, meter in METERS.items():
        _, dot, inner = name.partition(".")
        found[meter] = (
            optional_count(split, inner, "cache_creation") if dot else _required(values, name)
        )
    found[WEB_SEARCH] = optional_count(used, "web_search_requests", "server_tool_use")
    return {meter: quantity for meter, quantity in found.items() if quantity}


def _key(
    day: str, words: Mapping[str, str | None], kind: str | None, token_type: str | None = None
) -> Key:
    """The key of a row by the dimensions that it names."""
    return Key(
        day,
        words["workspace_id"],
        kind,
        words["model"],
        words["service_tier"],
        words["context_window"],
        geo_of(words["inference_geo"]),
        token_type,
    )


def _required(values: Mapping[str, object], name: str) -> int:
    if values.get(name) is None:
        raise UsageError("missing_key", f"`{name}` is missing")
    return count(values[name], name)


def amount_of(value: object, path: str) -> Fraction:
    """An amount as it is written, exactly: a decimal string or a JSON number, never a float.
    Raises `UsageError`.
    """
    text = (
        value
        if isinstance(value, str)
        else format(value, "f")
        if isinstance(value, Decimal) and abs(value.adjusted()) < 40
        else str(value)
        if type(value) is int and abs(value) < 10**30
        else None
    )
    if text is None:
        raise UsageError("wrong_type", f"`{path}` is {type_name(value)}, not a decimal string")
    if not _AMOUNT.match(text):
        raise UsageError(
            "bad_amount",
            f"`{path}` is {shown(text)}, which is not a decimal of up to 30 digits on either "
            "side of its point",
        )
    return Fraction(text)


def billed(row: ReportRow) -> BilledAmount:
    """A row of the cost report; its `amount` is in cents. Raises `UsageError`."""
    values = row.values
    if "amount" not in values:
        raise _without_amount("uncached_input_tokens" in values)
    amount = amount_of(values["amount"], "amount") / 100
    listed = values.get("list_amount")
    stated = ("currency", "cost_type", "description", "token_type")
    words = {name: word(values.get(name), name) for name in (*ASKED_BY, *stated)}
    if words["currency"] is None:
        raise UsageError("missing_key", "`currency` is missing")
    kind, token_type = words["cost_type"], words["token_type"]
    if kind is None:
        raise UsageError(
            "not_grouped",
            "the row has no `cost_type`: it adds up costs of several kinds",
            "run the cost report with `group_by[]=description`, cost analytics with "
            "`group_by[]=cost_type` and `group_by[]=token_type`",
        )
    if kind == TOKENS and token_type is not None and token_type not in METERS:
        raise UsageError(
            "unknown_token_type",
            f"`token_type` is {shown(token_type)}",
            "known: " + ", ".join(METERS),
        )
    key = (
        _key(row.day, words, kind, token_type)
        if kind == TOKENS
        else Key(row.day, words["workspace_id"], kind)
    )
    return BilledAmount(
        key,
        amount,
        words["currency"].upper(),
        row.place,
        words["description"] or "",
        list_amount=None if listed is None else amount_of(listed, "list_amount") / 100,
    )


def _without_amount(of_usage: bool) -> UsageError:
    """The error of a row without an amount, which may be one of a usage report."""
    return UsageError(
        "unknown_report" if of_usage else "missing_key",
        "this is a row of a usage report, not of a cost report"
        if of_usage
        else "`amount` is missing",
        "the usage report comes first, the cost report second" if of_usage else None,
    )


def cost_side(found: Iterable[tuple[str, object]]) -> tuple[tuple[BilledAmount, ...], Side]:
    """The rows of a cost report, and what was read of it. Raises `UsageError`."""
    report = pages(found, "cost report")
    lines, unread = [], []
    for row in report.rows:
        try:
            lines.append(billed(row))
        except UsageError as error:
            if error.code == "unknown_report":
                raise
            unread.append(Unread(row.place, error.code, error.message, error.help))
    stated = stated_by([line.key for line in lines])
    return tuple(lines), Side(
        report.name,
        "Admin cost report",
        len(report.rows),
        report.start,
        report.end,
        stated,
        (*report.notes, *_discounts(lines)),
        tuple(unread),
    )


def _discounts(lines: Iterable[BilledAmount]) -> Iterator[str]:
    """A note on the discounts that a bill says itself."""
    listed = [line for line in lines if line.list_amount is not None]
    before = exact_sum(line.list_amount or Fraction(0) for line in listed)
    after = exact_sum(line.amount for line in listed)
    if before != after:
        currency = listed[0].currency
        yield (
            f"the bill says {money(before, currency)} by the list and {money(after, currency)} "
            f"after discounts: what is compared is after discounts, so give the contract that "
            "they are of as `--book`"
        )
