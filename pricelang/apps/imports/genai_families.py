"""The names of models in genai-prices: its match clauses as names and as patterns of a book,
and the provider to which an id without one belongs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

Routes = Sequence[tuple[str, Mapping[str, Any] | None]]
"""The providers in their order, each with the clause for ids that name no provider."""

_PIECE = re.compile(
    r"\\d\{(?P<count>[0-9]+)\}|(?P<digit>\\d)|\[(?P<one>[^\]\\^][^\]\\]*)\]|\\(?P<plain>[^\w])"
    r"|\((?P<group>[^()|?]*)\)\?|(?P<letter>[A-Za-z0-9_/@:-])"
)
MOST = 16
"""A regular expression that stands for more patterns than these is left out."""


def patterns_of(match: Mapping[str, Any]) -> Iterator[str]:
    """The names (without `*` and `#`) and the patterns that a match clause stands for.
    Where clauses must hold at once, the names that meet all of them stand for them: what excludes
    ids cannot be said in a pattern, and an id is rather unknown than another's.

    >>> list(patterns_of({"or": [{"starts_with": "gpt-5"}, {"regex": r"^gpt-5[-@]\\d{2}$"}]}))
    ['gpt-5*', 'gpt-5-##', 'gpt-5@##']
    >>> list(patterns_of({"and": [{"starts_with": "gpt-5"}, {"regex": "^(?!.*-tts$)"}]}))
    ['gpt-5']
    """
    for kind, value in match.items():
        if kind == "or":
            for clause in value:
                yield from patterns_of(clause)
        elif kind == "and":
            texts = (
                str(text) for clause in value for form, text in clause.items() if form in _FORMS
            )
            for text in texts:
                if re.search(r"[*#\s]", text) is None and _meets(text.lower(), {"and": value}):
                    yield text
        elif kind == "regex":
            yield from _of_regex(str(value))
        elif kind in _FORMS:
            if re.search(r"[*#\s]", str(value)) is None:
                yield _FORMS[kind].format(value)


_FORMS = {"equals": "{}", "starts_with": "{}*", "ends_with": "*{}", "contains": "*{}*"}


def _of_regex(text: str) -> list[str]:
    """The patterns of a regular expression of digits, choices of a letter and optional parts;
    none for any other.
    """
    start, end = text.startswith("^"), text.endswith("$")
    parts = _parts(text[start : len(text) - end])
    if parts is None:
        return []
    found = ["".join(choice) for choice in product(*parts)]
    return (
        [("" if start else "*") + one + ("" if end else "*") for one in found]
        if len(found) <= MOST
        else []
    )


def _parts(text: str) -> list[list[str]] | None:
    """What may stand at each place of an expression; None for one that cannot be read."""
    found: list[list[str]] = []
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or "-" in (piece["one"] or "")[1:-1]:
            return None  # a range of letters, or what is not known
        at = piece.end()
        if piece["group"] is not None:
            inner = _parts(piece["group"])
            if inner is None:
                return None
            found.append(["", *("".join(choice) for choice in product(*inner))])
        elif piece["one"]:
            found.append(list(piece["one"]))
        else:
            digits = "#" * int(piece["count"] or bool(piece["digit"]))
            found.append([digits or piece["plain"] or piece["letter"]])
    return found


def names_of(provider: str, match: Mapping[str, Any], routes: Routes) -> Iterator[str]:
    """The names and patterns of a model with its provider in front, and without it where an id
    that names no provider is this provider's.
    """
    for pattern in patterns_of(match):
        yield f"{provider}/{pattern}"
        sample = pattern.replace("#", "1").replace("*", "-x-")
        if provider_of(sample, routes) == provider:
            yield pattern


def provider_of(id: str, routes: Routes) -> str | None:
    """The first provider whose clause an id meets."""
    return next((name for name, match in routes if match and _meets(id.lower(), match)), None)


def _meets(text: str, match: Mapping[str, Any]) -> bool:
    ((kind, value),) = match.items()
    if kind in ("or", "and"):
        return (any if kind == "or" else all)(_meets(text, clause) for clause in value)
    if kind == "regex":
        return re.search(value, text) is not None
    value = str(value).lower()
    match kind:
        case "equals":
            return text == value
        case "starts_with":
            return text.startswith(value)
        case "ends_with":
            return text.endswith(value)
        case _:
            return value in text
