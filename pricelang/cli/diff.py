"""`pricelang diff`: what changes for whom between two books, two days of one, or two git
revisions.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click
from attrs import frozen

from pricelang.api import Book
from pricelang.cli.diff_usage import Costs
from pricelang.cli.exit_codes import DONE, SOME_FAILED
from pricelang.cli.options import checked_instant, open_book, record_files, unknown_counters_option
from pricelang.cli.output import Failure, UnusableBook, markdown, show_table
from pricelang.cli.tables import mapping_options, opened_by, tables_of
from pricelang.model.instants import seconds_of, written
from pricelang.present.markdown import line, quoted
from pricelang.present.text import printable
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.writing import scratch
from pricelang.verify.diff.change import KINDS, Change
from pricelang.verify.diff.difference import Comparison

MAX_FILES = 1000
"""Book files of one revision that are read."""


@click.command(
    epilog="Exit codes: 0 no difference; 1 at least one; 2 wrong usage, or a book that "
    "cannot be used."
)
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option(
    "--usage",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, allow_dash=True),
    help="Usage to price under both: records, folders or tables (Parquet, CSV, DuckDB), as `price` "
    "reads them.",
)
@unknown_counters_option
@mapping_options
@click.option(
    "--markdown",
    "as_markdown",
    is_flag=True,
    help="Print Markdown, for a pull request or an announcement.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all changes.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    old: str,
    new: str,
    usage: tuple[str, ...],
    as_markdown: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Show what changes for whom from A to B, decided over every request. Each is a book (a path
    or a bundled name), a book on a day (`BOOK@DATE`), or a file or folder of a git revision
    (`REV:PATH`). If one names a day, both are compared on days. Rows in another order, groups
    spelled out, other words and other sources are no difference.

    \b
    Examples:
      pricelang diff anthropic@2026-04-17 anthropic@2026-11-22
      pricelang diff anthropic my-contract.price --usage march.jsonl
      pricelang diff HEAD~1:rules/anthropic rules/anthropic --markdown
    """
    sides = (_opened(old), _opened(new))
    days = [side.at or other.at for side, other in zip(sides, reversed(sides), strict=True)]
    names = [
        side.name if day is None else f"{side.name} on {written(seconds_of(day))}"
        for side, day in zip(sides, days, strict=True)
    ]
    comparison = Comparison.of(sides[0].book.checked, sides[1].book.checked, days[0], days[1])
    changes = tuple(comparison.all())
    costs = Costs(since=comparison.since, on_or_after=0 if changes and not any(days) else None)
    if usage:
        _price(ctx, usage, (sides[0].book, sides[1].book), days, costs, reading)
    if as_json:
        found: dict[str, object] = {
            "old": names[0],
            "new": names[1],
            "changes": [attrs.asdict(change) for change in changes],
        }
        click.echo(json.dumps(found if not usage else found | {"usage": costs.as_data()}, indent=1))
    else:
        _show(changes, names, costs if usage else None, as_markdown)
    ctx.exit(SOME_FAILED if changes else DONE)


# ---- output --------------------------------------------------------------------------------------


def _show(
    changes: tuple[Change, ...], names: list[str], costs: Costs | None, as_markdown: bool
) -> None:
    mark = "## " if as_markdown else ""
    click.echo(
        f"# {quoted(names[0])} -> {quoted(names[1])}"
        if as_markdown
        else f"{printable(names[0])} -> {printable(names[1])}"
    )
    for heading in dict.fromkeys(KINDS.values()):
        inside = [change for change in changes if KINDS[change.kind] == heading]
        if inside:
            click.echo(f"\n{mark}{heading}")
        if inside and as_markdown:
            click.echo()
        for change in inside:
            click.echo(f"- {line(change.text)}" if as_markdown else f"  {printable(change.text)}")
    click.echo(
        f"\n{len(changes):,} change{'s' if len(changes) != 1 else ''}"
        if changes
        else "\nno difference"
    )
    if costs is not None:
        click.echo(f"\n{mark}Usage\n" if as_markdown else "")
        if not costs.sums:
            click.echo("no usage has a price under both")
        elif as_markdown:
            click.echo(markdown(costs.grid()))
        else:
            show_table(costs.grid())
        for remark in costs.remarks(names):
            click.echo(f"\n{line(remark)}" if as_markdown else remark)


