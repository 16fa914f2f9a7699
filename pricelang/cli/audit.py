"""`pricelang audit`: the claims of a book, how its modifiers meet, how far they go, whether order
matters, and what is dead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from pricelang.apps.audit_report.requests import answers_markdown, answers_text
from pricelang.apps.audit_report.section_contract import against_data, answers, verdict_words
from pricelang.apps.audit_report.section_tiers import has_tiers
from pricelang.apps.audit_report.sections import SECTIONS, as_data, as_markdown, as_text, is_open
from pricelang.cli.book_at import book_at
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.failures import failures
from pricelang.cli.inputs import open_book
from pricelang.cli.options import BOOK, checked_instant
from pricelang.cli.output import show_blocks
from pricelang.cli.targets import TARGET, check_outputs
from pricelang.cli.watching import watched
from pricelang.model.errors import PriceError
from pricelang.model.instants import today
from pricelang.usage.io.writing import write_text
from pricelang.usage.request_flags import DEFAULT_BOOK
from pricelang.verify.audit import Audit


@click.command(
    epilog="Exit codes: 0 every claim holds, and every question is decided; 1 a claim is "
    "broken or a question undecided; 2 wrong usage, or a book with faults."
)
@click.argument("path", type=BOOK, default=DEFAULT_BOOK, metavar="[PATH|NAME]")
@click.option(
    "--claims",
    is_flag=True,
    help="The verdict on each claim. This is the default section.",
)
@click.option(
    "--stacking",
    is_flag=True,
    help="How each pair of modifiers meets, which have effect three and more at once, and where "
    "each applies.",
)
@click.option(
    "--extremes",
    is_flag=True,
    help="The highest and the lowest multiplier that a request of each model can meet, and how "
    "multipliers stack with derived meters.",
)
@click.option("--order", is_flag=True, help="Whether the order of the stack changes any amount.")
@click.option(
    "--tiers",
    is_flag=True,
    help="For each step of tiers by usage, the usage below it that costs more than the step does.",
)
@click.option("--dead", is_flag=True, help="Rules that decide nothing.")
@click.option(
    "--contract",
    is_flag=True,
    help="Whether a contract ever charges more than the book below it, or loosens a refusal.",
)
@click.option(
    "--against",
    metavar="B",
    help="Whether the book ever charges more or less than another: a book, a book on a day "
    "(`BOOK@DATE`), or one of a git revision (`REV:PATH`).",
)
@click.option(
    "--assume",
    multiple=True,
    metavar="TEXT",
    help="Ask what would hold if the book said so, such as `cache_read is 0.2 x input` or "
    "`batch is x 0.4 on input`. May be repeated.",
)
@click.option("--verbose", is_flag=True, help="Name every claim and every model.")
@click.option(
    "--markdown",
    is_flag=True,
    help="Print the sections as Markdown. Default: all sections.",
)
@click.option(
    "--json",
    is_flag=True,
    help="Print the sections as one JSON object. Default: all sections.",
)
@click.option(
    "--html",
    type=TARGET,
    metavar="FILE",
    help="Write a report of everything, as one file that opens offline.",
)
@click.option("--at", metavar="DATE", help="The day of the report's tables. Default: today.")
@click.option("--since", metavar="DATE", help="The day since which the report shows what changed.")
@click.pass_context
@watched
def command(ctx: click.Context, /, path: str, **given: Any) -> None:
    """Decide questions over every request that a book admits: the claims of the book, or the
    sections asked for. A broken claim is shown with the smallest request that breaks it, as a
    record that `pricelang price -` takes.

    \b
    Examples:
      pricelang audit
      pricelang audit my-contract.price --stacking --order --markdown
      pricelang audit my-contract.price --against anthropic
      pricelang audit --assume "cache_read is 0.2 x input"
    """
    asked = [name for name in SECTIONS if given[name]]
    forms = {f"--{form}": bool(given[form]) for form in ("html", "markdown", "json")}
    days = {f"--{day}": given[day] is not None for day in ("at", "since")}
    _check_usage(ctx, asked, forms, days)
    check_outputs(ctx)
    form = next((flag for flag, there in forms.items() if there), "")
    if given["against"] is not None:
        if asked or form == "--html" or given["verbose"] or given["assume"]:
            ctx.fail("`--against` is a question of its own: leave other sections and `--html` out")
        ctx.exit(_against(path, given["against"], form))
    with failures():
        audit = open_book(path).audit.assuming(*given["assume"])
    if given["contract"] and not audit.book.bases:
        ctx.fail(f"`{audit.book.name}` extends no book")
    names = asked or (_sections_of(audit) if form else ["claims"])
    if form == "--html":
        _write_report(ctx, audit, path, given)
    elif form == "--json":
        click.echo(json.dumps(as_data(audit, names), indent=1))
    else:
        show_blocks(
            as_markdown(audit, names) if form else as_text(audit, names, given["verbose"]),
            as_markdown=bool(form),
        )
    broken = any(not verdict.holds for verdict in audit.claims)
    ctx.exit(SOME_FAILED if broken or is_open(audit, names) else DONE)


def _sections_of(audit: Audit) -> list[str]:
    """The sections that say something of a book."""
    there = {"contract": bool(audit.book.bases), "tiers": has_tiers(audit.book)}
    return [name for name in SECTIONS if there.get(name, True)]


def _against(path: str, other: str, form: str) -> int:
    """Prints what a book charges beside another; the exit code says whether all is decided."""
    ours, theirs = book_at(path), book_at(other)
    with failures():
        found = ours.book.audit.against(theirs.book, ours.at, theirs.at)
    if form == "--json":
        click.echo(json.dumps({"book": path, "against": other, **against_data(found)}, indent=1))
    elif form == "--markdown":
        lines = [f"**{verdict_words(found)}**", "", *answers_markdown(answers(found))]
        show_blocks(lines, as_markdown=True)
    else:
        show_blocks([verdict_words(found), *answers_text(answers(found))])
    return SOME_FAILED if found.undecided else DONE


def _check_usage(
    ctx: click.Context, asked: list[str], forms: dict[str, bool], days: dict[str, bool]
) -> None:
    """Nothing that is asked for is left out: what does not go together is said."""
    given = [flag for flag, there in forms.items() if there]
    if len(given) > 1:
        ctx.fail(f"{' and '.join(f'`{flag}`' for flag in given)} cannot be combined; choose one")
    if forms["--html"] and asked:
        ctx.fail(f"`--html` reports all sections: leave out `--{asked[0]}`")
    late = [flag for flag, there in days.items() if there and not forms["--html"]]
    if late:
        ctx.fail(f"`{late[0]}` needs `--html`: other answers hold for all days")


def _write_report(ctx: click.Context, audit: Audit, source: str, given: Mapping[str, Any]) -> None:
    from pricelang.apps.audit_report.html import render_report
    from pricelang.apps.audit_report.report import texts_of

    at, since = (checked_instant(given[day]) for day in ("at", "since"))
    try:
        text = render_report(audit, at or today(), since, texts_of(source))
    except PriceError as error:
        ctx.fail(f"{error}; {error.help}" if error.help else str(error))
    write_text(given["html"], text)
