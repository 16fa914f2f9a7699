"""`pricelang audit`: a book's claims decided, how its modifiers meet, whether order matters, and what is dead."""

from __future__ import annotations

import json
from typing import Any

import click

from pricelang.audit.audit import Audit
from pricelang.audit.claims import Verdict
from pricelang.audit.dead import Dead
from pricelang.audit.order import Order
from pricelang.audit.stacking import Meeting, Reach
from pricelang.cli.options import checked_instant, open_book
from pricelang.decimals import money, plain
from pricelang.ending import DONE, SOME_FAILED
from pricelang.flags import DEFAULT_BOOK
from pricelang.rating.errors import PriceError
from pricelang.rating.instants import today
from pricelang.wording import printable

KINDS = {
    "multiply": "multiply", "order": "order matters", "exclude": "exclude", "no_effect": "no effect", "refuse": "refused",
    "never": "never in one scope", "undecided": "undecided",
}  # fmt: skip


@click.command(epilog="Exit codes: 0 every claim holds; 1 at least one does not; 2 wrong usage, or a book with faults.")
@click.argument("path", default=DEFAULT_BOOK, metavar="[PATH|NAME]")
@click.option("--stacking", is_flag=True, help="How each pair of modifiers meets, and where each applies.")
@click.option("--order", is_flag=True, help="Whether the order of the stack shows in any amount.")
@click.option("--dead", is_flag=True, help="Rules that decide nothing.")
@click.option("--contract", is_flag=True, help="Whether a contract ever charges more than the book below, or loosens a refusal.")
@click.option("--html", "html_path", metavar="FILE", help="A report of everything, as one file that opens offline.")
@click.option("--at", metavar="DATE", help="The day of the report's tables; today unless given.")
@click.option("--since", metavar="DATE", help="The day from which on the report shows what changed.")
@click.option("--markdown", is_flag=True, help="The stacking matrix as Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.pass_context
def command(
    ctx: click.Context, /, path: str, stacking: bool, order: bool, dead: bool, contract: bool, html_path: str | None,
    at: str | None, since: str | None, markdown: bool, as_json: bool,
) -> None:  # fmt: skip
    """Questions decided over every request that a book admits. Without a flag, all claims: a broken one is shown with the
    smallest request that breaks it, as a record that `pricelang price -` takes.

    \b
    Examples:
      pricelang audit
      pricelang audit my-contract.price --stacking
    """
    audit = open_book(path).audit
    if html_path is not None:
        _write_report(ctx, audit, path, html_path, checked_instant(at), checked_instant(since))
    elif contract:
        for line in _contract(ctx, audit):
            click.echo(line)
    elif as_json:
        click.echo(json.dumps(_as_data(audit), indent=1))
    elif stacking or markdown:
        for line in _matrix_markdown(audit.stacking) if markdown else [*_matrix(audit.stacking), "", *_reaches(audit.reach)]:
            click.echo(line)
    elif order:
        for line in _order(audit.order, audit.book.currency):
            click.echo(line)
    elif dead:
        for found in audit.dead:
            click.echo(f"{found.location}: {printable(found.text)}")
        click.echo(f"{len(audit.dead)} dead" if audit.dead else "nothing is dead")
    else:
        for line in _verdicts(audit.claims):
            click.echo(line)
    broken = any(not verdict.holds for verdict in audit.claims)
    ctx.exit(SOME_FAILED if broken else DONE)


def _write_report(ctx: click.Context, audit: Audit, source: str, path: str, at: str | None, since: str | None) -> None:
    from pricelang.audit.html import render_report
    from pricelang.audit.report import texts_of

    try:
        text = render_report(audit, at or today(), since, texts_of(source))
        with click.open_file(path, "w", encoding="utf-8", atomic=path != "-") as stream:
            stream.write(text)
    except PriceError as error:
        ctx.fail(f"{error}; {error.help}" if error.help else str(error))
    except OSError as error:
        ctx.fail(f"`{printable(path)}` cannot be written: {(error.strerror or str(error)).lower()}")


def _contract(ctx: click.Context, audit: Audit) -> list[str]:
    found = audit.against_below
    if found is None:
        ctx.fail(f"`{audit.book.name}` extends no book")
    questions = [
        ("charges more than", found.dearer), ("charges less than", found.cheaper), ("prices what is refused by", found.loosened),
        ("refuses what is priced by", found.tightened),
    ]  # fmt: skip
    lines = []
    for words, breach in questions:
        if breach is None:
            lines.append(f"never {words} `{found.below}`")
        else:
            lines += [f"{words} `{found.below}`" + (f": {breach[1]}" if breach[1] else ""), f"  {breach[0]}"]
    return lines


def _verdicts(verdicts: tuple[Verdict, ...]) -> list[str]:
    lines = []
    for verdict in verdicts:
        if verdict.holds:
            continue
        lines += [f"broken: {printable(verdict.claim.text)}", f"  --> {verdict.claim.origin.place}", f"  {printable(verdict.why)}"]
        if verdict.witness is not None:
            lines.append(f"  {verdict.witness}")
        lines.append("")
    broken = sum(not verdict.holds for verdict in verdicts)
    number = f"{len(verdicts):,} claim{'' if len(verdicts) == 1 else 's'}"
    return [*lines, f"{number}, {f'{broken:,} broken' if broken else 'all proven'}"]


def _matrix(found: tuple[Meeting, ...]) -> list[str]:
    rows = [("pair", "they", "by", "such a request")]
    for meeting in found:
        by = f"{meeting.rule}, {meeting.location}" if meeting.location else ""
        rows.append((f"{meeting.left}, {meeting.right}", KINDS[meeting.kind], by, str(meeting.witness or "")))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip() for row in rows]
    return [lines[0], "  ".join("-" * width for width in [*widths, len(rows[0][3])]), *lines[1:]]


