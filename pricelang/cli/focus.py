"""`pricelang price --focus`: bills written as cost rows of FOCUS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pricelang.api import Book
from pricelang.apps.answers import MAX_NAMED, Answer
from pricelang.apps.tables.footnotes import counts_line
from pricelang.cli.answers import Skips, show_more_refused, show_refused
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import Failure, failures
from pricelang.cli.progress import with_progress
from pricelang.present.readable import readable_amount
from pricelang.present.terminal import say
from pricelang.present.text import how_many
from pricelang.usage.records import Skipped


def write_answers(
    book: Book, answers: Iterator[Answer | Skipped], params: dict[str, Any], verbose: bool
) -> int:
    """Writes the rows of all bills to the file of `--focus`, says on standard error what became of
    the records, and returns the exit code.
    """
    from pricelang.apps.exports.focus import BillingAccount
    from pricelang.apps.exports.focus_answers import FocusRows
    from pricelang.apps.exports.focus_files import write_focus
    from pricelang.apps.reports.period import period_of

    id, _, name = params["account"].partition("=")
    if not id.strip():
        raise Failure("bad_account", "`--account` takes ID or ID=NAME")
    account = BillingAccount(id.strip(), name.strip() or None, params["sub_account"])
    skips, named = Skips(), 0

    def seen(answer: Answer | Skipped) -> None:
        nonlocal named
        if isinstance(answer, Skipped):
            if verbose:
                skips.show(answer)
        elif named < MAX_NAMED:
            named += 1
            show_refused(answer)

    with failures():
        period = None if params["period"] is None else period_of(params["period"])
        found = FocusRows(book, account, seen, period, lambda note: say(note, err=True))
        watched = with_progress(answers, shares_terminal=False)
        written = write_focus(found.rows(watched), params["focus"])
    skips.close()
    show_more_refused(found.refused - named)
    amounts = ", ".join(
        readable_amount(total, currency) for currency, total in found.totals.items() if total
    )
    total = f"; total {amounts}" if amounts else ""
    say(f"{how_many(written, 'row')} written{total}", err=True)
    say(counts_line(found.counts()), err=True)
    return SOME_FAILED if found.refused else DONE
