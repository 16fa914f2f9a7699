"""Tables of usage from every kind of source, what is wrong with them, and what is written."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pytest

import pricelang
from pricelang.engines.columns import Fixed, read_mapping
from pricelang.engines.duck import open_job
from pricelang.engines.join_keys import needs_wide
from pricelang.engines.rated_rows import rated
from pricelang.engines.rows import RefusedRows, priced, write_priced
from pricelang.engines.totals import totals
from pricelang.evaluate.rate_table.scale import most_places
from pricelang.evaluate.rate_table.table import rate_table
from pricelang.model.errors import BadRequest
from pricelang.model.instants import seconds_of

ROWS = [
    ("claude-opus-4-7", "2026-04-17 10:00:00", 50_000, 15_000, "0.625"),
    ("claude-opus-4-6", "2026-04-18 00:00:00", 1_000, 10, "0.00525"),
    ("claude-haiku-4-5", "2026-04-18 23:59:59", 7, 3, "0.000022"),
]
NAMES = ("model", "at", "input", "output")


def write_csv(folder: Path, text: str = "", name: str = "usage.csv") -> str:
    path = folder / name
    path.write_text(
        text
        or "model,at,input,output\n"
        + "\n".join(",".join(map(str, row[:4])) for row in ROWS)
        + "\n",
        encoding="utf-8",
    )
    return str(path)


def frame() -> pandas.DataFrame:
    found = pandas.DataFrame([row[:4] for row in ROWS], columns=list(NAMES))
    found["at"] = pandas.to_datetime(found["at"])
    return found


def sources(folder: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    csv = write_csv(folder)
    (folder / "usage.jsonl").write_text(
        "".join(json.dumps(dict(zip(NAMES, row, strict=False))) + "\n" for row in ROWS),
        encoding="utf-8",
    )
    frame().to_parquet(folder / "usage.parquet")
    packed = folder / "usage.csv.gz"
    connection.execute(
        f"copy (from read_csv('{csv}')) to '{packed}' (format csv, header, compression gzip)"
    )
    with duckdb.connect(str(folder / "usage.duckdb")) as other:
        other.execute(f"create table calls as from read_csv('{csv}')")
    connection.execute(f"create table here as from read_csv('{csv}')")
    return {
        "csv": csv,
        "jsonl": str(folder / "usage.jsonl"),
        "parquet": Path(folder / "usage.parquet"),
        "glob": str(folder / "*.parquet"),
        "several": [str(folder / "usage.parquet")],
        "gz": str(packed),
        "database": str(folder / "usage.duckdb"),
        "table": "here",
        "pandas": frame(),
        "polars": polars.from_pandas(frame()),
        "arrow": pyarrow.Table.from_pandas(frame()),
    }


def test_every_kind_of_source(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    expected = [Decimal(row[4]) for row in ROWS]
    for kind, source in sources(tmp_path, connection).items():
        job = open_job(book, connection, source)
        found = sorted((row[0] for row in priced(job).project("cost").fetchall()), reverse=True)
        assert found == sorted(expected, reverse=True), kind
        report = totals(open_job(book, connection, source), ["day"])
        assert [(total.by, total.rows, total.amount) for total in report.totals] == [
            (("2026-04-17",), 1, Fraction("0.625")),
            (("2026-04-18",), 2, Fraction("0.005272")),
        ], kind


def test_nothing_is_left_to_single_requests_where_rates_have_all(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    job = open_job(book, connection, frame())
    assert job.complete
    assert not job.wide
    assert "pricelang_single" not in rated(job)


@pytest.mark.parametrize(
    ("usage", "mapping", "fixed", "code", "said"),
    [
        ("nosuch.parquet", {}, Fixed(), "bad_source", "cannot be read"),
        ("nosuch.csv", {}, Fixed(), "bad_source", "no file"),
        ("nosuch.duckdb", {}, Fixed(), "bad_source", "no database"),
        ("nosuch", {}, Fixed(), "bad_source", "there is no table and no file"),
        (["a.csv", "b.parquet"], {}, Fixed(), "bad_source", "several kinds"),
        ("frame", {"input": "inputs"}, Fixed(), "no_column", "no column `inputs`"),
        ("frame", {"inptu": "input"}, Fixed(), "unknown_name", "not a name of the book"),
        ("frame", {}, Fixed(dimensions={"speeed": "fast"}), "unknown_dimension", "speeed"),
        ("no at", {}, Fixed(), "no_column", "instant"),
        ("no model", {}, Fixed(), "no_column", "model"),
        ("no meter", {}, Fixed(), "no_column", "no column counts"),
        ("bad type", {}, Fixed(), "bad_column", "holds no quantities"),
        ("bad instant", {}, Fixed(), "bad_column", "holds no instants"),
    ],
)
def test_what_cannot_be_read(
    book: pricelang.Book,
    connection: duckdb.DuckDBPyConnection,
    usage: object,
    mapping: dict[str, str],
    fixed: Fixed,
    code: str,
    said: str,
) -> None:
    given = {
        "frame": frame(),
        "no at": frame().drop(columns="at"),
        "no model": frame().drop(columns="model"),
        "no meter": frame().drop(columns=["input", "output"]),
        "bad type": frame().assign(input=True),
        "bad instant": frame().assign(at=5),
    }.get(str(usage), usage)
    with pytest.raises(pricelang.PriceError) as raised:
        totals(open_job(book, connection, given, mapping=mapping, fixed=fixed))
    assert raised.value.code == code
    assert said in raised.value.message


def test_fixed_values_and_mapped_columns(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = frame().drop(columns=["at", "model"]).rename(columns={"input": "prompt tokens"})
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\ninput = "prompt tokens"\n', encoding="utf-8")
    fixed = Fixed("claude-opus-4-7", "2026-04-17", {"service_tier": "batch"})
    job = open_job(book, connection, found, mapping=read_mapping(mapping), fixed=fixed)
    assert [total.amount for total in totals(job).totals] == [
        Fraction(51_007 * 5 + 15_013 * 25, 2_000_000)
    ]
    for text in ("columns = 1", "[columns]\ninput = 2", "not toml"):
        mapping.write_text(text, encoding="utf-8")
        with pytest.raises(pricelang.BadRequest, match="mapping"):
            read_mapping(mapping)


BROKEN = """model,at,input,output
claude-opus-4-7,2026-04-17,10,20
claude-opus-4-7,2026-04-17,abc,20
claude-opus-4-7,yesterday,10,20
claude-opus-4-7,2026-04-17,10
claude-opus-4-7,2026-04-17T12:00:00+02:00,"1,000",-1
nosuch,2026-04-17,1,1
,2026-04-17,1,1
"""


def test_broken_lines_are_kept_whole_with_their_reasons(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = write_csv(tmp_path, BROKEN)
    out, left = tmp_path / "priced.csv", tmp_path / "left.csv"
    written = write_priced(open_job(book, connection, path), str(out), str(left))
    assert (written.read, written.priced, written.refused) == (7, 1, 6)
    assert (
        out.read_text(encoding="utf-8").splitlines()[1]
        == "claude-opus-4-7,2026-04-17,10,20,0.00055000000000"
    )
    text = left.read_text(encoding="utf-8")
    assert "claude-opus-4-7,yesterday,10,20,`yesterday` is not a day or an instant" in text
    assert "line 5 of usage.csv" in text
    report = totals(open_job(book, connection, path), ["model"])
    assert (
        sum(x.rows for x in report.unpriced) + sum(x.rows for x in report.totals)
        == report.read
        == 7
    )


def test_nothing_is_written_where_a_row_has_no_price(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = write_csv(tmp_path, BROKEN.replace("claude-opus-4-7,2026-04-17,10\n", ""))
    out = tmp_path / "priced.parquet"
    out.write_text("older", encoding="utf-8")
    with pytest.raises(RefusedRows, match="row 2 has no price: the quantity of `input` is `abc`"):
        write_priced(open_job(book, connection, path), str(out))
    assert out.read_text(encoding="utf-8") == "older"
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []
    with pytest.raises(RefusedRows):
        priced(open_job(book, connection, path))
    for target in (tmp_path / "no" / "x.parquet", tmp_path / "x.xlsx"):
        with pytest.raises(pricelang.BadRequest, match=r"no folder|not a kind"):
            write_priced(open_job(book, connection, path), str(target))


def test_a_row_keeps_its_columns_and_none_is_overwritten(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    found = priced(
        open_job(book, connection, frame().assign(workspace=["a", "b", "c"])), lines=True
    )
    assert found.columns == [
        "model",
        "at",
        "input",
        "output",
        "workspace",
        "cost",
        "cost_input",
        "cost_output",
    ]
    assert priced(open_job(book, connection, frame()), keep=["at"]).columns == ["at", "cost"]
    with pytest.raises(pricelang.BadRequest, match="no column `modle` to keep"):
        priced(open_job(book, connection, frame()), keep=["modle"])
    with pytest.raises(pricelang.BadRequest, match="already has a column `cost`"):
        priced(open_job(book, connection, frame().assign(COST=1).rename(columns={"COST": "cost"})))


def test_quantities_beyond_64_bits_are_counted_wider(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    """At the edge of int64 and beyond, rows and totals stay exact; nothing wraps."""
    for input in (2**31, 2**45, 2**62):
        found = frame().assign(input=input)
        job = open_job(book, connection, found, sums=True)
        assert job.wide == (
            input * 5 * 10 ** (job.places - 6) + 15_000 * 25 * 10 ** (job.places - 6) >= 2**63
        )
        expected = [
            book.rates.request(
                row[0], row[1], {"input": input, "output": row[3]}, {}, held=False
            ).total
            for row in ROWS
        ]
        assert sorted(Fraction(row[0]) for row in priced(job).project("cost").fetchall()) == sorted(
            expected
        )
        assert sum(
            total.amount for total in totals(open_job(book, connection, found, sums=True)).totals
        ) == sum(expected)


def test_the_bound_of_64_bits_is_met_to_the_unit(book: pricelang.Book) -> None:
    from attrs import evolve

    from pricelang.engines.join_keys import Quantity

    day = seconds_of("2026-04-17")
    table = rate_table(book.rates, (), [("claude-opus-4-7", ())], ("input",), (day, day))
    price = table.widest(0)
    last = (2**63 - 1) // price
    quantity = Quantity("input", "input", 0, last)
    assert not needs_wide(table, (quantity,), 64)
    assert needs_wide(table, (evolve(quantity, largest=last + 1),), 64)
    assert needs_wide(table, (evolve(quantity, largest=None),), 64)


def test_a_chain_of_factors_needs_more_than_twelve_places() -> None:
    """0.25 x 1.25 x 0.5 x 1.1 x 1.1 dollars per MTok are 13 decimals a token:
    the compiler finds them, none is assumed.
    """
    text = """book chain in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model | released   |
  | a     | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | a     | 2026-01-01 | $0.25 |
