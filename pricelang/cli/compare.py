"""`pricelang compare`: the same usage under other models and modes, ranked, with the rule that
refuses an alternative.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from pricelang.cli.answers import outcomes_of
from pricelang.cli.book_flags import BookCommand, taken_from_flags
from pricelang.cli.exit_codes import DONE, SOME_FAILED, WRONG_USAGE
from pricelang.cli.options import Input, input_of, input_options, open_book
from pricelang.cli.output import Failure, error_block, markdown, show_table, with_progress
from pricelang.cli.request import span_of
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note
from pricelang.present.decimals import money_cut, plain
from pricelang.present.markdown import quoted
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.present.text_tables import note_line
from pricelang.usage.io.csv_lines import CsvWriter
from pricelang.usage.request_flags import quantity

if TYPE_CHECKING:
    from pricelang.apps.quote.compare import AlternativeComparison, AlternativeRow
    from pricelang.apps.quote.model import Range
    from pricelang.apps.quote.scenarios import RequestBody
    from pricelang.usage.records import Outcome

VALUES_WIDTH = 48
CSV_COLUMNS = (
    "rank",
    "axis",
    "value",
    "low",
    "expected",
    "high",
    "currency",
    "change",
    "records",
    "refused",
    "code",
    "rule",
    "reason",
    "location",
)


@click.command(
    cls=BookCommand,
    epilog="Exit codes: 0 all records were compared; 1 some have no price as they are (named on "
    "standard error); "
    "2 wrong usage, or a book that cannot be used.",
)
@input_options
@click.option(
    "--what-if",
    "what_ifs",
    multiple=True,
    metavar="AXIS=VALUE[,…]",
    help="Only this change, or these at once, such as service_tier=batch, model=…, at=DATE or "
    "cache=none. May be repeated.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="models|modes|AXIS",
    help="Only other models, other modes, or one axis. May be repeated.",
)
@click.option(
    "--cross",
    multiple=True,
    metavar="AXIS",
    help="Combine the changes on this axis with those on the other axes so named.",
)
@click.option(
    "--reads",
    type=click.IntRange(0, 1_000_000),
    metavar="N",
    help="Send each prompt N times again; a cache may hold it.",
)
@click.option(
    "--cached",
    metavar="TOKENS",
    help="With --reads, the tokens of each prompt that stay the same. Default: all.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    metavar="N",
    help="Show the N cheapest. What is refused is always shown.",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print tables in Markdown.")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values, one row a line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with everything.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    what_ifs: tuple[str, ...],
    only: tuple[str, ...],
    cross: tuple[str, ...],
    reads: int | None,
    cached: str | None,
    top: int | None,
    as_markdown: bool,
    as_csv: bool,
    as_json: bool,
    **params: Any,
) -> None:
    """Compare what usage costs under every other model, mode and cache of the book. The usage is
    records, request bodies that are not sent yet, or one request given by flags. Each row makes
    one change; rows are ranked by their expected amount and show the change against the usage as
    given. An alternative that cannot exist is shown with the rule that refuses it. A record that
    an alternative refuses stays as given in that row's amount.

    \b
    Examples:
      pricelang compare --model claude-opus-4-7 --input 50k --output 15k --at 2026-04-17
      pricelang compare records.jsonl --what-if service_tier=batch --what-if model=claude-haiku-4-5
      pricelang compare --model claude-sonnet-4-6 --input 20k --reads 5 --only cache
      pricelang compare request.json --output 800 --reads 20
    """
    if as_markdown + as_csv + as_json > 1:
        ctx.fail("`--markdown`, `--csv` and `--json` cannot be combined; choose one")
    if cached is not None and reads is None:
        ctx.fail("`--cached` needs `--reads`")
    of_files, output = _quantities(ctx, params)
    given = input_of(ctx, params)
    book = open_book(given.book)
    from pricelang.apps.quote.compare import compare
    from pricelang.apps.quote.variants import Scenario
    from pricelang.evaluate.days import asked

    scenario = Scenario(
        given.model,
        asked(book.checked, given.at),
        given.dimensions,
        reads,
        None if cached is None else _tokens(ctx, cached),
    )
    try:
        outcomes = with_progress(_subjects(given, output, of_files), shares_terminal=False)
        found = compare(book, outcomes, scenario, what_ifs=what_ifs, only=only, cross=cross)
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None
    if as_json:
        click.echo(json.dumps({"book": book.name, **_as_data(found, top)}))
    elif as_csv:
        click.echo(_as_csv(found, top), nl=False)
    else:
        _show(found, top, as_markdown)
        if given.at is None and given.usage and not as_markdown:
            click.echo(
                note_line(
                    Note("no_date", f"no date is given: priced as of {scenario.at}").to_dict()
                )
            )
    sys.stdout.flush()
    for place, failure in found.failures:
        click.echo(
            error_block(failure, str(place) if place.file or place.id else "", sys.stderr), err=True
        )
    ctx.exit(_code(found, bool(given.usage)))


def _quantities(ctx: click.Context, params: dict[str, Any]) -> tuple[dict[str, object], int | None]:
    """The quantities beside files, which are of request bodies, and the length of their answers."""
    if not params["files"]:
        return {}, None
    usage: dict[str, object] = {}
    for name, given in taken_from_flags(ctx, params, "meters").items():
        texts = [quantity(text) for text in given]
        usage[name] = texts[0] if len(texts) == 1 else texts
    output = usage.pop("output", None)
    return usage, None if output is None else _tokens(ctx, str(output), "--output")


def _subjects(
    given: Input, output: int | None, usage: dict[str, object]
) -> Iterable[Outcome | RequestBody]:
    """The records or the request bodies that are asked for.
    Raises `Failure` for an unknown format.
    """
    if given.usage:
        return outcomes_of(given)
    from pricelang.apps.quote.inputs import subjects_of
    from pricelang.usage.records import UsageError

    try:
        return subjects_of(given.files, given.format, output, usage, given.unknown_counters)
    except UsageError as error:
        raise Failure(error.code, error.message, error.help) from None


def _tokens(ctx: click.Context, text: str, flag: str = "--cached") -> int:
    digits = quantity(text)
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 18:
        ctx.fail(f"`{flag}` takes a number of tokens such as 40k, not `{printable(text[:60])}`")
    return int(digits)


def _code(found: AlternativeComparison, by_flags: bool) -> int:
    """A request by flags that cannot be read is wrong usage, as it is for `price`."""
    if not found.failures:
        return DONE
    unreadable = {"bad_quantity", "bad_date", "bad_record", "no_model", "bad_reads"}
    return WRONG_USAGE if by_flags and found.failures[0][1]["code"] in unreadable else SOME_FAILED


# ---- tables --------------------------------------------------------------------------------------


def _show(found: AlternativeComparison, top: int | None, as_markdown: bool) -> None:
    many = found.given.records + len(found.failures) > 1
    left = len(found.rows) - len(shown_rows(found, top))
    grids = []
    if found.rows:
        grids.append((ranked_grid(found, top, many), partial(ranked_grid, found, top, False)))
    refused = refused_grid(found, many)
    if refused.rows:
        grids.append((refused, partial(refused_grid, found, False, places=False)))
    for number, (grid, narrower) in enumerate(grids):
        if number:
            click.echo()
        if as_markdown:
            click.echo(markdown(grid))
        else:
            show_table(grid, narrower)
        if number == 0 and left:
            click.echo(f"… and {left:,} more")
    if grids:
        click.echo()
    for line in _sentences(found, shown_rows(found, top), many):
        click.echo(f"- {quoted(line)}" if as_markdown else line)


def ranked_grid(found: AlternativeComparison, top: int | None, counts: bool) -> Table:
    """The alternatives that have an amount, cheapest first;
    with the counts of refused records or without them.
    """
    rows = []
    shown = shown_rows(found, top)
    spans = any(row.amount is not None and not row.amount.known for _, row in shown)
    for number, row in shown:
        refused = [f"{row.refused:,}" if row.refused else ""] if counts else []
        amount = (
            money_cut(Fraction(row.amount.expected), found.currency)
            if row.amount is not None
            else ""
        )
        span = [span_words(row, found.currency)] if spans else []
        rows.append(
            (
                str(number),
                row.alternative.axis or "as given",
                row.alternative.value,
                amount,
                *span,
                change_words(row),
                *refused,
            )
        )
    headers = (
        "",
        "axis",
        "alternative",
        "amount",
        *(["range"] if spans else []),
        "change",
        *(["refused"] if counts else []),
    )
    return Table(headers, tuple(rows), frozenset({0, 3, *([len(headers) - 1] if counts else [])}))


def refused_grid(found: AlternativeComparison, counts: bool, places: bool = True) -> Table:
    """What has no price, whole or for some records, and the rule that says so."""
    together: dict[tuple[str, ...], list[str]] = {}
    for row in (
        *found.refused,
        *(row for row in found.rows if row.refused and row.alternative.changes),
    ):
        for refusal in row.refusals:
            key = (
                row.alternative.axis,
                f"{refusal.records:,}",
                refusal.rule or refusal.code,
                printable(refusal.message),
                refusal.location or "",
            )
            together.setdefault(key, []).append(row.alternative.value)
    rows = []
    for (axis, records, rule, because, where), values in together.items():
        for some in _joined(values, "; " if ", " in axis else ", "):
            rows.append(
                (
                    axis,
                    some,
                    *([records] if counts else []),
                    rule,
                    because,
                    *([where] if places else []),
                )
            )
    headers = (
        "axis",
        "refused",
        *(["records"] if counts else []),
        "rule",
        "because",
        *(["where"] if places else []),
    )
    return Table(headers, tuple(rows), frozenset({2}) if counts else frozenset())


def _joined(values: list[str], separator: str) -> Iterator[str]:
    """Values that one rule refuses, as many to a row as fit its column."""
    line = values[0]
    for value in values[1:]:
        if len(line) + len(value) > VALUES_WIDTH:
            yield line
            line = value
        else:
            line += separator + value
    yield line


def shown_rows(found: AlternativeComparison, top: int | None) -> list[tuple[int, AlternativeRow]]:
    """The rows to show with their ranks: the first, and the given one wherever it stands."""
    return [
        (number, row)
        for number, row in enumerate(found.rows, 1)
        if top is None or number <= top or not row.alternative.changes
    ]


def change_words(row: AlternativeRow) -> str:
    """`-50%`, cut to two decimals with an ellipsis where there are more."""
    from pricelang.apps.break_even import percent

    return "" if row.change is None else ("+" if row.change > 0 else "") + percent(row.change, 2)


def span_words(row: AlternativeRow, currency: str) -> str:
    """The least and the most, where they differ."""
    return (
        ""
        if row.amount is None or row.amount.known
        else f"{money_cut(Fraction(row.amount.low), currency)} to "
        f"{money_cut(Fraction(row.amount.high), currency)}"
    )


def _sentences(
    found: AlternativeComparison, shown: list[tuple[int, AlternativeRow]], many: bool
) -> Iterator[str]:
    """What stands under the tables: whether caches pay, what amounts hold, and notes."""
    yield from (answer.text for answer in found.caches)
    if many:
        yield (
            f"{found.given.records:,} records compared, {len(found.failures):,} without a price "
            f"as they are, {found.skipped:,} skipped"
        )
    if any(
        row.refused and row.amount is not None and row.alternative.changes for row in found.rows
    ):
        yield "a record that an alternative refuses stays as given in its amount"
    if found.grows is not None and any(
        row.amount is not None and not row.amount.known for _, row in shown
    ):
        yield (
            "a range: the same text is more tokens for some models than for others "
            f"({found.grows}); ranked by what is usual"
        )
    for row in found.rows:
        if row.added and found.given.records:
            added = row.added_amount
            span = span_of(Fraction(added.low), Fraction(added.high), found.currency)
            yield (
                f"{row.alternative.axis} {row.alternative.value} also prices {row.added:,} "
                f"without a price as given: {span}"
            )
    notes: dict[Note, list[str]] = {}
    for _, row in shown:
        for note in row.notes:
            notes.setdefault(note, []).append(
                f"{row.alternative.axis} {row.alternative.value}".strip() or "as given"
            )
    for note, names in notes.items():
        which = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield note_line(evolve(note, text=f"{which}: {note.text}").to_dict())


# ---- for programs --------------------------------------------------------------------------------


def _as_csv(found: AlternativeComparison, top: int | None) -> str:
    text = io.StringIO()
    writer = CsvWriter(text)
    writer.row(CSV_COLUMNS)
    ranked = [(str(number), row) for number, row in shown_rows(found, top)]
    for rank, row in [*ranked, *(("", row) for row in found.refused)]:
        first = row.refusals[0] if row.refusals and row.alternative.changes else None
        reason = [first.code, first.rule, first.message, first.location] if first else [None] * 4
        amounts = (
            [None] * 3
            if row.amount is None
            else [
                plain(Fraction(value))
                for value in (row.amount.low, row.amount.expected, row.amount.high)
            ]
        )
        change = None if row.change is None else plain(row.change)
        writer.row(
            [
                rank,
                row.alternative.axis,
                row.alternative.value,
                *amounts,
                found.currency,
                change,
                row.records,
                row.refused,
                *reason,
            ]
        )
    return text.getvalue()


def _as_data(found: AlternativeComparison, top: int | None) -> dict[str, object]:
    return {
        "currency": found.currency,
        "given": _row_data(found.given),
        "ranked": [{"rank": number, **_row_data(row)} for number, row in shown_rows(found, top)],
        "refused": [_row_data(row) for row in found.refused],
        "caches": [
            {
                "model": x.model,
                "cache": x.cache,
                "pays_after_reads": list(x.pays),
                "written": plain(x.written),
                "read": plain(x.read),
                "cost": plain(x.cost),
                "uncached": plain(x.uncached),
                "saved": plain(x.saved),
                "text": x.text,
            }
            for x in found.caches
        ],
        "errors": [
            {"error": error, "file": place.file, "line": place.line, "id": place.id}
            for place, error in found.failures
        ],
        "skipped": found.skipped,
        "tokenizer": found.grows,
    }


def _row_data(row: AlternativeRow) -> dict[str, object]:
    """An alternative; `change` is a share of the given amount, -0.5 for half of it less."""
    amount = (
        dict.fromkeys(("low", "expected", "high"))
        if row.amount is None
        else _range_data(row.amount)
    )
    found: dict[str, object] = {
        "changes": dict(row.alternative.changes),
        **amount,
        "change": None if row.change is None else plain(row.change),
        "records": row.records,
        "refused": row.refused,
        "changed": row.changed,
    }
    if row.added:
        found["added"] = {"records": row.added, **_range_data(row.added_amount)}
    return found | {
        "refusals": [
            {
                "code": x.code,
                "message": x.message,
                "rule": x.rule,
                "location": x.location,
                "help": x.help,
                "records": x.records,
            }
            for x in row.refusals
        ],
        "notes": [note.to_dict() for note in row.notes],
    }


def _range_data(amount: Range) -> dict[str, str | None]:
    return {name: plain(Fraction(getattr(amount, name))) for name in ("low", "expected", "high")}
