"""JSON Lines as tables: nothing guessed from the first lines,
nothing lost, and what is no row named by its line.
"""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

import pricelang
from pricelang.engines.rows import Written

OPUS = {"model": "claude-opus-4-7", "at": "2026-04-17T10:00:00+02:00"}
BOOK = pricelang.load()


def written(path: Path, *lines: object) -> str:
    path.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines),
        encoding="utf-8",
    )
    return str(path)


def test_a_late_value_of_another_type_refuses_no_file(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    lines: list[dict[str, Any]] = [OPUS | {"id": number, "input": 1000} for number in range(30_000)]
    path = written(
        tmp_path / "usage.jsonl", *lines, OPUS | {"id": "x", "input": 1000, "late": True}
    )
    (total,) = BOOK.report(path, ["model"]).totals
    assert (total.rows, total.amount) == (30_001, 30_001 * Fraction("0.005"))
    found = BOOK.price_table(path, connection=connection)
    assert found.columns == ["model", "at", "id", "input", "late", "cost"]
    assert found.filter("late").fetchall() == [
        ("claude-opus-4-7", OPUS["at"], '"x"', 1000, True, Decimal("0.005"))
    ]


def test_what_is_passed_through_is_as_it_was(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    own: dict[str, Any] = {
        "whole": 12345678901234567890123,
        "below": -3,
        "long": 18446744073709551615,
        "share": 0.5,
        "text": "5",
        "say": 'it\'s "so"\n\u00e9',
        "yes": False,
        "tree": {"b": [1, {"a": None}], "a": "2026-04-17"},
        "none": None,
        "list": [1, "x"],
        'od"d ${key}': 1,
    }
    path = written(tmp_path / "usage.jsonl", OPUS | own | {"input": 1000, "mixed": -1})
    out = tmp_path / "priced.jsonl"
    BOOK.price_table(path, str(out), connection=connection)
    (line,) = out.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == OPUS | own | {"input": 1000, "mixed": -1, "cost": 0.005}
    assert '"whole":12345678901234567890123,' in line


def test_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    """DuckDB holds a fraction of JSON in 64 bits; a quantity is what stands there."""
    fixed = {"surface": "managed_agents", "model": "claude-opus-4-7", "at": "2026-05-01"}
    texts = ["0.10000000000000000001", "1e-1", "0.1", "1", "1.0e0"]
    path = written(
        tmp_path / "usage.jsonl",
        *(json.dumps(fixed)[:-1] + f', "session_time": {text}}}' for text in texts),
    )
    (total,) = BOOK.report(path).totals
    one = BOOK.total(
        model="claude-opus-4-7",
        at="2026-05-01",
        surface="managed_agents",
        usage={"session_time": "1"},
    )
    assert total.amount == Fraction(one) * sum(map(Fraction, texts))


def test_lines_that_are_no_rows_are_rejected(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    good, twice = OPUS | {"input": 1000}, '{"model": "claude-opus-4-7", "input": 1, "input": 2}'
    path = written(
        tmp_path / "usage.jsonl",
        good,
        "",
        "bad line",
        '{"input": tru}',
        "[1]",
        twice,
        good,
        OPUS | {"input": {"a": 1}},
        OPUS | {"input": True},
        good,
    )
    out, left = str(tmp_path / "out.parquet"), str(tmp_path / "left.csv")
    with pytest.raises(pricelang.PriceError, match="line 3 has no price: not JSON"):
        BOOK.price_table(path, out)
    done = BOOK.price_table(path, out, rejects=left)
    assert isinstance(done, Written)
    assert (done.read, done.priced, done.refused) == (9, 3, 6)
    reasons = sorted(
        row[0] for row in connection.execute(f"select reason from '{left}'").fetchall()
    )
    assert [reason.partition(" of usage.jsonl: ")[0] for reason in reasons[:4]] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]
    assert "appears twice" in reasons[3]
    assert all("the quantity of `input`" in reason for reason in reasons[4:])
    report = BOOK.report(path)
    assert (report.read, sum(lost.rows for lost in report.unpriced), report.totals[0].rows) == (
        9,
        6,
        3,
    )


def test_files_of_several_lines(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", OPUS | {"input": 1000})
    written(
        tmp_path / "b.jsonl",
        {"output": 1000, "team": 5} | OPUS,
        {"output": "1000", "team": "a"} | OPUS | {"at": 7},
    )
    with gzip.open(tmp_path / "c.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(OPUS | {"input": 1000, "team": "a"}))
    found = BOOK.report([str(tmp_path / "*.jsonl"), str(tmp_path / "c.jsonl.gz")], ["team"])
    assert [(total.by, total.rows, total.amount) for total in found.totals] == [
        (("5",), 1, Fraction("0.025")),
        (("a",), 1, Fraction("0.005")),
        ((None,), 1, Fraction("0.005")),
    ]
    assert [(lost.code, lost.rows) for lost in found.unpriced] == [("bad_date", 1)]


def test_lines_of_several_files_are_told_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    paths = [
        written(tmp_path / name / "usage.jsonl", OPUS | {"input": 1000}, "bad")
        for name in ("a", "b")
    ]
    left = tmp_path / "left.jsonl"
    BOOK.price_table(paths, str(tmp_path / "out.parquet"), rejects=str(left))
    assert [
        json.loads(line)["reason"].partition(": ")[0]
        for line in left.read_text(encoding="utf-8").splitlines()
    ] == [f"line 2 of {path}" for path in paths]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no line is a JSON object"),
        (["5"], "no line is a JSON object"),
        ([OPUS | {"input": 5, "Input": 6}], "the keys `input` and `Input` differ only by case"),
    ],
)
def test_files_that_hold_no_table(tmp_path: Path, lines: list[object], said: str) -> None:
    with pytest.raises(pricelang.BadRequest, match=said):
        BOOK.report(written(tmp_path / "usage.jsonl", *lines))
    with pytest.raises(pricelang.BadRequest, match="there is no file"):
        BOOK.report(str(tmp_path / "none-*.jsonl"))
