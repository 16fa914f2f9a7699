"""What an error tells somebody to give: a flag to whoever types commands, an argument to whoever
writes a program.

Errors are written with flags. `pricelang` itself says that a command is running; in any other
program their texts name the arguments of its calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

_running = 0

# A flag beside the argument that does the same: the argument alone is said.
_IN_BRACKETS = re.compile(r"`--[^`]*` \((`[a-z_]+=[^`]*`) in Python\)")
_BESIDE = re.compile(
    r"`--[^`]*`,(?: or)? (`[a-z_]+=[^`]*`)(?: in Python)?(?: and in records)?,?(?=[ ;.)]|$)"
)
_FLAG = re.compile(r"`--([a-z][a-z-]*)(?:[ =]([^`]*))?`")
_AS_IT_IS = re.compile(r"(?:[0-9]+|[A-Z]+|\".*\")?\Z")
"""A number, a word in capitals that stands for a value, or what is in quotes already."""
_OTHERWISE = {
    "sum": 'record="sum"',
    "web-search": 'usage={"web_search": VALUE}',
    "code-execution": 'usage={"code_execution": VALUE}',
    "remote": "remote=True",
    "image-size": "image_size=(WIDTH, HEIGHT)",
}
_MAPS = {"map": "mapping", "fetch": "fetched"}


@contextmanager
def as_flags() -> Iterator[None]:
    """While a command runs, errors name flags."""
    global _running
    _running += 1
    try:
        yield
    finally:
        _running -= 1


@contextmanager
def as_arguments() -> Iterator[None]:
    """While a command serves a program, errors name arguments again."""
    global _running
    before, _running = _running, 0
    try:
        yield
    finally:
        _running = before


def spoken(flags: str, arguments: str) -> str:
    """One of two texts: for a command, or for a program."""
    return flags if _running else arguments


def said_to_caller(text: str) -> str:
    """A text of an error for whoever reads it: with flags while a command runs, else with
    arguments.

    >>> said_to_caller("name one with `--model`, or `model=` in Python")
    'name one with `model=`'
    >>> said_to_caller("say another format by `--format NAME`, or leave out `--count api`")
    'say another format by `format=NAME`, or leave out `count="api"`'
    """
    if _running or "`--" not in text:
        return text
    text = _BESIDE.sub(r"\1", _IN_BRACKETS.sub(r"\1", text))
    return _FLAG.sub(_argument, text)


def _argument(flag: re.Match[str]) -> str:
    name, value = flag[1], (flag[2] or "").strip("'")
    quoted = value if _AS_IT_IS.match(value) else f'"{value}"'
    if name in _OTHERWISE:
        return f"`{_OTHERWISE[name].replace('VALUE', quoted)}`"
    if name in _MAPS:
        key, _, inner = value.partition("=")
        return f'`{_MAPS[name]}={{"{key}": {inner}}}`' if inner else f"`{_MAPS[name]}=`"
    return f"`{name.replace('-', '_')}={quoted}`"
