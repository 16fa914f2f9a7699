"""The page of the commands, made of what each says of itself: `docs/commands.md`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from pricelang.cli.group import COMMANDS, main

HEAD = r"""# Commands

Every command with its options, as `--help` has them. This page is made from the commands themselves. Options such as `--input` and
`--service-tier` come from the book that is asked: those here are those of the book of Claude prices.

A shell completes commands and options once it is told how. Put the line of your shell into its file of settings:

| shell | file | line |
|---|---|---|
| bash | `~/.bashrc` | `eval "$(_PRICELANG_COMPLETE=bash_source pricelang)"` |
| zsh | `~/.zshrc` | `eval "$(_PRICELANG_COMPLETE=zsh_source pricelang)"` |
| fish | `~/.config/fish/completions/pricelang.fish` | `_PRICELANG_COMPLETE=fish_source pricelang \| source` |
"""


def command_page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for name in COMMANDS:
        parts += _entry(name, "##")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).rstrip() + "\n"


def _entry(path: str, level: str) -> Iterator[str]:
    """A command: its usage, what it does, its options, and the commands below it."""
    context = _context(path.split())
    command = context.command
    yield f"{level} pricelang {path}\n"
    text, _, examples = inspect.cleandoc(command.help or "").partition("\b\n")
    yield text.strip() + "\n"
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    yield f"```text\n{usage}\n```\n"
    if examples:
        yield f"```text\n{inspect.cleandoc(examples.partition(chr(10))[2])}\n```\n"
    records = [param.get_help_record(context) for param in command.get_params(context)]
    options = [(_code(name), _cell(help)) for name, help in filter(None, records) if help]
    options = [row for row in options if "--help" not in row[0]]
    if options:
        yield "| option | |\n|---|---|"
        yield "".join(f"| {name} | {help} |\n" for name, help in options)
    if command.epilog:
        yield command.epilog + "\n"
    for below in getattr(command, "commands", {}):
        yield from _entry(f"{path} {below}", level + "#")


def _context(names: list[str]) -> click.Context:
    """The context in which a command shows its help."""
    context = main.make_context("pricelang", [*names, "--help"], resilient_parsing=True)
    group: click.Command = main
    for name in names:
        assert isinstance(group, click.Group)
        found = group.get_command(context, name)
        assert found is not None
        context = found.make_context(name, [], parent=context, resilient_parsing=True)
        group = found
    return context


def _code(names: str) -> str:
    return f"`{names.replace('|', chr(92) + '|')}`"


def _cell(text: str) -> str:
    """A help as a cell of a table."""
    text = " ".join(text.split()).replace("|", "\\|")
    return re.sub(r"(?<![`\w])(--?[a-z][a-z-]*)(?![`\w])", r"`\1`", text)
