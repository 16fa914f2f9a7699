"""The parser's tables, which Lark works out from the grammar in the time of reading a long book:
kept, as JSON, beside it.

    PYTHONHASHSEED=0 python -m pricelang.syntax.parse_tables        # after a change of the grammar

They say of which grammar and which Lark they are. With another one they are worked out
anew and kept in the user's cache. Nothing is unpickled, as Lark's own cache would do.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from pricelang.files.bundled import folder_of, grammar_path
from pricelang.files.cache import cache_folder, digest, keep, read_own

if TYPE_CHECKING:
    from pricelang.files.places import Place

FORMAT = 1


def load_parser() -> Lark:
    """The parser of one statement."""
    grammar = grammar_path().read_text(encoding="utf-8")
    key = _key(grammar)
    try:
        shipped = tables_path().read_text(encoding="utf-8")
    except OSError:
        shipped = ""
    found = _read(shipped, key)
    if found is not None:
        return found
    folder = cache_folder()
    path = os.path.join(folder, f"parser-{key}.json") if folder is not None else None
    found = _read(read_own(path) or "", key) if path is not None else None
    if found is not None:
        return found
    made = make_parser(grammar)
    if path is not None:
        keep(path, dump_parser(made, grammar))
    return made


def make_parser(grammar: str) -> Lark:
    """The parser of a grammar, worked out by Lark."""
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def dump_parser(parser: Lark, grammar: str) -> str:
    """The tables of a grammar's parser, after a line with their key."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    return f"{_key(grammar)}\n{json.dumps([data, memo], separators=(',', ':'), default=list)}\n"


def tables_path() -> Place:
    """The tables that come with the package."""
    return folder_of("grammar").joinpath("pricelang.tables.json")


def _key(grammar: str) -> str:
    return digest(f"{FORMAT}:{lark.__version__}:{grammar}".encode())


def _read(text: str, key: str) -> Lark | None:
    """The parser of such tables, or None where they are of another grammar or not whole."""
    mark, _, body = text.partition("\n")
    if mark != key:
        return None
    try:
        data, memo = json.loads(body)
        tables = data["parser"]["parser"]
        tables["tokens"] = _numbered(tables["tokens"])
        # a state's actions are by the number of a token, its start states by the name of a rule
        tables["states"] = {
            int(state): _actions(actions) for state, actions in tables["states"].items()
        }
        # what `Lark.load` does with its pickles
        found: Lark = Lark._load_from_dict(data, _numbered(memo))  # type: ignore[no-untyped-call]
        return found
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        AssertionError,
        lark.exceptions.LarkError,
    ):
        return None


def _numbered(found: dict[str, Any]) -> dict[int, Any]:
    """The dict with its keys as the numbers they were before JSON made them words."""
    return {int(key): value for key, value in found.items()}


def _actions(found: dict[str, Any]) -> dict[int, Any]:
    return {int(token): tuple(action) for token, action in found.items()}


if __name__ == "__main__":
    text = grammar_path().read_text(encoding="utf-8")
    with open(str(tables_path()), "w", encoding="utf-8") as stream:
        stream.write(dump_parser(make_parser(text), text))