multiplier one
  x 1.25 on input
multiplier two
  x 0.5 on input
multiplier three
  x 1.1 on input
multiplier four
  x 1.1 on input
stack one, two, three, four
"""
    from tests.engines.usage import checked_texts

    checked = checked_texts([text]).book
    assert checked is not None
    assert most_places(checked) == 13
    book = pricelang.Book(checked)
    table = rate_table(book.rates, (), [("a", ())], ("input",))
    assert (table.places, next(iter(table.rows.values())).atoms) == (13, (1_890_625,))


def test_the_macro_counts_prices_of_many_decimals(connection: duckdb.DuckDBPyConnection) -> None:
    """A small quantity at a price of 16 decimals is more units of the last than 64 bits hold."""
    from tests.engines.usage import checked_texts

    text = """book b "b" in USD
unit one is 1 token
meter input in tokens
models
  | model | released   |
  | a     | 2026-01-01 |
rates per one
  | model | from       | input               |
  | a     | 2026-01-01 | $1.0000000000000001 |
"""
    checked = checked_texts([text])
    assert checked.book is not None, checked.faults
    pricelang.Book(checked.book).duckdb(connection)
    ask = "select price_of('a', timestamp '2026-02-01', input := 10000000)"
    assert connection.execute(ask).fetchall() == [(Decimal("10000000.000000001"),)]


def test_decimals_of_an_addition_that_is_multiplied() -> None:
    """The stack counts in its order: what is added before a factor has its decimals too."""
    from tests.engines.usage import checked_texts

    text = """book b "b" in USD
