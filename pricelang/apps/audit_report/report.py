"""What a report on a book says, as data:
sheets of cells that know their rules, verdicts, matrix, charts.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from attrs import frozen

from pricelang.apps.audit_report.prices import price_sheets
from pricelang.apps.audit_report.section_contract import answers
from pricelang.apps.audit_report.time import Lane, history, periods
from pricelang.apps.break_even import CacheBreakEven, break_even
from pricelang.check.files import read_layers
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.instants import seconds_of, written
from pricelang.present.decimals import grouped, money
from pricelang.present.table import NotedCell, Table
from pricelang.verify.audit import Audit
from pricelang.verify.claims import Verdict
from pricelang.verify.diff.difference import compare
from pricelang.verify.order import Order
from pricelang.verify.stacking import Applicability, Meeting
from pricelang.verify.unreachable import UnusedRule
from pricelang.verify.witness import Witness


@frozen
class Payback:
    """Models whose cache pays alike.

    After `exact` reads the costs are equal; `reads` is the first whole number that costs less. Both
    are None where it never pays. `stack` names the rules that must hold; empty where none changes
    the number.
    """

    write: str
    models: tuple[str, ...]
    stack: tuple[str, ...]
    exact: Fraction | None
    reads: int | None


@frozen
class AuditReport:
    """Everything that is said of a book at `at` (UTC seconds).
    What a book has nothing of is empty.
    """

    name: str
    title: str
    currency: str
    at: int
    since: int | None
    prices: tuple[Table, ...]
    verdicts: tuple[Verdict, ...]
    meetings: tuple[Meeting, ...]
    reaches: tuple[Applicability, ...]
    order: Order
    paybacks: tuple[Payback, ...]
    break_even: tuple[Table, ...]
    lanes: tuple[Lane, ...]
    changes: Table
    periods: Table
    differences: tuple[Table, ...]
    dead: tuple[UnusedRule, ...]
    contract: tuple[tuple[str, Witness | None], ...]
    sources: tuple[m.Source, ...]
    modifier_places: Mapping[str, str]


def texts_of(source: str | Path) -> dict[str, str]:
    """The files of a book by the names that its rules' places use.
    Raises `BookError` where they cannot be read.
    """
    return {file.name: file.text for layer in read_layers(source) for file in layer.files}


def report_of(audited: Audit | m.Book, at: str, since: str | None = None) -> AuditReport:
    """The report on a book (or its `Audit`):
    its prices on a day or at an instant, and its differences since another.

    Raises `BadRequest` (`bad_date`), also where `since` is not before `at`.
    """
    seconds = seconds_of(at)
    earlier = seconds_of(since) if since is not None else None
    if earlier is not None and earlier >= seconds:
        raise BadRequest(
            "bad_date",
            f"`{written(earlier)}` is not before `{written(seconds)}`",
            help="differences are told from an earlier day to the day of the report",
        )
    audit = audited if isinstance(audited, Audit) else Audit(audited)
    book, analysis = audit.book, audit.analysis
    lanes, changes = history(analysis)
    prices = tuple(price_sheets(book, seconds))
    return AuditReport(
        book.name,
        book.title,
        book.currency,
        seconds,
        earlier,
        prices,
        audit.claims,
        audit.stacking,
        audit.reach,
        audit.order,
        *_break_even(book, seconds, prices),
        lanes,
        changes,
        periods(analysis),
        _differences(book, earlier, seconds, prices) if earlier is not None else (),
        audit.dead,
        tuple(answers(audit.against_below)) if book.bases else (),
        book.sources,
        {modifier.name: modifier.origin.place for modifier in book.modifiers},
    )


def _break_even(
    book: m.Book, seconds: int, listed: tuple[Table, ...]
) -> tuple[tuple[Payback, ...], tuple[Table, ...]]:
    """What the chart shows, and the sheets beside it:
    caches by model and stack, and the ends of free pools.
    """
    try:
        found = break_even(book, written(seconds))
    except PriceError as error:
        return (), (
            Table(
                ("Model",),
                (),
                title="Reads until a cache pays",
                note=f"not worked out: {error.message}",
            ),
        )
    groups: dict[
        tuple[str, tuple[str, ...], Fraction | None, int | None], list[CacheBreakEven]
    ] = {}
    for cache in found.caches:
        pays = cache.base_price > cache.read_price
        exact = (
            (cache.write_price - cache.base_price) / (cache.base_price - cache.read_price)
            if pays
            else None
        )
        groups.setdefault((cache.write, cache.stack, exact, cache.reads), []).append(cache)
    lanes = tuple(
        Payback(write, tuple(cache.model for cache in caches), stack, exact, reads)
        for (write, stack, exact, reads), caches in groups.items()
    )
    places = {
        (row[0], ""): NotedCell.of(row[0]).place for sheet in listed[:1] for row in sheet.rows
    }
    places |= {
        (row[0], name): NotedCell.of(cell).place
        for sheet in listed[:1]
        for row in sheet.rows
        for name, cell in zip(sheet.headers, row, strict=True)
        if name != sheet.headers[0]
    }
    sheets = []
    if found.caches:
        rows = tuple(_cache_row(book, cache, places) for cache in found.caches)
        columns = ("Model", "Cache", "Write", "Read", "No cache", "Pays after", "Where")
        sheets.append(
            Table(columns, rows, frozenset({2, 3, 4, 5}), title="Reads until a cache pays")
        )
    if found.pools:
        rows = tuple(
            (
                NotedCell(pool.title, pool.location),
                NotedCell(
                    f"{grouped(pool.quantity)} {pool.unit} per {pool.account}", pool.location
                ),
                NotedCell(
                    f"{grouped(pool.uses)} of the shortest uses" if pool.uses is not None else ""
                ),
                NotedCell(
                    f"{money(pool.price, pool.currency or book.currency)} per {pool.per}",
                    pool.location,
                ),
            )
            for pool in found.pools
        )
        sheets.append(
            Table(
                ("Charge", "Free", "Or at the latest after", "From then on"),
                rows,
                title="Where free pools end",
            )
        )
    return lanes, tuple(sheets)


def _cache_row(
    book: m.Book, cache: CacheBreakEven, places: Mapping[tuple[str, str], str]
) -> tuple[NotedCell, ...]:
    currency = cache.currency or book.currency
    figures = (
        (cache.write, cache.write_price),
        (cache.read, cache.read_price),
        (cache.base, cache.base_price),
    )
    prices = [
        NotedCell(
            money(price, currency), places.get((cache.model, name), ""), f"{name} per {cache.per}"
        )
        for name, price in figures
    ]
    reads = (
        "never"
        if cache.reads is None
        else f"{cache.reads} read" + ("" if cache.reads == 1 else "s")
    )
    where = (
        "in every stack"
        if cache.everywhere
        else ", ".join(filter(None, (" x ".join(cache.stack) or "no multiplier", cache.given)))
    )
    return (
        NotedCell(cache.model, places.get((cache.model, ""), "")),
        NotedCell(cache.write),
        *prices,
        NotedCell(reads),
        NotedCell(where),
    )


def _differences(book: m.Book, since: int, at: int, listed: tuple[Table, ...]) -> tuple[Table, ...]:
    """What a request of the later day meets that an earlier one did not;
    figures that price nothing apart from it.
    """
    places = _places(book, at)
    places |= {
        ("model", row[0]): NotedCell.of(row[1]).place for sheet in listed[:1] for row in sheet.rows
    }
    places |= {
        ("price", row[0]): NotedCell.of(row[1]).place for sheet in listed[:1] for row in sheet.rows
    }
    rows: dict[bool, list[tuple[NotedCell, ...]]] = {False: [], True: []}
    for change in compare(book, book, written(since), written(at)):
        what = change.subject.replace("`", "") or change.kind
        keys = [
            (change.kind, what),
            (change.kind, f"{what} of {change.who.replace('`', '')}"),
            *((change.kind, name) for name in change.models),
        ]
        place = next((places[key] for key in keys if key in places), "")
        rows[change.kind == "figure"].append(
            (NotedCell(what, place), NotedCell(change.text.replace(" -> ", " → ")))
        )
    titles = (
        (False, "What requests pay, and what they may ask"),
        (True, "Figures that price nothing"),
    )
    return tuple(
        Table(("What", "Change"), tuple(rows[x]), title=title, folded=x)
        for x, title in titles
        if rows[x]
    )


def _places(book: m.Book, at: int) -> dict[tuple[str, str], str]:
    """Where the things that differences speak of stand,
    by the kind and the subject of a difference.
    """
    names = tuple(modifier.name for modifier in book.modifiers)
    places = {("modifier", modifier.name): modifier.origin.place for modifier in book.modifiers}
    for exclusion in book.exclusions:
        sides = exclusion.label(names).split(" with ")
        for order in (sides, sides[::-1]):
            places["exclusion", " with ".join(order)] = exclusion.origin.place
    places |= {("model", model.name): model.origin.place for model in book.models}
    places |= {
        ("offer", f"{d.name} {value.name}"): d.origin.place
        for d in book.dimensions
        for value in d.values
    }
    places |= {("offer", meter.name): meter.origin.place for meter in book.meters}
    places |= {
        ("charge", book.meters[charge.meter].name): charge.origin.place for charge in book.charges
    }
    for figure in sorted(book.figures, key=lambda figure: figure.start):
        if figure.start <= at:
            places["figure", f"{figure.table} {figure.column} of {figure.row}"] = (
                figure.origin.place
            )
    return places
