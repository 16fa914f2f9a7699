"""A price for each row of a table of usage, written to a file whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from pricelang.engines.duck import Job
from pricelang.engines.names import fresh, literal, quoted
from pricelang.engines.rated_rows import decimal, rated
from pricelang.engines.sources import ending, reads
from pricelang.model.errors import BadRequest, PriceError
from pricelang.present.text import help_for, shown
from pricelang.usage.io.folders import PARQUET
from pricelang.usage.io.targets import Target, check_targets, is_stream
from pricelang.usage.io.writing import Drafts

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

COST = "cost"
_FORMATS = {
    ".parquet": "format parquet",
    ".pq": "format parquet",
    ".csv": "format csv, header",
    ".tsv": "format csv, header, delimiter '\t'",
    ".jsonl": "format json",
    ".ndjson": "format json",
}


class RefusedRows(PriceError):
    """A row of a table has no price (code `refused_rows`), and nothing was written.
    Rows are counted from 1.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            "refused_rows",
            f"{where} has no price: {reason}",
            help="send such rows to a file and keep the rest (`--rejects FILE`, or `rejects=` in "
            "Python)",
        )
        self.where, self.reason = where, reason


@frozen
class Written:
    """What was written: rows read, priced and refused,
    and the exact sum of the amounts by currency.
    """

    read: int
    priced: int
    refused: int
    totals: dict[str, Fraction]
    reasons: tuple[str, ...]
    """Why rows were refused: each sentence once."""


def select_sql(
    job: Job, lines: bool = False, keep: Sequence[str] | None = None, refused: bool = False
) -> str:
    """The priced rows as SQL: the columns of the usage (or those to `keep`),
    `cost`, `currency` where the book converts, `cost_METER` with `lines`.

    With `refused`, the rows without a price instead, with the `reason`.
    """
    own = [quoted(name) for name in (job.source.names if keep is None else keep)]
    if refused:
        left = (
            f"select {', '.join(own)}, pl_answer ->> '$.e' as reason from ({rated(job)}) where "
            f"{_REFUSED}"
        )
        one = len({file for file, _, _, _ in job.source.broken}) == 1
        reasons = [
            f"line {line} of {os.path.basename(file) if one else file}: {error}: {text}"
            for file, line, error, text in job.source.broken
        ]
        lines_left = [f"select {literal(reason)} as reason" for reason in reasons]
        return " union all by name ".join([left, *lines_left])
    own.append(f"{decimal(job, 'pl_atoms', '$.t')} as {COST}")
    if job.book.checked.conversions:
        own.append("coalesce(pl_currency, pl_answer ->> '$.c') as currency")
    if lines:
        own += [
            f"coalesce({decimal(job, f'pl_atoms_{n}', _path(name))}, 0) as "
            f"{quoted(f'{COST}_{name}')}"
            for n, (name, _) in enumerate(job.columns.meters)
        ]
    kept = "" if job.complete or job.guarded else f" where not coalesce({_REFUSED}, false)"
    return f"select {', '.join(own)} from ({rated(job)}){kept}"


_REFUSED = "(pl_answer is not null and (pl_answer ->> '$.e') is not null)"


def _path(meter: str) -> str:
    return f'$.l."{meter}"'


def priced(job: Job, lines: bool = False, keep: Sequence[str] | None = None) -> DuckDBPyRelation:
    """The priced rows as a relation of the job's connection.
    Raises `RefusedRows` where a row has no price.

    It may become a view, and is right as long as the table is:
    rows that come later are priced by what was looked at, or one by one, or stop the query.
    """
    job.guarded = True
    _check_names(job, lines, keep)
    _raise_refused(job)
    return job.connection.sql(select_sql(job, lines, keep))


def write_priced(
    job: Job,
    output: str,
    rejects: str | None = None,
    lines: bool = False,
    keep: Sequence[str] | None = None,
) -> Written:
    """Writes the priced rows to a file (Parquet, CSV, TSV or JSON Lines, by its ending),
    and the others to `rejects`. Of the priced ones all columns are written, or those to `keep`.

    Both files appear whole, or neither does. Raises `RefusedRows` where a row has no price
    and there is no file for it, `BadRequest` for an output that cannot be written.
    """
    _check_names(job, lines, keep)
    _check_outputs(job, output, rejects)
    with Drafts() as drafts:
        count, totals = _write(job, select_sql(job, lines, keep), drafts.of(output), output)
        refused = job.rows - count + len(job.source.broken)
        if refused and rejects is None:
            raise _first_refused(job) or AssertionError("rows are missing that have a price")
        if rejects is not None:
            _copy(job, select_sql(job, refused=True), drafts.of(rejects), rejects)
        drafts.place()
    reasons = (*dict.fromkeys(error for _, _, error, _ in job.source.broken), *job.single.refused)
    return Written(count + refused, count, refused, totals, reasons)


