"""JSON Lines as a table of DuckDB: a column for each key, and lines that are no object kept apart.

DuckDB's own reader guesses a type from the first lines, reads instants and numbers by it, and
refuses the file with the first value that is of another. Here a column is a text, a whole number or
a truth value where it is that throughout, and else what the lines say, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

from pricelang.engines.names import fresh, literal, quoted
from pricelang.model.errors import BadRequest
from pricelang.present.text import shown
from pricelang.usage.io.json_text import Decoder, JsonFault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# what no line of JSON has, so that a line is one cell
_CELL = "delim = '\x01\x02\x03\x04', quote = '', escape = ''"
_LONGEST = 100_000_000
"""Bytes of a line."""

# A number that DuckDB may not keep: it holds fractions in 64 bits.
_LONG = r"[:,\[]\s*-?([0-9.]{17,}|[0-9.]+[eE])"
_TYPES = {
    "VARCHAR": "varchar",
    "BOOLEAN": "boolean",
    "BIGINT": "bigint",
    "UBIGINT": "ubigint",
    "HUGEINT": "hugeint",
}
"""The type of a column whose values are all of one type, as DuckDB names those of JSON."""

BrokenLines = tuple[tuple[str, int, str, str], ...]
"""Lines of a text that are no rows: the file, the line, what is wrong, and the line itself."""


def staged_lines(connection: DuckDBPyConnection, paths: Sequence[str], name: str) -> BrokenLines:
    """Reads files of JSON Lines into a temporary table. Returns the lines that are no rows:
    file, line, what is wrong, and the line itself.

    Raises `BadRequest` (`bad_source`) where no line is a row, or two keys differ only by case.
    """
    exact = fresh("pricelang_exact")
    connection.create_function(exact, _exact, ["VARCHAR"], "VARCHAR")
    try:
        lines = " union all ".join(_lines_sql(path, exact) for path in paths)
        row = (
            "case when line is not null then json_type(line) = 'OBJECT' and len(json_keys(line)) "
            "= len(list_distinct(json_keys(line))) else false end"
        )
        connection.execute(
            f"create temp table {name}_lines as select *, {row} as good from ({lines}) where "
            "trim(text) <> ''"
        )
    finally:
        connection.remove_function(exact)
    try:
        broken = connection.execute(
            f"select file, n, text from {name}_lines where not good order by all"
        ).fetchall()
        _stage(connection, name)
    finally:
        connection.execute(f"drop table {name}_lines")
    return tuple((file, line, _fault(text), text) for file, line, text in broken)


def _stage(connection: DuckDBPyConnection, name: str) -> None:
    """The table of the good lines."""
    good = f"from {name}_lines where good"
    found = connection.execute(
        f"select json_group_structure(line), arg_min(json_keys(line), n) {good}"
    ).fetchone()
    structure: dict[str, Any] = json.loads(found[0]) if found is not None and found[0] else {}
    if found is None or not structure:
        raise BadRequest(
            "bad_source",
            "no line is a JSON object",
            help="write each row as one object on one line",
        )
    first = dict.fromkeys(found[1])  # keys that come later are found in no certain order
    keys = [*first, *sorted(structure.keys() - first.keys())]
    if len({key.lower() for key in keys}) < len(keys):
        twice = [key for key in keys if sum(key.lower() == other.lower() for other in keys) > 1]
        raise BadRequest(
            "bad_source",
            f"the keys `{shown(twice[0])}` and `{shown(twice[1])}` differ only by case",
            help="rename one of them",
        )
    each = json.dumps(dict.fromkeys(keys, "JSON"))
    columns = ", ".join(
        f"{_column_sql(quoted(key), structure[key])} as {quoted(key)}" for key in keys
    )
    connection.execute(
        f"create temp table {name} as select {columns} from (select "
        f"unnest(json_transform(line, {literal(each)})) {good})"
    )
    for key in keys:
        if structure[key] == "UBIGINT":
            (most,) = connection.execute(f"select max({quoted(key)}) from {name}").fetchone() or (
                None,
            )
            if most is None or most < 1 << 63:
                connection.execute(f"alter table {name} alter {quoted(key)} type bigint")


def _column_sql(column: str, kind: Any) -> str:
    """A value of JSON as one of the column's type;
    a value that is no such stops the query, so that none is lost.
    """
    if kind == "VARCHAR":
        return f"json_extract_string({column}, '$')"
    made = f"nullif({column}, 'null')"
    known = _TYPES.get(kind) if isinstance(kind, str) else None
    return made if known is None else f"({made})::varchar::{known}"


def _lines_sql(path: str, exact: str) -> str:
    read = (
        f"read_csv({literal(path)}, columns = {{'text': 'VARCHAR'}}, auto_detect = false, header "
        f"= false, max_line_size = {_LONGEST}, {_CELL})"
    )
    kept = f"case when regexp_matches(text, {literal(_LONG)}) then {exact}(text) else text end"
    return (
        f"select {literal(path)} as file, row_number() over () as n, text, try_cast({kept} as "
        f"json) as line from {read}"
    )


def _exact(text: str) -> str:
    """A line whose numbers that 64 bits would change are texts; as it is where it is no JSON."""
    try:
        return json.dumps(Decoder().value(text), default=_plain)
    except JsonFault:
        return text


def _plain(number: object) -> float | str:
    assert isinstance(number, Decimal)
    near = float(number)
    return near if isfinite(near) and Decimal(repr(near)) == number else str(number)


def _fault(text: str) -> str:
    try:
        Decoder().value(text)
    except JsonFault as fault:
        return str(fault)
    return "not an object of JSON"