unit MTok is 1,000,000 tokens
meter input in tokens
models
  | model | released   |
  | a     | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | a     | 2026-01-01 | $1    |
multiplier half
  x 0.5 on input
surcharge later
  $0.20 per MTok on input
stack {}
"""
    before, after = (
        checked_texts([text.format(stack)]).book for stack in ("later, half", "half, later")
    )
    assert before is not None
    assert after is not None
    assert (most_places(before), most_places(after)) == (8, 7)


def test_an_alias_that_moves_and_a_price_that_changes(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    """A cut is kept only where a rate of the usage changes, and both sides of it are right."""
    days = ["2026-10-06 23:59:59.999999", "2026-10-07 00:00:00"]
    connection.execute(
        "create table reads as select 'claude-sonnet-5-5' as model, unnest(?::timestamp[]) as \"at\", 1000000 as cache_read",
        [days],
    )
    job = open_job(book, connection, "reads")
    assert [row[0] for row in priced(job).project("cost").order("cost").fetchall()] == [
        Decimal("0.1"),
        Decimal("0.2"),
    ]
    assert job.rates.axes.cuts == (seconds_of("2026-10-07"),)


def test_a_mixed_group_is_priced_on_both_sides_of_a_threshold(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    """The side is that of each row, not of the sum: 100,000 stay below, 100,001 pay five times."""
    connection.execute(
        "create table long as select 'claude-haiku-5-5' as model, timestamp '2026-11-01' as \"at\", unnest([100000, 100001, 1]) as input"
    )
    expected = sum(
        book.price(model="claude-haiku-5-5", at="2026-11-01", usage={"input": n}).exact_total
        for n in (100_000, 100_001, 1)
    )
    assert [
        total.amount for total in totals(open_job(book, connection, "long"), ["model"]).totals
    ] == [expected]


def test_later_rows_with_other_combinations_are_found(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first rows are only a guess at what all have."""
    from pricelang.engines import totals as module

    monkeypatch.setattr(module, "FIRST", 1)
    connection.execute(
        "create table u as select * from (values ('claude-opus-4-7', timestamp '2026-10-08', 10), ('claude-sonnet-5-5', timestamp '2026-10-01', 10),"
        " ('claude-sonnet-5-5', timestamp '2026-10-08', 10), ('claude-haiku-5-5', timestamp '2026-10-08', 200000)) t(model, \"at\", cache_read)"
    )
    report = totals(open_job(book, connection, "u"), ["model", "day"])
    for total in report.totals:
        model, day = total.by
        quantity = {"claude-haiku-5-5": 200_000}.get(str(model), 10)
        assert (
            total.amount
            == book.price(model=str(model), at=str(day), usage={"cache_read": quantity}).exact_total
        )
    assert len(report.totals) == 4


