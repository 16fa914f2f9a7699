"""What usage comes to by a book, quantity by quantity:
the side of a reconciliation that is worked out.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import IO, TYPE_CHECKING, cast

from attrs import evolve

from pricelang.apps.reconcile.admin import CountedRow, counted
from pricelang.apps.reconcile.documents import documents
from pricelang.apps.reconcile.keys import (
    COST_TYPES,
    TOKEN_TYPES,
    TOKENS,
    Key,
    Request,
    Side,
    Unread,
    Used,
    stated_by,
    window_sides,
)
from pricelang.apps.reconcile.pages import day_after, is_page, pages
from pricelang.evaluate.line_items import Priced
from pricelang.model.errors import BELT, PriceError
from pricelang.model.instants import seconds_of, today, written
from pricelang.usage.io.files import STDIN, opened, standard_input
from pricelang.usage.model_mapping import requested
from pricelang.usage.records import Outcome, Part, Record, Rejected, Skipped, UsageError

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

SPOOLED = 16 * 2**20
LONG = "200k-1M"
PLAIN_TIER = "standard"


def usage_side(
    book: PriceBook,
    source: object,
    dimensions: Mapping[str, str] | None = None,
    at: str | None = None,
    unknown_counters: str = "refuse",
) -> tuple[tuple[Used, ...], Side]:
    """The quantities of a usage report or of usage records,
    each with what it comes to, and what was read.

    `dimensions` and `at` hold where the usage says nothing. Raises `UsageError` for usage that
    cannot be read at all; a row that cannot be read is one of the side's `unread`, and a row
    without a price has its `error`.
    """
    given = dict(dimensions or {})
    if not isinstance(source, str | os.PathLike):
        found = list(documents(source))
        if (
            found
            and not is_page(found[0][1])
            and isinstance(found[0][1], Mapping)
            and "data" not in found[0][1]
        ):
            raise UsageError(
                "unknown_report",
                "records in memory are not reconciled",
                "give the path of their file, or the pages of a usage report",
            )
        return _report_side(book, found, given, unknown_counters)
    path = str(os.fspath(source))
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as kept:
        stdin = cast(IO[bytes], kept)
        if path == STDIN:
            # What it holds is known from its first value, and is then read from the start.
            shutil.copyfileobj(standard_input(), kept)
            kept.seek(0)
        _, first = next(documents(path, stdin), (path, None))
        kept.seek(0)
        if not isinstance(first, Mapping) or "data" in first:
            return _report_side(book, documents(path, stdin), given, unknown_counters)
        return _record_side(book, path, given, at, _outcomes(path, stdin, unknown_counters))


# ---- the usage report ----------------------------------------------------------------------------


def _report_side(
    book: PriceBook,
    found: Iterable[tuple[str, object]],
    given: Mapping[str, str],
    unknown_counters: str,
) -> tuple[tuple[Used, ...], Side]:
    report = pages(found, "usage report")
    rows: list[CountedRow] = []
    unread: list[Unread] = []
    tiered = (
        any(dimension.name == "service_tier" for dimension in book.checked.dimensions)
        and "service_tier" not in given
    )
    for row in report.rows:
        try:
            found_row = counted(row, unknown_counters)
            if tiered and found_row.key.service_tier is None:
                raise UsageError(
                    "not_grouped",
                    "the row names no `service_tier`, which decides its price",
                    "run the report with `group_by[]=service_tier`, or say what holds: "
                    "`--service-tier standard`",
                )
            rows.append(found_row)
        except UsageError as error:
            if error.code == "unknown_report":
                raise
            unread.append(Unread(row.place, error.code, error.message, error.help))
    used = [line for row in rows for line in _priced_row(book, row, given)]
    notes = list(report.notes)
    stated = stated_by([row.key for row in rows]) | {"cost_type", "token_type"}
    if rows and "service_tier" not in stated and "service_tier" in given:
        notes.append(
            "the usage report is not grouped by service_tier: all of it is taken as "
            f"{given['service_tier']}"
        )
    if rows and "inference_geo" not in stated:
        notes.append(
            "the usage report is not grouped by inference_geo: all of it is taken as global"
        )
    side = Side(
        report.name,
        "Admin usage report",
        len(report.rows),
        report.start,
        report.end,
        stated,
        tuple(notes),
        tuple(unread),
    )
    return tuple(used), side


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
        book, key, key.day or "", dimensions, row.quantities, sides, row.place, of_report=True
    )


def canonical(book: PriceBook, model: str, day: str) -> str:
    """The id of a model that the book knows by this name on that day; any other name as it is."""
    try:
        return book.checked.models[book.rates.model_index(model, seconds_of(day))].name
    except PriceError:
        return model


# ---- quantities to amounts -----------------------------------------------------------------------


def priced_quantities(
    book: PriceBook,
    key: Key,
    at: str,
    dimensions: Mapping[str, str],
    usage: Mapping[str, object],
    sides: Mapping[int, tuple[int, ...]],
    place: str,
    *,
    of_report: bool = False,
    single: bool = False,
) -> Iterator[Used]:
    """A line for each meter of a request or of a sum over requests:
    the least and the most that it can come to.
    """
    error: PriceError | None = None
    choices: list[Priced] = []
    try:
        if single:
            choices = [book.rates.request(key.model or "", at, usage, dimensions)]
            sides = {
                index: (book.rates.side(index, choices[0].usage),)
                for index in range(len(book.checked.sums))
            }
        else:
            choices = book.rates.bounds(key.model or "", at, usage, dimensions, sides)
            if of_report and key.context_window is None:
                choices += _with_long_window(book, key.model or "", at, usage, dimensions)
    except PriceError as refusal:
        error = refusal
    for meter, quantity in usage.items():
        line_key = _line_key(key, meter)
        request = Request(key.model or "", at, dict(dimensions), meter, dict(sides))
        if error is not None:
            amount_of = quantity if isinstance(quantity, int | Fraction) else 0
            yield Used(line_key, request, Fraction(amount_of), place, error=error)
            continue
        amounts = sorted(
            (_line_amount(priced, meter), number) for number, priced in enumerate(choices)
        )
        least = choices[amounts[0][1]]
        uses = least.usage.get(meter, ())
        if any(uses):
            yield Used(
                line_key,
                request,
                Fraction(sum(uses)),
                place,
                amounts[0][0],
                amounts[-1][0],
                least.currency,
                least,
            )


def _with_long_window(
    book: PriceBook, model: str, at: str, usage: Mapping[str, object], dimensions: Mapping[str, str]
) -> list[Priced]:
    """The same with the long context window, where it is offered:
    a report that does not say leaves both open.
    """
    if (
        not any(dimension.name == "context_window" for dimension in book.checked.dimensions)
        or "context_window" in dimensions
    ):
        return []
    try:
        return book.rates.bounds(model, at, usage, {**dimensions, "context_window": "long"}, {})
    except PriceError:
        return []


def _line_amount(priced: Priced, meter: str) -> Fraction:
    return sum(
        (
            line.amount
            for line in priced.amounts
            if line.rate is not None and line.rate.meter.name == meter
        ),
        Fraction(0),
    )


def _line_key(key: Key, meter: str) -> Key:
    """The key of one meter."""
    if meter in COST_TYPES:
        return evolve(key, cost_type=COST_TYPES[meter])
    return evolve(key, cost_type=TOKENS, token_type=TOKEN_TYPES.get(meter, meter))


# ---- records -------------------------------------------------------------------------------------


def _outcomes(path: str, stdin: IO[bytes], unknown_counters: str) -> Iterator[Outcome]:
    from pricelang.usage.io.folders import record_files
    from pricelang.usage.reading import read, read_paths

    if path == STDIN:
        return read(opened(stdin), path, unknown_counters=unknown_counters)
    return read_paths(
        record_files(path) if os.path.isdir(path) else [path], unknown_counters=unknown_counters
    )


def _record_side(
    book: PriceBook,
    path: str,
    given: Mapping[str, str],
    at: str | None,
    outcomes: Iterable[Outcome],
) -> tuple[tuple[Used, ...], Side]:
    """The parts of usage records; the day of a record is that of its `at`,
    its workspace what it says of itself.
    """
    used: list[Used] = []
    unread: list[Unread] = []
    notes: list[str] = []
    records = skipped = undated = 0
    for outcome in outcomes:
        if isinstance(outcome, Skipped):
            skipped += 1
        elif isinstance(outcome, Rejected):
            unread.append(Unread(str(outcome.place), outcome.code, outcome.message, outcome.help))
        else:
            records += 1
            undated += any(part.at is None for part in outcome.parts)
            for part in outcome.parts:
                try:
                    with BELT:
                        used += list(_priced_part(book, outcome, part, given, at or today()))
                except PriceError as error:
                    unread.append(Unread(str(outcome.place), error.code, error.message, error.help))
    if skipped:
        notes.append(f"{skipped:,} of the lines are no usage records of their own and were skipped")
    if undated:
        notes.append(f"{undated:,} of the records have no date: priced as of {at or today()}")
    days = sorted(line.key.day for line in used if line.key.day)
    start, end = (days[0], day_after(days[-1])) if days else (None, None)
    stated = stated_by([line.key for line in used]) | {
        "cost_type",
        "token_type",
        "service_tier",
        "inference_geo",
    }
    return tuple(used), Side(
        path,
        "usage records",
        records + len(unread),
        start,
        end,
        stated,
        tuple(notes),
        tuple(unread),
    )


def _priced_part(
    book: PriceBook, record: Record, part: Part, given: Mapping[str, str], undated: str
) -> Iterator[Used]:
    name, dimensions = requested(book.checked, part, None, given)
    at = part.at if part.at is not None else undated
    day = written(seconds_of(at))[:10]
    key = Key(
        day,
        {**record.attributes, **part.attributes}.get("workspace"),
        None,
        canonical(book, name, at),
        dimensions.get("service_tier", PLAIN_TIER),
        LONG if dimensions.get("context_window") == "long" else None,
        dimensions.get("inference_geo", "global"),
    )
    sides = book.rates.sides(part.sides)
    yield from priced_quantities(
        book,
        key,
        at,
        dimensions,
        part.usage,
        sides,
        str(record.place),
        single=part.kind == "single",
    )
