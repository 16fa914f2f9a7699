"""`pricelang fmt`: book files in one style, proved to say what they said before."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pricelang.apps.own_files import write_book_file
from pricelang.check.extended import MAX_BYTES
from pricelang.cli.exit_codes import DONE, SOME_FAILED, WRONG_USAGE, error_line
from pricelang.cli.failures import failures, fault_lines, palette
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.io.files import STDIN


@click.command(
    epilog="Exit codes: 0 done; 1 with `--check`, at least one file would change; 2 wrong "
    "usage, or a file that has faults or cannot be read, and was left as it is.",
)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True),
    metavar="PATHS…|-",
)
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], check: bool, diff: bool) -> None:
    """Format book files in place. Of a folder, all `.price` files in it and below are formatted;
    `-` is standard input to standard output. Every run proves that tree and comments are
    unchanged, and that a second run changes nothing.

    \b
    Example:
      pricelang fmt --check rules/anthropic
    """
    code, changed, kept = DONE, 0, 0
    for path in _files(ctx, paths):
        texts = _formatted(path)
        if texts is None:
            code = WRONG_USAGE
            continue
        old, new = texts
        if path == STDIN and not check and not diff:
            click.echo(new, nl=False)
            continue
        kept, changed = kept + (old == new), changed + (old != new)
        if old == new:
            continue
        if diff:
            _show_diff(path, old, new)
        if check:
            code = code or SOME_FAILED
            click.echo(f"would change {path}", err=diff)
        elif not diff:
            with failures():
                write_book_file(path, new)
            click.echo(f"changed {path}")
    if changed or kept:
        verb = "would change" if check or diff else "changed"
        click.echo(f"{changed:,} {verb}, {kept:,} in style", err=diff)
    ctx.exit(code)


def _files(ctx: click.Context, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        if path == STDIN or not os.path.isdir(path):
            yield path
            continue
        found = sorted(str(file) for file in Path(path).rglob("*.price") if file.is_file())
        if not found:
            ctx.fail(f"the folder `{path}` has no `.price` file")
        yield from found


def _formatted(path: str) -> tuple[str, str] | None:
    """The text of a file and the same in the one style;
    None, with the reason on standard error, where there is none.
    """
    from pricelang.check.book_files import refuse_compiled
    from pricelang.syntax.formatting import FormatError, format_text

    try:
        data = _bytes_of(path)
        if len(data) > MAX_BYTES:
            click.echo(
                error_line(
                    "too_large",
                    f"`{path}` has more than {MAX_BYTES:,} bytes",
                    *palette(sys.stderr).error,
                ),
                err=True,
            )
            return None
        refuse_compiled(data, path)
        old = data.decode("utf-8")
        return old, format_text(path, old.replace("\r\n", "\n"))
    except BookError as error:
        for line in fault_lines(error.faults, error.texts, {}, sys.stderr):
            click.echo(line, err=True)
    except FormatError as error:
        click.echo(error_line("not_proved", str(error), *palette(sys.stderr).error), err=True)
    except UnicodeDecodeError:
        click.echo(
            error_line("bad_text", f"`{path}` is not UTF-8", *palette(sys.stderr).error), err=True
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        click.echo(
            error_line("no_file", f"`{path}` cannot be read: {reason}", *palette(sys.stderr).error),
            err=True,
        )
    return None


def _bytes_of(path: str) -> bytes:
    """The bytes of a file or of standard input, and one beyond what a book's file may have."""
    if path == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with open(path, "rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _show_diff(path: str, old: str, new: str) -> None:
    rows = difflib.unified_diff(
        old.splitlines(), new.splitlines(), path, f"{path} (in style)", lineterm=""
    )
    for row in rows:
        click.echo(row)
