"""What a report on a book says, as data:
sheets of cells that know their rules, verdicts, matrix, charts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from attrs import evolve, frozen

from pricelang.apps.audit_report.places import modifier_places, places_of
from pricelang.apps.audit_report.prices import price_sheets
from pricelang.apps.audit_report.section_contract import answers, verdict_words
from pricelang.apps.audit_report.section_extremes import RequestTable, extreme_tables
from pricelang.apps.audit_report.section_list import beside_list
from pricelang.apps.audit_report.section_tiers import has_tiers, tier_answers
from pricelang.apps.audit_report.time import Lane, history, periods
from pricelang.apps.break_even.break_even import break_even
from pricelang.apps.break_even.caches import CacheBreakEven
from pricelang.apps.tables.break_even import allowances_table, caches_table
from pricelang.check.files import compiled_in, read_layers
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.instants import seconds_of, written
from pricelang.present.table import NotedCell, Table
from pricelang.verify.audit import Audit
from pricelang.verify.claims import Verdict
from pricelang.verify.diff.difference import compare
from pricelang.verify.order import Order
from pricelang.verify.stacking import Applicability, Meeting
from pricelang.verify.together import TogetherSets
from pricelang.verify.unsaid import UnusedRule
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
    What a book has nothing of is empty: `contract`, `verdict` and `beside_list` are of a book that
    extends a list, `tiers` of one with prices that step with what an account has used.
    """

    name: str
    title: str
    currency: str
    at: int
    since: int | None
    prices: tuple[Table, ...]
    verdicts: tuple[Verdict, ...]
    meetings: tuple[Meeting, ...]
    together: TogetherSets
    extremes: tuple[RequestTable, ...]
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
    verdict: str
    beside_list: tuple[Table, ...]
    tiers: tuple[tuple[str, Witness | None], ...]
    sources: tuple[m.Source, ...]
    modifier_places: Mapping[str, str]


def texts_of(source: str | Path) -> dict[str, str]:
    """The files of a book by the names that its rules' places use; none of a compiled one.
    Raises `BookError` where they cannot be read.
    """
    if compiled_in(source):
        return {}
    return {file.name: file.text for layer in read_layers(source) for file in layer.files}


def report_of(audited: Audit | m.Book, at: str, since: str | None = None) -> AuditReport:
    """The report on a book (or its `Audit`):
    its prices on a day or at an instant, and its differences since another.

    Raises `BadRequest` (`bad_date`), also where `since` is not before `at`.
    """
    seconds = seconds_of(at)
    earlier = None if since is None else _earlier(since, seconds)
    audit = audited if isinstance(audited, Audit) else Audit(audited)
    book, analysis = audit.book, audit.analysis
    lanes, changes = history(analysis)
    prices = tuple(price_sheets(book, seconds))
    answered, verdict, beside = _contract(audit, seconds, prices)
    return AuditReport(
        book.name,
        book.title,
        book.currency,
        seconds,
        earlier,
        prices,
        audit.claims,
        audit.stacking,
        audit.together,
        tuple(extreme_tables(audit, True)),
        audit.reach,
        audit.order,
        *_break_even(book, seconds, prices),
        lanes,
        changes,
        periods(analysis),
        _differences(book, earlier, seconds, prices) if earlier is not None else (),
        audit.dead,
        answered,
        verdict,
        beside,
        tuple(tier_answers(audit)) if has_tiers(book) else (),
        book.sources,
        modifier_places(book),
    )


def _earlier(since: str, seconds: int) -> int:
    """The instant from which differences are shown. Raises `BadRequest` (`bad_date`)."""
    earlier = seconds_of(since)
    if earlier >= seconds:
        raise BadRequest(
            "bad_date",
            f"`{written(earlier)}` is not before `{written(seconds)}`",
            help="differences are shown from an earlier day to the day of the report",
        )
    return earlier


def _contract(
    audit: Audit, seconds: int, prices: tuple[Table, ...]
) -> tuple[tuple[tuple[str, Witness | None], ...], str, tuple[Table, ...]]:
    """The answers on a contract, its verdict, and its prices beside those of the list."""
    found, below = audit.against_below, audit.analysis.below()
    return (
        tuple(answers(found)) if audit.book.bases else (),
        "" if found is None else verdict_words(found),
        () if below is None else (beside_list(audit.book, below, seconds, prices),),
    )


def _break_even(
    book: m.Book, seconds: int, listed: tuple[Table, ...]
) -> tuple[tuple[Payback, ...], tuple[Table, ...]]:
    """What the chart shows, and the tables beside it:
    caches by model and stack, and the ends of free allowances.
    """
    try:
        found = break_even(book, written(seconds))
    except PriceError as error:
        note = f"not worked out: {error.message}"
        return (), (Table(("Model",), (), title="When a cache pays", note=note),)
    tables = [allowances_table(found)] if found.pools else []
    if found.caches:
        tables.insert(0, _placed(caches_table(found), found.caches, listed[:1]))
    return tuple(_paybacks(found.caches)), tuple(tables)


def _paybacks(caches: Iterable[CacheBreakEven]) -> Iterator[Payback]:
    """The models whose caches pay alike, together."""
    groups: dict[
        tuple[str, tuple[str, ...], Fraction | None, int | None], list[CacheBreakEven]
    ] = {}
    for cache in caches:
        saved = cache.base_price - cache.read_price
        exact = (cache.write_price - cache.base_price) / saved if saved > 0 else None
        groups.setdefault((cache.write, cache.stack, exact, cache.reads), []).append(cache)
    for (write, stack, exact, reads), together in groups.items():
        yield Payback(write, tuple(cache.model for cache in together), stack, exact, reads)


def _placed(table: Table, caches: tuple[CacheBreakEven, ...], prices: tuple[Table, ...]) -> Table:
    """The table of caches, each model and price with the place that the table of prices has."""
    places = {
        (row[0], name): NotedCell.of(cell).place
        for found in prices
        for row in found.rows
        for name, cell in zip(found.headers, row, strict=True)
    }
    rows = []
    for cache, (model, kind, base, write, read, *rest) in zip(caches, table.rows, strict=True):
        figures = ((cache.base, base), (cache.write, write), (cache.read, read))
        cells = [
            NotedCell(text, places.get((model, name), ""), f"{name} per {cache.per}")
            for name, text in figures
        ]
        named = NotedCell(model, places.get((model, "Model"), ""))
        rows.append((named, kind, *cells, *rest))
    return evolve(table, rows=tuple(rows))


def _differences(book: m.Book, since: int, at: int, listed: tuple[Table, ...]) -> tuple[Table, ...]:
    """What a request of the later day meets that an earlier one did not;
    figures that price nothing apart from it.
    """
    places = places_of(book, at)
    for sheet in listed[:1]:
        for row in sheet.rows:
            places["model", row[0]] = places["price", row[0]] = NotedCell.of(row[1]).place
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
