"""The command line: a group whose commands are imported only when they are called,
so that each starts quickly.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from pricelang import __version__
from pricelang.cli.exit_codes import BROKEN_PIPE, INTERRUPTED, forget_stdout, last_words, lenient
from pricelang.cli.interrupts import end_quietly, raise_again
from pricelang.present.arguments import as_flags
from pricelang.present.table import WIDE

# What `pricelang --help` says of each command, so that it imports none of them.
COMMANDS = {
    "price": "Price usage records or tables, or one request given by flags.",
    "report": "Add up what usage costs, by model, day, session or whatever it carries.",
    "invoice": "Show what an account owes for a period: list, discount, net, allowances, minimums.",
    "reconcile": "Compare what was billed with what the usage comes to, line by line.",
    "focus-check": "Check that cost rows keep the rules of FOCUS 1.2.",
    "quote": "Quote what requests will cost before they are sent, and check the limits.",
    "explain": "Explain each amount: its formula, with the rules and their places.",
    "table": "Print the tables of a price page, from the book.",
    "figures": "Print context windows, output limits and the other figures of a day.",
    "models": "List the models of a book, with their dates and aliases.",
    "check": "Check a book, and show everything that is wrong with it.",
    "test": "Run the examples of a book.",
    "compare": "Compare the same usage under other models and modes, ranked.",
    "workload": "Estimate what so many requests a day cost a day and a month.",
    "breakeven": "Show when a cache pays, a free allowance ends, or a model is cheaper.",
    "audit": "Decide claims over every request, how modifiers meet, and what is dead.",
    "diff": "Show what changes for whom between two books, days or revisions.",
    "drift": "Compare a book with lists, pages and packages, and show what differs.",
    "add": "Add a model, a price, another name or a source to a book.",
    "sql": "Print the rates and a query that prices a table of usage, for a warehouse.",
    "import": "Turn the whole price data of LiteLLM or genai-prices into a book.",
    "export": "Write the prices of a day in the form of LiteLLM or genai-prices.",
    "fmt": "Format book files.",
    "schema": "Print the JSON Schema of what a command prints as JSON.",
    "new": "Write a small book to begin with.",
    "mcp": "Serve an assistant, by the Model Context Protocol.",
    "playground": "Write and try a book in the browser, without a network.",
    "lsp": "Serve an editor, by the Language Server Protocol.",
    "compile": "Write a book in the compiled form that any program can evaluate.",
}


WITHOUT_TABLES = frozenset(
    (
        "add",
        "compile",
        "export",
        "fmt",
        "focus-check",
        "import",
        "lsp",
        "mcp",
        "new",
        "schema",
        "playground",
        "sql",
    )
)
WITH_AMOUNTS = frozenset(
    (
        "price",
        "report",
        "invoice",
        "reconcile",
        "quote",
        "compare",
        "workload",
        "breakeven",
        "diff",
    )
)


def _wide() -> click.Option:
    """The option of all commands that print tables and long lines."""
    return click.Option(
        ["--wide"],
        is_flag=True,
        expose_value=False,
        callback=lambda ctx, _, given: ctx.meta.update({WIDE: given}),
        help="Print tables and lines whole, also where the terminal is narrower.",
    )


def _exact() -> click.Option:
    """The option of all commands that print amounts for people."""
    return click.Option(
        ["--exact"],
        is_flag=True,
        expose_value=False,
        callback=_show_all_digits,
        help="Show all digits of amounts, also beyond the cents. JSON and CSV always have them.",
    )


def _show_all_digits(ctx: click.Context, _: click.Parameter, given: bool) -> None:
    if given:
        from pricelang.present.readable import all_digits  # no other command needs it

        ctx.with_resource(all_digits())


class Commands(click.Group):
    """The group of all commands. Ends quietly on a closed pipe or an interrupt;
    no error shows a traceback.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the options before the command; those of a command are told where they stand."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from pricelang.cli.unknown_options import behind_a_command

            said = behind_a_command(error)
            if said is None:
                raise
            ctx.fail(said)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"pricelang.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        own = {option.name for option in command.params}
        if cmd_name not in WITHOUT_TABLES and "wide" not in own:
            command.params.append(_wide())
        if cmd_name in WITH_AMOUNTS and "exact" not in own:
            command.params.append(_exact())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name.
        Raises a usage error with the nearest known names.
        """
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from pricelang.present.text import did_you_mean, printable

            help = did_you_mean(args[0], COMMANDS) or "commands: " + ", ".join(COMMANDS)
            if args[0] == "help":
                help = "`pricelang --help` lists them, and `pricelang COMMAND --help` tells of one"
            ctx.fail(f"there is no command `{printable(args[0])}`; {help}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with a sentence on each."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command and turns what can happen to any of them into its exit code."""
        lenient(sys.stdout, sys.stderr)
        held = raise_again()
        try:
            found = super().invoke(ctx)
            sys.stdout.flush()
            return found
        except BrokenPipeError:
            forget_stdout()
            ctx.exit(BROKEN_PIPE)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except OSError as error:
            ctx.exit(last_words(error))
        finally:
            if held:
                end_quietly()

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs a command;
        what even its help or its errors meet on the way to a stream is no traceback either.
        """
        try:
            with as_flags():
                return super().main(*args, **extra)
        except OSError as error:
            sys.exit(last_words(error))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done; 1 something was refused, failed or would change; 2 wrong usage, or "
    "a book that cannot be used.",
)
@click.version_option(__version__, prog_name="pricelang", message="%(prog)s %(version)s")
def main() -> None:
    """Price usage by rules: exact amounts, with the reason for every cent.

    \b
    Example:
      pricelang price --model claude-opus-4-7 --input 50k --output 15k --at 2026-04-17
    """


__all__ = ["main"]