def test_instants_with_a_zone_are_utc(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute(
        "create table z as select 'claude-sonnet-5-5' as model, timestamptz '2026-10-07 01:00:00+02:00' as \"at\", 1000000 as cache_read"
    )
    assert [
        row[0] for row in priced(open_job(book, connection, "z")).project("cost").fetchall()
    ] == [Decimal("0.2")]


def test_groups_of_one_rate_of_which_one_needs_a_price_that_is_not_there(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    """Each row is counted once, though equal rates price the one and not the other."""
    connection.execute(
        "create table two as select 'claude-1.3' as model, timestamp '2024-01-01' as \"at\", unnest(['a', 'b']) as team, "
        "10 as input, unnest([0, 5]) as cache_read"
    )
    report = totals(open_job(book, connection, "two"), ["team"])
    expected = book.price(model="claude-1.3", at="2024-01-01", usage={"input": 10}).exact_total
    assert [(total.by, total.rows, total.amount) for total in report.totals] == [
        (("a",), 1, expected)
    ]
    assert [(unpriced.rows, unpriced.code) for unpriced in report.unpriced] == [(1, "not_offered")]


def test_the_macro_has_no_price_before_its_rates_begin(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    book.duckdb(connection, dimensions=[], models=["claude-haiku-4-5"], since="2026-07-01")
    days = ["2025-11-01", "2026-06-30 23:59:59", "2026-07-01"]
    sql = "select try_price_of('claude-haiku-4-5', unnest(?::timestamp[]), input := 1000)"
    assert [row[0] for row in connection.execute(sql, [days]).fetchall()] == [
        None,
        None,
        Decimal("0.001"),
    ]


@pytest.mark.parametrize(
    "at", ["timestamptz '2023-11-21 02:00+00'", "timestamp '2023-11-21 02:00'", "date '2023-11-21'"]
)
def test_the_macro_reads_instants_in_any_zone_of_the_session(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, at: str
) -> None:
    connection.execute("set TimeZone = 'America/New_York'")
    book.duckdb(connection, dimensions=[], models=["claude-2.0"])
    found = connection.execute(f"select price_of('claude-2.0', {at}, input := 100000)").fetchall()
    assert found == [
        (book.total(model="claude-2.0", at="2023-11-21T02:00:00Z", usage={"input": 100_000}),)
    ]


def test_the_macro_refuses_a_text_instead_of_its_offset(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    book.duckdb(connection, dimensions=[], models=["claude-2.0"])
    with pytest.raises(duckdb.BinderException, match="epoch_us"):
        connection.execute(
            "select price_of('claude-2.0', '2023-11-21T02:00:00+05:00', input := 100000)"
        )


def test_a_dimension_of_the_macro_is_no_fixed_value_too(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(BadRequest, match="`speed` has a column and is given for all rows too"):
        book.duckdb(connection, dimensions=["speed"], speed="fast")
    book.duckdb(connection, models=["claude-opus-4-6"], speed="fast")
    sql = "select price_of('claude-opus-4-6', timestamp '2026-04-17', input := 1000000)"
    expected = book.total(
        model="claude-opus-4-6", at="2026-04-17", usage={"input": 1_000_000}, speed="fast"
    )
    assert connection.execute(sql).fetchall() == [(expected,)]


def test_the_macro_of_an_attached_database_is_used_from_there(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("attach ':memory:' as other; use other")
    book.duckdb(connection, dimensions=[], models=["claude-opus-4-7"])
    connection.execute(
        "create table memory.main.usage as select timestamp '2026-04-17' as \"at\", 1000 as input; use memory"
    )
    sql = "select price_of('claude-opus-4-7', \"at\", input := input) from memory.main.usage"
    with pytest.raises(duckdb.CatalogException):
        connection.execute(sql)
    assert connection.execute("use other").execute(sql).fetchall() == [(Decimal("0.005"),)]


@pytest.mark.parametrize(
    "kind", ["timestamp", "timestamptz", "date", "timestamp_s", "timestamp_ms", "timestamp_ns"]
)
@pytest.mark.parametrize("value", ["infinity", "-infinity"])
def test_infinity_is_no_instant(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, kind: str, value: str
) -> None:
    connection.execute(
        f"create table usage as select 'claude-opus-4-7' as model, unnest(['{value}'::{kind}, '2026-05-01'::{kind}]) as \"at\", unnest([5, 6]) as input"
    )
    report = book.report("usage", ["month"], connection=connection)
    assert [(total.by, total.rows) for total in report.totals] == [(("2026-05-01",), 1)]
    assert [(lost.code, lost.rows) for lost in report.unpriced] == [("bad_date", 1)]
    with pytest.raises(RefusedRows, match="row 1 has no price: the row has no instant"):
        book.price_table("usage", connection=connection)


def test_an_amount_that_no_column_holds_is_refused(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute(
        "create table usage as select 'claude-opus-4-7' as model, timestamp '2026-05-01' as \"at\", unnest([(10::hugeint)**30, 1000])::hugeint as input"
    )
    with pytest.raises(
        RefusedRows, match="row 1 has no price: the amount has more than 24 digits before the point"
    ):
        book.price_table("usage", connection=connection, sums=True)


@pytest.mark.parametrize(
    "name", ["main.usage", "memory.main.usage", "usage", "ot.her.usage", "ot.her"]
)
def test_a_table_is_found_by_its_schema_too(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    sql = "as select 'claude-opus-4-7' as model, timestamp '2026-05-01' as \"at\", 1000 as input"
    connection.execute(
        f'create table usage {sql}; create schema "ot.her"; create table "ot.her".usage {sql}; create table "ot.her" {sql}'
    )
    if name == "ot.her.usage":
        with pytest.raises(BadRequest, match="there is no table"):
            book.report(name, connection=connection)
    else:
        assert book.report(name, connection=connection).totals[0].amount == Fraction("0.005")


@pytest.mark.parametrize("ending", ["csv", "tsv.gz", "jsonl", "parquet"])
def test_what_is_written_is_told(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path, ending: str
) -> None:
    """Of every kind of file the exact total;
    and wide integers that are passed through keep their digits.
    """
    wide = 2**126 // 3
    connection.execute(
        'create table usage (model varchar, "at" timestamp, input int, output int, wide hugeint)'
    )
    connection.executemany(
        "insert into usage values (?, ?, ?, ?, ?)", [[*row[:4], wide] for row in ROWS]
    )
    out = tmp_path / f"out.{ending}"
    written = write_priced(open_job(book, connection, "usage"), str(out))
    assert written.totals == {"USD": sum(Fraction(row[4]) for row in ROWS)}
    assert [
        row[0]
        for row in connection.execute(
            "select table_name from information_schema.tables where table_name like '%priced%'"
        ).fetchall()
    ] == []
    reads = {
        "jsonl": "read_json('{}', columns = {{wide: 'varchar'}})",
        "parquet": "read_parquet('{}')",
    }
    read = reads.get(ending, "read_csv('{}', all_varchar = true)").format(out)
    assert {int(row[0]) for row in connection.execute(f"select wide from {read}").fetchall()} == {
        wide
    }


def test_refused_rows_get_a_column_of_their_own(
    book: pricelang.Book, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute(
        "create table usage as select 'claude-opus-9' as model, timestamp '2026-05-01' as \"at\", 5 as input, 'x' as Reason"
    )
    with pytest.raises(BadRequest, match="already has a column `reason`"):
        write_priced(
            open_job(book, connection, "usage"),
            str(tmp_path / "out.csv"),
            str(tmp_path / "left.csv"),
        )


@pytest.mark.parametrize("kind", ["varchar", "double", "decimal(38,18)"])
def test_amounts_that_are_finer_than_prices(kind: str) -> None:
    """No decimal of a measured quantity is lost where
    the column of it may have more than prices have.
    """
    with duckdb.connect() as connection:
        connection.execute(f"create table u as select '0.1234567890123456'::{kind} as session_time")
        job = open_job(
            pricelang.load(),
            connection,
            "u",
            fixed=Fixed("claude-opus-4-7", "2026-05-01", {"surface": "managed_agents"}),
        )
        ((cost,),) = priced(job).project("cost").fetchall()
    assert cost == Decimal("0.1234567890123456") * Decimal("0.08")


def test_a_column_of_no_quantities_in_a_file_is_refused_by_its_name(tmp_path: Path) -> None:
    """The error is the one of the column, and none of what is closed after it."""
    path = str(tmp_path / "usage.parquet")
    duckdb.sql(
        f"copy (select 'claude-opus-4-7' as model, timestamp '2026-05-01' as at, true as input, 5 as output) to '{path}'"
    )
    with pytest.raises(pricelang.PriceError, match="the column `input` is of type boolean"):
        pricelang.load().report(path, by=["model"])