# ---- books ---------------------------------------------------------------------------------------


@frozen
class _Side:
    """A book to compare: what it was called, and the day on which it is looked at."""

    name: str
    book: Book
    at: str | None


def _opened(source: str) -> _Side:
    """The book that an argument names. Raises `Failure` or `UnusableBook`."""
    name, at = source, None
    if not os.path.exists(source):
        before, mark, after = source.rpartition("@")
        if mark and before and re.match(r"[0-9]{4}-", after):
            name, at = before, checked_instant(after)
    revision, colon, path = name.partition(":")
    if not colon or len(revision) < 2 or not path or os.path.exists(name):
        return _Side(name, open_book(name), at)
    with scratch() as folder:
        entry = _from_git(revision, path, Path(folder))
        try:
            from pricelang.api import load

            return _Side(name, load(entry), at)
        except BookError as error:
            raise UnusableBook(error, name) from None


def _from_git(revision: str, path: str, folder: Path) -> Path:
    """The book of a revision, written to a folder:
    the book's own folder with all its book files. Raises `Failure`.
    """
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        raise Failure(
            "no_revision",
            f"there is no git revision `{revision}` here",
            "write `REV:PATH`, such as `HEAD~1:prices/book.price`",
        )
    commit = found.decode().strip()
    prefix = (_git("rev-parse", "--show-prefix") or b"").decode().strip()
    # As git reads it: from the top of the repository, unless it begins with a dot.
    near = (
        [posixpath.join(prefix, path)]
        if path.startswith(("./", "../"))
        else [path, posixpath.join(prefix, path)]
    )
    for place in map(posixpath.normpath, near):
        kind = (
            (_git("cat-file", "-t", f"{commit}:{'' if place == '.' else place}") or b"")
            .decode()
            .strip()
        )
        if kind in ("blob", "tree"):
            within = place if kind == "tree" else posixpath.dirname(place)
            _write_files(commit, "" if within == "." else within, folder)
            return folder / place
    raise Failure(
        "no_book",
        f"the revision `{revision}` has no `{path}`",
        "paths of a revision begin at the top of the repository",
    )


def _write_files(commit: str, within: str, folder: Path) -> None:
    """Writes the book files of a folder of a commit.
    Links are left out, as are paths that would lead elsewhere.
    """
    listed = _git("ls-tree", "-r", "-z", "--full-tree", f"{commit}:{within}") or b""
    wanted = 0
    for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
        facts, _, name = entry.partition("\t")
        mode = facts.split(" ")[0]
        if not name.endswith(".price") or not mode.startswith("100") or ".." in name.split("/"):
            continue
        wanted += 1
        if wanted > MAX_FILES:
            raise Failure(
                "too_large",
                f"more than {MAX_FILES:,} book files in `{within or '.'}`",
                "name the folder of the book",
            )
        text = _git("cat-file", "blob", facts.split(" ")[2])
        target = folder / within / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text or b"")


def _git(*words: str) -> bytes | None:
    """What a git command prints, or None where it fails. Raises `Failure` where there is no git."""
    try:
        done = subprocess.run(
            ["git", *words], capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
    except (FileNotFoundError, ValueError):
        raise Failure("no_git", "a revision is read with `git`, which cannot be run here") from None
    return done.stdout if done.returncode == 0 else None


# ---- usage ---------------------------------------------------------------------------------------


def _price(
    ctx: click.Context,
    usage: tuple[str, ...],
    books: tuple[Book, Book],
    days: Sequence[str | None],
    costs: Costs,
    reading: dict[str, Any],
) -> None:
    """Prices usage under both books: records, or the rows of tables."""
    if tables_of(ctx, usage):
        from pricelang.engines.outcomes import outcomes_of

        with opened_by(ctx, books[1], usage, reading) as job:
            costs.price(outcomes_of(job), books, days)
        return
    if reading["mapping"] or reading["table"]:
        ctx.fail("`--map` and `--table` are for tables of usage")
    from pricelang.usage.reading import read_paths

    outcomes = read_paths(record_files(ctx, usage), unknown_counters=reading["unknown_counters"])
    costs.price(outcomes, books, days)
