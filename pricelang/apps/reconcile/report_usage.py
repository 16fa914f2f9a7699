"""The usage of an Admin usage report, with what each quantity comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from pricelang.apps.reconcile.admin import CountedRow, counted
from pricelang.apps.reconcile.keys import (
    Side,
    Unread,
    Used,
    stated_by,
    window_sides,
)
from pricelang.apps.reconcile.pages import ReportRow, pages
from pricelang.apps.reconcile.quantities import Quantities, canonical, priced_quantities
from pricelang.usage.records import UsageError

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook
from pricelang.apps.reconcile.keys import LONG, PLAIN_TIER


def report_side(
    book: PriceBook,
    found: Iterable[tuple[str, object]],
    given: Mapping[str, str],
    unknown_counters: str,
) -> tuple[tuple[Used, ...], Side]:
    """The quantities of a report, each with what it comes to, and what was read."""
    report = pages(found, "usage report")
    tiered = (
        any(dimension.name == "service_tier" for dimension in book.checked.dimensions)
        and "service_tier" not in given
    )
    rows: list[CountedRow] = []
    unread: list[Unread] = []
    for row in report.rows:
        try:
            rows.append(_counted(row, tiered, unknown_counters))
        except UsageError as error:
            if error.code == "unknown_report":
                raise
            unread.append(Unread(row.place, error.code, error.message, error.help))
    stated = stated_by([row.key for row in rows]) | {"cost_type", "token_type"}
    notes = (*report.notes, *(_assumed(stated, given) if rows else ()))
    side = Side(
        report.name,
        "Admin usage report",
        len(report.rows),
        report.start,
        report.end,
        stated,
        notes,
        tuple(unread),
    )
    return tuple(line for row in rows for line in _priced_row(book, row, given)), side


def _counted(row: ReportRow, tiered: bool, unknown_counters: str) -> CountedRow:
    """A row, which says its service tier where that decides its price. Raises `UsageError`."""
    found = counted(row, unknown_counters)
    if tiered and found.key.service_tier is None:
        raise UsageError(
            "not_grouped",
            "the row names no `service_tier`, which decides its price",
            "run the report with `group_by[]=service_tier`, or say what holds: "
            "`--service-tier standard`",
        )
    return found


def _assumed(stated: frozenset[str], given: Mapping[str, str]) -> Iterator[str]:
    """What is taken to hold of all rows, since the report is not grouped by it."""
    if "service_tier" not in stated and "service_tier" in given:
        yield (
            "the usage report is not grouped by service_tier: all of it is taken as "
            f"{given['service_tier']}"
        )
    if "inference_geo" not in stated:
        yield "the usage report is not grouped by inference_geo: all of it is taken as global"


def _priced_row(book: PriceBook, row: CountedRow, given: Mapping[str, str]) -> Iterator[Used]:
    key = evolve(row.key, model=canonical(book, row.key.model or "", row.key.day or ""))
    dimensions = dict(given)
    for name, value, plain in (
        ("service_tier", key.service_tier, PLAIN_TIER),
        ("inference_geo", key.inference_geo, "global"),
        ("speed", row.speed, PLAIN_TIER),
    ):
        if value is not None and value != plain:
            dimensions[name] = value
        elif value is not None:
            dimensions.pop(name, None)
    if key.context_window == LONG:
        dimensions["context_window"] = "long"
    sides = (
        {} if key.context_window is None else window_sides(book.checked, key.context_window == LONG)
    )
    yield from priced_quantities(
        book,
        Quantities("report", key, key.day or "", dimensions, row.quantities, sides, row.place),
    )
