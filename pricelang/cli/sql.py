"""`pricelang sql`: the rates of a book and a query that prices by them, for a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from pricelang.api import Book
from pricelang.cli.failures import failures
from pricelang.cli.inputs import names_in, open_book, pairs
from pricelang.cli.options import book_option, checked_instant, option_group
from pricelang.present.text import printable

if TYPE_CHECKING:
    from pricelang.engines.warehouse_plan import Plan

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


@frozen
class Question:
    """What the query answers: a price for each row, totals, or what accounts owe; `only` leaves out
    the tables of rates or the query.
    """

    refused: str
    totals_by: list[str] | None
    accounts: bool
    settle: bool
    only: str | None


usage_options = option_group(
    click.option(
        "--usage-table",
        default="usage",
        show_default=True,
        metavar="NAME",
        help="The table of usage; dots separate schemas.",
    ),
    click.option(
        "--map",
        "mapped",
        multiple=True,
        metavar="NAME=COLUMN",
        help="The column of `model`, `at`, a dimension or a meter, where it has another name.",
    ),
    click.option(
        "--model", "models", multiple=True, metavar="ID", help="Only this model, and its aliases."
    ),
    click.option(
        "--meter",
        "meters",
        multiple=True,
        metavar="NAME",
        help="A meter that has a column. Default: all for which models have rates.",
    ),
    click.option(
        "--dimension",
        "dimensions",
        multiple=True,
        metavar="NAME",
        help="A dimension that has a column, or `none`. Default: all on which a price depends. The "
        "others have their default values.",
    ),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="DIMENSION=VALUE",
        help="A value that holds for every row.",
    ),
)
rate_options = option_group(
    click.option(
        "--since",
        metavar="DATE",
        callback=lambda _ctx, _param, value: checked_instant(value),
        help="Only rates from this day on. Earlier usage has no price.",
    ),
    click.option(
        "--instants",
        type=click.Choice(["plain", "zoned"]),
        help="Whether `at` is a timestamp in UTC, or an instant with its zone. Default: what is "
        "usual for the dialect.",
    ),
    click.option(
        "--refused",
        type=click.Choice(["raise", "null"]),
        default="raise",
        show_default=True,
        help="Whether a row without a price stops the query, or has a NULL cost and a reason.",
    ),
)
total_options = option_group(
    click.option(
        "--totals-by",
        metavar="COLUMN,…",
        help="Print totals by columns, `model`, `day`, `month` or `year` instead of a price for "
        "each row; an empty text gives one total.",
    ),
    click.option(
        "--account",
        "accounts",
        multiple=True,
        metavar="[KEY=]COLUMN",
        help="The column of accounts: of organizations, or of the key after `per`, such as "
        "`project=COLUMN`; once for each key by which the book counts. Free allowances and tiers "
        "are applied in order of instant within each period.",
    ),
    click.option(
        "--tie",
        metavar="COLUMN",
        help="The column that orders the rows of an account at one instant.",
    ),
    click.option(
        "--settle",
        is_flag=True,
        help="Print what each account owes for each period, with the floors and caps of accounts.",
    ),
    click.option(
        "--sum",
        "is_sum",
        is_flag=True,
        help="Take each row as a sum of several requests, held against no limit of one request.",
    ),
)
output_options = option_group(
    click.option("--schema", metavar="NAME", help="The schema of the tables of rates."),
    click.option(
        "--only",
        type=click.Choice(["tables", "query"]),
        help="Print only the tables of rates, or only the query.",
    ),
)


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@click.option(
    "--dialect",
    required=True,
    type=click.Choice(DIALECTS),
    help="The warehouse that reads the text.",
)
@usage_options
@rate_options
@total_options
@output_options
@book_option
@click.pass_context
def command(ctx: click.Context, /, book: str, **params: Any) -> None:
    """Print SQL for a warehouse: the rates of a book as two tables, and a query that prices a
    table of usage by them, exact to the last digit. A row without a price stops the query, or says
    why; no row is lost.

    \b
    Examples:
      pricelang sql --dialect duckdb --dimension service_tier --map at=ts
      pricelang sql --dialect bigquery --usage-table shop.usage --totals-by model,month
    """
    _check_usage(ctx, params)
    by = params["totals_by"]
    question = Question(
        params["refused"],
        None if by is None else names_in(by),
        bool(params["accounts"]),
        params["settle"],
        params["only"],
    )
    loaded = open_book(book)
    with failures():
        plan = _plan(ctx, loaded, params)
        for text in _statements(plan, loaded, question, bool(params["meters"])):
            click.echo(text, nl=False)


def _check_usage(ctx: click.Context, params: dict[str, Any]) -> None:
    """Nothing that is asked for is left out: what does not go together is said."""
    table, accounts = params["usage_table"], params["accounts"]
    if not all(part.strip() for part in table.split(".")):
        ctx.fail(
            f"`--usage-table` takes a name, or names with dots between, not `{printable(table)}`"
        )
    if params["tie"] is not None and not accounts:
        ctx.fail("`--tie` orders the rows of accounts: it needs `--account COLUMN`")
    if params["settle"] and not accounts:
        ctx.fail("`--settle` needs the column of accounts: `--account COLUMN`")
    if accounts and params["totals_by"] is not None:
        ctx.fail(
            "`--totals-by` cannot be combined with `--account`: `--settle` gives the totals of "
            "accounts"
        )


def _plan(ctx: click.Context, book: Book, params: dict[str, Any]) -> Plan:
    """What the statements are made from. Raises `PriceError`."""
    from pricelang.engines.warehouse import plan_of

    schema, dimensions = params["schema"], params["dimensions"]
    named = [name for name in dimensions if name != "none"] if dimensions else None
    return plan_of(
        book,
        params["dialect"],
        table=params["usage_table"].split("."),
        mapping=dict(pairs(ctx, params["mapped"], "--map", "NAME=COLUMN")),
        models=params["models"] or None,
        meters=params["meters"],
        dimensions=named,
        since=params["since"],
        fixed=dict(pairs(ctx, params["settings"], "--set", "DIMENSION=VALUE")),
        instants=params["instants"],
        schema=schema.split(".") if schema else (),
        account=params["accounts"],
        tie=params["tie"],
        sums=params["is_sum"],
    )


def _statements(plan: Plan, book: Book, question: Question, named: bool) -> list[str]:
    """The text: a heading, the meters that are not counted unless they are `named`, the tables of
    rates and the query. Raises `PriceError`.
    """
    from pricelang.engines.warehouse import heading
    from pricelang.engines.warehouse_rates import table_statements

    query = _query(plan, question)
    tables = [f"{statement};\n" for statement in table_statements(plan)]
    counted = {quantity.meter for quantity in plan.quantities}
    return [
        heading(plan),
        "" if named else _not_counted(book, counted),
        *(tables if question.only != "query" else []),
        *([f"{query};\n"] if question.only != "tables" else []),
    ]


def _query(plan: Plan, question: Question) -> str:
    from pricelang.engines.account_settlement import settle_query
    from pricelang.engines.warehouse import query
    from pricelang.engines.warehouse_accounts import account_query
    from pricelang.engines.warehouse_totals import totals_query

    if question.accounts:
        ask = settle_query if question.settle else account_query
        return ask(plan, question.refused)
    if question.totals_by is None:
        return query(plan, question.refused)
    return totals_query(plan, question.totals_by, question.refused)


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
