"""`pricelang sql`: the rates of a book and a query that prices by them, for a warehouse."""

from __future__ import annotations

import click

from pricelang.api import Book
from pricelang.cli.options import book_option, checked_instant, open_book, pairs
from pricelang.cli.output import Failure
from pricelang.model.errors import PriceError
from pricelang.present.text import printable

DIALECTS = (
    "duckdb",
    "spark",
    "bigquery",
    "snowflake",
    "trino",
    "clickhouse",
    "postgres",
    "redshift",
)


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@click.option(
    "--dialect",
    required=True,
    type=click.Choice(DIALECTS),
    help="The warehouse that reads the text.",
)
@click.option(
    "--usage-table",
    default="usage",
    show_default=True,
    metavar="NAME",
    help="The table of usage; dots separate schemas.",
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="NAME=COLUMN",
    help="The column of `model`, `at`, a dimension or a meter, where it has another name.",
)
@click.option(
    "--model", "models", multiple=True, metavar="ID", help="Only this model, and its aliases."
)
@click.option(
    "--meter",
    "meters",
    multiple=True,
    metavar="NAME",
    help="A meter that has a column. Default: all for which models have rates.",
)
@click.option(
    "--dimension",
    "dimensions",
    multiple=True,
    metavar="NAME",
    help="A dimension that has a column, or `none`. Default: all on which a price depends. The "
    "others have their default values.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="DIMENSION=VALUE",
    help="A value that holds for every row.",
)
@click.option(
    "--since",
    metavar="DATE",
    callback=lambda _ctx, _param, value: checked_instant(value),
    help="Only rates from this day on. Earlier usage has no price.",
)
@click.option(
    "--instants",
    type=click.Choice(["plain", "zoned"]),
    help="Whether `at` is a timestamp in UTC, or an instant with its zone. Default: what is usual "
    "for the dialect.",
)
@click.option(
    "--refused",
    type=click.Choice(["raise", "null"]),
    default="raise",
    show_default=True,
    help="Whether a row without a price stops the query, or has a NULL cost and a reason.",
)
@click.option(
    "--totals-by",
    metavar="COLUMN,…",
    help="Print totals by columns, `model`, `day`, `month` or `year` instead of a price for each "
    "row; an empty text gives one total.",
)
@click.option(
    "--account",
    metavar="COLUMN",
    help="The column of accounts. Free allowances and tiers are applied in order of instant within "
    "each period.",
)
@click.option(
    "--tie", metavar="COLUMN", help="The column that orders the rows of an account at one instant."
)
@click.option(
    "--settle",
    is_flag=True,
    help="Print what each account owes for each period, with the floors and caps of accounts.",
)
@click.option(
    "--sum",
    "is_sum",
    is_flag=True,
    help="Take each row as a sum of several requests, held against no limit of one request.",
)
@click.option("--schema", metavar="NAME", help="The schema of the tables of rates.")
@click.option(
    "--only",
    type=click.Choice(["tables", "query"]),
    help="Print only the tables of rates, or only the query.",
)
@book_option
@click.pass_context
def command(
    ctx: click.Context,
    dialect: str,
    usage_table: str,
    mapped: tuple[str, ...],
    models: tuple[str, ...],
    meters: tuple[str, ...],
    dimensions: tuple[str, ...],
    settings: tuple[str, ...],
    since: str | None,
    instants: str | None,
    refused: str,
    totals_by: str | None,
    account: str | None,
    tie: str | None,
    settle: bool,
    schema: str | None,
    only: str | None,
    book: str,
    is_sum: bool,
) -> None:
    """Print SQL for a warehouse: the rates of a book as two tables, and a query that prices a
    table of usage by them, exact to the last digit. A row without a price stops the query, or says
    why; no row is lost.

    \b
    Examples:
      pricelang sql --dialect duckdb --dimension service_tier --map at=ts
      pricelang sql --dialect bigquery --usage-table shop.usage --totals-by model,month
    """
    from pricelang.engines.warehouse import heading, plan_of, query
    from pricelang.engines.warehouse_accounts import account_query, settle_query
    from pricelang.engines.warehouse_rates import table_statements
    from pricelang.engines.warehouse_totals import totals_query

    if not all(part.strip() for part in usage_table.split(".")):
        ctx.fail(
            "`--usage-table` takes a name, or names with dots between, not "
            f"`{printable(usage_table)}`"
        )
    if tie is not None and account is None:
        ctx.fail("`--tie` orders the rows of accounts: it needs `--account COLUMN`")
    if settle and account is None:
        ctx.fail("`--settle` needs the column of accounts: `--account COLUMN`")
    if account is not None and totals_by is not None:
        ctx.fail(
            "`--totals-by` cannot be combined with `--account`: `--settle` gives the totals of "
            "accounts"
        )
    loaded = open_book(book)
    try:
        plan = plan_of(
            loaded,
            dialect,
            table=usage_table.split("."),
            mapping=dict(pairs(ctx, mapped, "--map", "NAME=COLUMN")),
            models=models or None,
            meters=meters,
            dimensions=_named(dimensions),
            since=since,
            fixed=dict(pairs(ctx, settings, "--set", "DIMENSION=VALUE")),
            instants=instants,
            schema=schema.split(".") if schema else (),
            account=account,
            tie=tie,
            sums=is_sum,
        )
        columns = (
            None
            if totals_by is None
            else [name.strip() for name in totals_by.split(",") if name.strip()]
        )
        if account is not None:
            asked = settle_query(plan, refused) if settle else account_query(plan, refused)
        else:
            asked = (
                query(plan, refused) if columns is None else totals_query(plan, columns, refused)
            )
        tables = [*table_statements(plan)]
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None
    click.echo(heading(plan), nl=False)
    if not meters:
        click.echo(_not_counted(loaded, {quantity.meter for quantity in plan.quantities}), nl=False)
    for statement in tables if only != "query" else ():
        click.echo(statement + ";")
    if only != "tables":
        click.echo(asked + ";")


def _not_counted(book: Book, counted: set[str]) -> str:
    """A comment on the meters for which no column is taken:
    what usage has of them is not in the amounts.
    """
    others = ", ".join(each.name for each in book.checked.meters if each.name not in counted)
    return (
        "-- no part of any amount, unless `--meter` names them beside the others: "
        f"{printable(others)}\n"
        if others
        else ""
    )


def _named(dimensions: tuple[str, ...]) -> list[str] | None:
    return [name for name in dimensions if name != "none"] if dimensions else None
