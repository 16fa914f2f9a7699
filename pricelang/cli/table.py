"""`pricelang table`: the tables of a price page, from a book."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from pricelang.apps.price_page import (
    BASE,
    CACHE,
    CHARGES,
    HEADERS,
    Charged,
    Multiple,
    Page,
    PageFigure,
    PriceTable,
    price_page,
)
from pricelang.cli.options import at_option, book_option, open_book
from pricelang.cli.output import Failure, markdown, show_table
from pricelang.model.errors import PriceError
from pricelang.model.instants import written
from pricelang.present.decimals import grouped, money, plain
from pricelang.present.markdown import line
from pricelang.present.table import Table
from pricelang.present.text_tables import note_line


@click.command(epilog="Exit codes: 0 done; 2 wrong usage, or a book that cannot be used.")
@at_option
@click.option(
    "--mode",
    "modes",
    multiple=True,
    metavar="base|cache|batch|fast|residency|all",
    help="The table to print: base, cache, charges, the name of a multiplier of the book, or all.",
)
@click.option(
    "--retired", is_flag=True, help="Include models that were retired long before that day."
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print tables in Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all tables.")
@book_option
def command(
    at: str | None,
    modes: tuple[str, ...],
    retired: bool,
    as_markdown: bool,
    as_json: bool,
    book: str,
) -> None:
    """Print the tables of a price page on a day, from the book: base prices, cache multiples,
    batch, fast mode and charges, unless `--mode` names others. The newest models come first, and a
    model is listed for 120 days after its retirement.

    \b
    Examples:
      pricelang table --at 2026-04-17
      pricelang table --mode fast --markdown
    """
    loaded = open_book(book)
    try:
        page = price_page(loaded.checked, at, modes, retired)
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None
    if as_json:
        click.echo(json.dumps({"book": loaded.name, **_as_data(page)}))
        return
    for number, grid in enumerate(_grids(page, as_markdown)):
        if number:
            click.echo()
        if as_markdown:
            click.echo(markdown(grid))
        else:
            show_table(grid)
    for note in page.notes:
        click.echo(f"\n{line(note.text)}" if as_markdown else note_line(note.to_dict()))
    if page.beside:
        click.echo("\nbeside these tables:")
        for text in page.beside:
            click.echo(f"- {line(text)}" if as_markdown else f"  {text}")


def _grids(page: Page, as_markdown: bool) -> Iterator[Table]:
    for table in (table for table in page.tables if table.mode == BASE):
        yield _prices(table, page.at)
    if page.multiples:
        yield _multiples(page.multiples)
    for table in (table for table in page.tables if table.mode != BASE):
        yield _prices(table, page.at)
    if page.charges:
        yield _charges(page.charges, as_markdown)


def _prices(table: PriceTable, at: int) -> Table:
    heads = []
    for meter in table.meters:
        heads.append(
            HEADERS.get(meter, meter)
            if table.mode == BASE
            else f"{table.mode.replace('_', ' ').capitalize()} {meter}"
        )
    rows = [
        (
            row.model + (f" ({row.status})" if row.status else ""),
            *(_shown(figure) for figure in row.prices),
        )
        for row in table.rows
    ]
    title = f"{table.title} on {written(at)}" if table.mode == BASE else table.title
    return Table(
        ("Model", *heads),
        tuple(rows),
        title=title + (f" ({', '.join(table.given)})" if table.given else ""),
    )


def _multiples(multiples: tuple[Multiple, ...]) -> Table:
    general = {multiple.meter for multiple in multiples if multiple.models}
    rows = []
    for multiple in multiples:
        models = ", ".join(multiple.models) or (
            "all others" if multiple.meter in general else "all"
        )
        rows.append((multiple.meter, f"{grouped(multiple.factor)} x {multiple.of}", models))
    return Table(("Meter", "Price", "Models"), tuple(rows), title="Derived prices")


def _charges(charges: tuple[Charged, ...], as_markdown: bool) -> Table:
    rows = []
    for charged in charges:
        price = (
            f"{_money(charged.price)} per {charged.price.per}"
            if charged.price is not None
            else "free"
        )
        conditions = [
            text.removeprefix("free: ") if charged.price is None else text
            for text in charged.conditions
        ]
        if as_markdown:
            conditions = ["; ".join(conditions)]
        rows.append((charged.title, price, *(conditions[:1] or [""])))
        rows += [("", "", text) for text in conditions[1:]]
    return Table(("Charge", "Price", "Conditions"), tuple(rows), title="Charges")


def _shown(figure: PageFigure | None) -> str:
    return f"{_money(figure)} / {figure.per}" if figure is not None else "-"


def _money(figure: PageFigure) -> str:
    return money(figure.amount, figure.currency)


def _as_data(page: Page) -> dict[str, object]:
    tables = [
        {
            "mode": table.mode,
            "title": table.title,
            "given": list(table.given),
            "meters": list(table.meters),
            "rows": [
                {
                    "model": row.model,
                    "status": row.status or None,
                    "prices": {
                        meter: _figure(price)
                        for meter, price in zip(table.meters, row.prices, strict=True)
                    },
                }
                for row in table.rows
            ],
        }
        for table in page.tables
    ]
    multiples = [
        {"meter": x.meter, "factor": plain(x.factor), "of": x.of, "models": list(x.models) or None}
        for x in page.multiples
    ]
    charges = [
        {
            "meter": x.meter,
            "title": x.title,
            "price": _figure(x.price),
            "conditions": list(x.conditions),
        }
        for x in page.charges
    ]
    return {
        "at": written(page.at),
        "tables": tables,
        CACHE: multiples,
        CHARGES: charges,
        "notes": [note.to_dict() for note in page.notes],
        "beside": list(page.beside),
    }


def _figure(figure: PageFigure | None) -> dict[str, str] | None:
    if figure is None:
        return None
    return {"amount": plain(figure.amount), "per": figure.per, "currency": figure.currency}