def _check_outputs(job: Job, output: str, rejects: str | None) -> None:
    """Raises `BadRequest` where the priced rows or the refused ones cannot be written."""
    if rejects is not None and "reason" in map(str.lower, job.source.names):
        raise BadRequest(
            "bad_column",
            "the usage already has a column `reason`, which the refused rows get",
            help="rename that column",
        )
    targets = [Target("the output", output)]
    targets += [Target("the file of refused rows", rejects)] if rejects else []
    for target in targets:
        if reads(job.connection, job.source, target.path):
            raise BadRequest(
                "bad_output",
                f"`{shown(target.path)}` is read for its usage, which would be lost",
                help="name another file",
            )
        _form(target.path)
    check_targets(targets, ())


def _form(path: str) -> str:
    """How DuckDB writes a file, by its ending; a device or a pipe without one gets CSV.
    Raises `BadRequest`.
    """
    form = _FORMATS.get(ending(path)) or (_FORMATS[".csv"] if is_stream(path) else None)
    if form is None:
        raise BadRequest(
            "bad_output",
            f"`{shown(path)}` is not a kind of file that can be written",
            help="kinds: " + ", ".join(_FORMATS),
        )
    return form


def _copy(job: Job, sql: str, draft: str, output: str) -> int:
    """Writes rows to a file; returns their number."""
    form = _form(output)
    wide = [
        quoted(row[0])
        for row in job.connection.execute(f"describe {sql}").fetchall()
        if row[1] in ("HUGEINT", "UHUGEINT")
    ]
    if wide and ending(output) in PARQUET:  # where DuckDB would write them as floats
        sql = (
            "select * replace "
            f"({', '.join(f'{name}::decimal(38,0) as {name}' for name in wide)}) from ({sql})"
        )
    packed = (
        ", compression gzip"
        if output.lower().endswith(".gz")
        else ", compression zstd"
        if output.lower().endswith(".zst")
        else ""
    )
    found = job.connection.execute(f"copy ({sql}) to {literal(draft)} ({form}{packed})").fetchone()
    return int(found[0]) if found is not None else 0


def _write(job: Job, sql: str, draft: str, output: str) -> tuple[int, dict[str, Fraction]]:
    """Writes priced rows to a file; returns their number,
    and the sums of what was written, by currency.
    """
    if ending(output) in PARQUET:
        count = _copy(job, sql, draft, output)
        return count, _totals(job, f"read_parquet({literal(draft)})")
    # a text does not say its amounts exactly (JSON) or needs to be read again by its rules:
    # the rows are kept until they are there
    table = fresh("pricelang_priced")
    job.connection.execute(f"create temp table {table} as {sql}")
    try:
        return _copy(job, f"from {table}", draft, output), _totals(job, table)
    finally:
        job.connection.execute(f"drop table {table}")


def _totals(job: Job, rows: str) -> dict[str, Fraction]:
    currency = "currency" if job.book.checked.conversions else literal(job.book.currency)
    found = job.connection.execute(
        f"select {currency}, sum({COST}) from {rows} group by all"
    ).fetchall()
    return {name: Fraction(total) for name, total in found if total is not None}


def _check_names(job: Job, lines: bool, keep: Sequence[str] | None = None) -> None:
    for name in keep or ():
        if name not in job.source.names:
            help = help_for(name, job.source.names, "columns")
            raise BadRequest("no_column", f"there is no column `{shown(name)}` to keep", help=help)
    new = [
        COST,
        *(["currency"] if job.book.checked.conversions else []),
        *(f"{COST}_{name}" for name, _ in job.columns.meters if lines),
    ]
    taken = {name.lower() for name in (job.source.names if keep is None else keep)}
    twice = [name for name in new if name.lower() in taken]
    if twice:
        raise BadRequest(
            "bad_column",
            f"the usage already has a column `{twice[0]}`",
            help="price it without that column (`--keep`, `keep=`)",
        )


def _raise_refused(job: Job) -> None:
    found = _first_refused(job)
    if found is not None:
        raise found


def _first_refused(job: Job) -> RefusedRows | None:
    """The error of the first row without a price, with its number;
    of lines that are no rows before any other.
    """
    for _, line, error, _ in job.source.broken:
        return RefusedRows(f"line {line:,}", error)
    sql = (
        f"select pl_row, pl_answer ->> '$.e' from ({rated(job, numbered=True)}) where {_REFUSED} "
        "limit 1"
    )
    found = job.connection.execute(
        sql
    ).fetchall()  # all of them, so that the connection is free for what comes next
    return RefusedRows(f"row {found[0][0]:,}", found[0][1]) if found else None
