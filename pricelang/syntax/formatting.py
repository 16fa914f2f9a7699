"""A text to the same text in the one style, proved on every run to say what it said before."""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.syntax.diagnostics import BookError
from pricelang.syntax.parser import parse_file
from pricelang.syntax.printer import print_file
from pricelang.syntax.tree import Comment, File, Statement


class FormatError(Exception):
    """A formatted text that is not proved to be the same; the old text stands.
    The message says which proof failed.
    """


def format_text(name: str, text: str) -> str:
    """The text in the one style; `name` is the file as shown in messages.

    Raises `BookError` with all faults when the text does not parse (nothing is formatted, so
    nothing is lost), and `FormatError` when the result is not proved: it must parse without faults
    to the same tree and the same comments, differ in white space alone, line by line, and stay as
    it is when it is formatted again.

    >>> format_text("a.price", "unit   MTok is 1,000,000 tokens # a million")
    'unit MTok is 1,000,000 tokens  # a million\\n'
    """
    file, faults = parse_file(name, text)
    if faults:
        raise BookError(faults, {name: text})
    result = print_file(file)
    _prove(file, text, result)
    return result


def _prove(file: File, text: str, result: str) -> None:
    again, faults = parse_file(file.name, result)
    if faults:
        raise FormatError(
            f"{file.name} was not formatted: the result has a fault, {faults[0].message}"
        )
    if again.statements != file.statements:
        where = _first_difference(file.statements, again.statements)
        raise FormatError(
            f"{file.name} was not formatted: the result has another tree, from line {where} on"
        )
    if again.comments != file.comments:
        where = _first_difference(file.comments, again.comments)
        raise FormatError(
            f"{file.name} was not formatted: the result has other comments, from line {where} on"
        )
    # The tree says nothing of lines that the parser never saw,
    # so the texts themselves are compared too.
    if _without_space(text) != _without_space(result):
        raise FormatError(
            f"{file.name} was not formatted: the result differs in more than white space"
        )
    if print_file(again) != result:
        raise FormatError(f"{file.name} was not formatted: a second run changes the result")


def _first_difference(
    old: Sequence[Statement | Comment], new: Sequence[Statement | Comment]
) -> int:
    """The line of the first node that differs, in the old text where it has one there."""
    for number, node in enumerate(old):
        if number >= len(new) or node != new[number]:
            return node.span.line
    return new[len(old)].span.line if len(new) > len(old) else 0


def _without_space(text: str) -> list[str]:
    rows = ("".join(row.split()) for row in text.removeprefix("\ufeff").split("\n"))
    return [row for row in rows if row]