def _matrix_markdown(found: tuple[Meeting, ...]) -> list[str]:
    lines = ["| pair | they | by | because |", "|---|---|---|---|"]
    for meeting in found:
        by = f"`{meeting.rule}`, {meeting.location}" if meeting.location else ""
        cells = [f"`{meeting.left}`, `{meeting.right}`", KINDS[meeting.kind], by, meeting.why.replace("|", "\\|")]
        lines.append("| " + " | ".join(printable(cell) for cell in cells) + " |")
    return lines


def _reaches(found: tuple[Reach, ...]) -> list[str]:
    lines = []
    for reach in found:
        periods = ", ".join(f"from {start}" + (f" before {end}" if end else "") for start, end in reach.periods)
        values = "; ".join(f"{name} {' or '.join(held)}" for name, held in reach.values)
        lines.append(f"{reach.name}: {len(reach.models)} models, {periods or 'never'}" + (f"; {values}" if values else ""))
    return lines


def _order(order: Order, currency: str) -> list[str]:
    if not order.observable:
        why = "every member is a factor" if not order.not_factors else "no request meets two members that tell it"
        return [f"the order of the stack moves no amount: {why}"]
    lines = []
    for seen in order.observable:
        lines += [
            f"{seen.meter}: up to {money(seen.spread, currency)} a unit, between {money(seen.low, currency)} and {money(seen.high, currency)}, by the order of {', '.join(seen.members)}",
            f"  {seen.witness}",
        ]  # fmt: skip
    return lines


def _as_data(audit: Audit) -> dict[str, Any]:
    return {
        "claims": [_claim(verdict) for verdict in audit.claims],
        "stacking": [_meeting(meeting) for meeting in audit.stacking],
        "reach": [
            {"name": r.name, "models": list(r.models), "periods": [list(p) for p in r.periods], "values": {n: list(v) for n, v in r.values}}
            for r in audit.reach
        ],
        "order": [
            {"meter": o.meter, "spread": plain(o.spread), "low": plain(o.low), "high": plain(o.high), "members": list(o.members), "request": o.witness.record()}
            for o in audit.order.observable
        ],
        "dead": [_dead(found) for found in audit.dead],
    }  # fmt: skip


def _claim(verdict: Verdict) -> dict[str, Any]:
    witness = verdict.witness.record() if verdict.witness is not None else None
    return {
        "claim": verdict.claim.text, "location": verdict.claim.origin.place, "holds": verdict.holds, "request": witness,
        "why": verdict.why or None,
    }  # fmt: skip


def _meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        "left": meeting.left, "right": meeting.right, "kind": meeting.kind, "rule": meeting.rule or None,
        "location": meeting.location or None, "request": meeting.witness.record() if meeting.witness is not None else None,
        "why": meeting.why or None,
    }  # fmt: skip


def _dead(found: Dead) -> dict[str, str]:
    return {"kind": found.kind, "text": found.text, "location": found.location}
