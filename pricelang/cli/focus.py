"""`pricelang price --focus`: bills written as cost rows of FOCUS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import evolve

from pricelang.api import Book
from pricelang.cli.answers import MAX_NAMED, Answer, Skips, show_refused
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.output import Failure, with_progress
from pricelang.cli.targets import TARGET
from pricelang.model.errors import BELT, PriceError
from pricelang.present.decimals import money
from pricelang.present.text_tables import counts_line
from pricelang.usage.records import Skipped

if TYPE_CHECKING:
    from pricelang.apps.exports.focus import BillingAccount

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def focus_options(function: Decorated) -> Decorated:
    """Adds `--focus` and what its rows say besides."""
    for option in (
        click.option(
            "--sub-account",
            metavar="ID",
            help="The sub-account of FOCUS rows, such as a workspace.",
        ),
        click.option(
            "--account",
            default="default",
            show_default=True,
            metavar="ID[=NAME]",
            help="The billing account of FOCUS rows.",
        ),
        click.option(
            "--focus",
            type=TARGET,
            metavar="FILE",
            help="The .csv or .parquet file for cost rows of FOCUS 1.2, one for each line item.",
        ),
    ):
        function = option(function)
    return function


def _owner(owner: BillingAccount, attributes: Mapping[str, str]) -> BillingAccount:
    """The account with what a record says of itself:
    its workspace is the sub-account, all else but the day are tags.
    """
    tags = {name: value for name, value in attributes.items() if name not in ("workspace", "day")}
    return evolve(
        owner,
        sub_account=attributes.get("workspace", owner.sub_account),
        tags=json.dumps(tags) if tags else owner.tags,
    )


def write_answers(
    book: Book,
    answers: Iterator[Answer | Skipped],
    path: str,
    account: str,
    sub_account: str | None,
    verbose: bool,
) -> int:
    """Writes the rows of all bills, tells on standard error what became of the records,
    and returns the exit code.
    """
    from pricelang.apps.exports.focus import BillingAccount, Row, rows_of, write_focus

    id, _, name = account.partition("=")
    if not id.strip():
        raise Failure("bad_account", "`--account` takes ID or ID=NAME")
    owner = BillingAccount(id.strip(), name.strip() or None, sub_account)
    below = book.list_book()
    counts = {"priced": 0, "free": 0, "skipped": 0, "refused": 0}
    totals: dict[str, Any] = {}
    skips = Skips()

    def rows() -> Iterator[Row]:
        for answer in with_progress(answers, shares_terminal=False):
            if isinstance(answer, Skipped):
                counts["skipped"] += 1
                if verbose:
                    skips.show(answer)
                continue
            if answer.bill is not None:
                attributes = answer.record.attributes if answer.record is not None else {}
                kinds = (
                    tuple(part.kind for part in answer.record.parts)
                    if answer.record is not None
                    else ()
                )
                try:
                    with BELT:
                        found = list(
                            rows_of(
                                book,
                                answer.bill,
                                _owner(owner, attributes),
                                str(answer.place) if answer.place.file else "",
                                kinds,
                                below,
                            )
                        )
                except PriceError as error:
                    answer = Answer(answer.place, answer.record, None, error.to_dict())
            if answer.bill is None:
                counts["refused"] += 1
                if counts["refused"] <= MAX_NAMED:
                    show_refused(answer)
                continue
            counts["priced" if answer.bill.parts else "free"] += 1
            totals[answer.bill.currency] = (
                totals.get(answer.bill.currency, 0) + answer.bill.exact_total
            )
            yield from found

    try:
        written = write_focus(rows(), path)
    except PriceError as error:
        raise Failure(error.code, error.message, error.help) from None
    skips.close()
    if counts["refused"] > MAX_NAMED:
        click.echo(
            f"and {counts['refused'] - MAX_NAMED:,} more refused: `--rejects FILE` writes them all",
            err=True,
        )
    amounts = ", ".join(money(total, currency) for currency, total in totals.items() if total)
    click.echo(
        f"{written:,} row{'s' if written != 1 else ''} "
        f"written{f'; total {amounts}' if amounts else ''}",
        err=True,
    )
    click.echo(counts_line(**counts), err=True)
    return SOME_FAILED if counts["refused"] else DONE
