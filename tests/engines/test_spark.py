"""Prices on a Spark session:
the same as DuckDB's and as those of single requests, whatever happens to tasks.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import shlex
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pricelang
from pricelang.compile.store import dump_book
from pricelang.engines import spark_totals
from pricelang.engines.columns import Fixed
from pricelang.engines.duck import open_job
from pricelang.engines.rows import select_sql
from pricelang.engines.spark import SparkBook
from pricelang.engines.spark_fallback import answer_of
from pricelang.engines.spark_files import price_file, report_files
from pricelang.engines.totals import totals
from pricelang.evaluate.rate_table.axes import Axes
from pricelang.evaluate.rate_table.table import RateTable
from pricelang.model.errors import BadRequest, PriceError
from pricelang.present.decimals import to_decimal
from tests.cli.helpers import run
from tests.engines import test_accounts, test_settlements, test_warehouse
from tests.engines import test_longest as longest
from tests.engines.warehouses import setting, spark
from tests.test_docs import _check_python, _commands, fences

pytestmark = pytest.mark.campaign  # a session of Spark

ROOT = Path(__file__).resolve().parents[2]
START = datetime.datetime(2026, 3, 20)
ROWS = 12_000


def claude_rows(count: int) -> list[dict[str, Any]]:
    """Usage with one model that has most of it, in three parts that are out of order;
    some rows have no price.
    """
    random, rows = Random(4), []
    for number in range(count):
        part = number * 3 // count
        at = START + datetime.timedelta(
            seconds=random.randrange(40 * 86_400) + (2 - part) * 40 * 86_400
        )
        model = random.choice(
            ["claude-opus-4-7"] * 9 + ["claude-haiku-4-5", "claude-sonnet-4-6", "claude-sonnet-4-5"]
        )
        row: dict[str, Any] = {
            "id": number,
            "ts": at,
            "model": model,
            "service_tier": random.choice(["standard", "standard", "batch", None]),
            "inference_geo": random.choice(["global", "global", "us"]),
            "team": f"t{random.randrange(5)}",
            "input": random.choice([0, random.randrange(30_000), 199_999 + random.randrange(3)]),
            "output": random.randrange(4000),
            "cache_read": random.choice([None, random.randrange(500_000)]),
            "code_execution": random.choice([None] * 9 + [Decimal("0.5"), Decimal("0.01")]),
        }
        if number % 997 == 0:
            row |= random.choice(
                [
                    {"model": "claude-opus-47"},
                    {"model": None},
                    {"ts": None},
                    {"input": -5},
                    {"inference_geo": "mars"},
                ]
            )
        rows.append(row)
    return rows


@functools.cache
def claude_files(folder: str, priced: bool = False) -> str:
    """The rows as three files; with `priced` only those that have a price."""
    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("ts", pa.timestamp("us")),
            ("model", pa.string()),
            ("service_tier", pa.string()),
            ("inference_geo", pa.string()),
            ("team", pa.string()),
            ("input", pa.int64()),
            ("output", pa.int64()),
            ("cache_read", pa.int64()),
            ("code_execution", pa.decimal128(10, 4)),
        ]
    )
    rows = claude_rows(ROWS)
    if priced:
        rows = [row for row in rows if one_by_one(row) is not None]
    for part in range(3):
        pq.write_table(
            pa.Table.from_pylist(rows[part * len(rows) // 3 : (part + 1) * len(rows) // 3], schema),
            f"{folder}/part-{part}.parquet",
        )
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> str:
    return claude_files(str(tmp_path_factory.mktemp("usage")))


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> str:
    return claude_files(str(tmp_path_factory.mktemp("good")), True)


CLAUDE = pricelang.load()
MAPPING = {"at": "ts"}


def one_by_one(row: dict[str, Any]) -> Fraction | None:
    """What the evaluator of single requests says."""
    usage = {
        name: row[name]
        for name in ("input", "output", "cache_read", "code_execution")
        if row[name] is not None
    }
    given = {name: row[name] for name in ("service_tier", "inference_geo") if row[name] is not None}
    if row["model"] is None or row["ts"] is None:
        return None
    try:
        # as a column has it: without a finite decimal, to 20 places
        return Fraction(
            to_decimal(CLAUDE.rates.request(row["model"], row["ts"], usage, given).total)
        )
    except PriceError:
        return None


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_every_row_and_total(files: str, ansi: str) -> None:
    """Skewed models, files out of the order of time, rows without a price,
    and minimums, in both modes.
    """
    session = spark()
    with setting(session, "spark.sql.ansi.enabled", ansi):
        ours = SparkBook(CLAUDE, session)
        usage = session.read.parquet(files)
        found = {
            row["id"]: row
            for row in ours.price(usage, mapping=MAPPING, refused="null")
            .select("id", "cost", "reason")
            .collect()
        }
        rows = claude_rows(ROWS)
        assert len(found) == len(rows)
        expected = {row["id"]: one_by_one(row) for row in rows}
        for number, wanted in expected.items():
            cost, reason = found[number]["cost"], found[number]["reason"]
            assert (None if cost is None else Fraction(cost), reason is None) == (
                wanted,
                wanted is not None,
            )
        by = ours.totals(usage, ["team", "service_tier"], mapping=MAPPING, refused="null").collect()
    sums: dict[tuple[object, ...], Fraction] = {}
    for row in rows:
        key = row["team"], row["service_tier"]
        sums[key] = sums.get(key, Fraction(0)) + (expected[row["id"]] or 0)
    costs: dict[tuple[object, ...], Fraction] = {}
    for total in by:
        key = total["team"], total["service_tier"]
        costs[key] = costs.get(key, Fraction(0)) + Fraction(total["cost"] or 0)
    assert costs == sums
    assert sum(total["rows"] for total in by) == ROWS - list(expected.values()).count(None)
    assert sum(total["unpriced"] for total in by) == list(expected.values()).count(None) > 10


def duck(
    path: str, book: pricelang.Book, by: list[str], mapping: dict[str, str], **more: Any
) -> Any:
    import duckdb

    with duckdb.connect() as connection:
        return totals(open_job(book, connection, path, mapping=mapping, **more), by)


def test_the_same_as_duckdb(good_files: str) -> None:
    """Totals by the model's id and by day are those of DuckDB, quantities too; and rows are."""
    import duckdb

    session = spark()
    ours = SparkBook(CLAUDE, session)
    mapping = {**MAPPING}
    usage = session.read.parquet(good_files).drop("code_execution")
    with duckdb.connect() as connection:
        connection.execute(
            f"create view u as select * exclude (code_execution) from '{good_files}/*.parquet'"
        )
        job = open_job(CLAUDE, connection, "u", mapping=mapping)
        report = totals(job, ["model", "day"])
        rows = dict(connection.execute(f"select id, cost from ({select_sql(job)})").fetchall())
    wanted = {
        (total.by[0], str(total.by[1])): (total.rows, dict(total.quantities), total.amount)
        for total in report.totals
    }
    found = {
        (row["model"], str(row["day"])): (
            row["rows"],
            {q.meter: Fraction(row[q.meter]) for q in job.quantities},
            Fraction(row["cost"]),
        )
        for row in ours.totals(usage, ["model", "day"], mapping=mapping).collect()
    }
    assert found == wanted
    assert {
        row["id"]: row["cost"]
        for row in ours.price(usage, mapping=mapping).select("id", "cost").collect()
    } == rows


def test_a_task_that_dies_half_way(good_files: str) -> None:
    """A task that throws on its first attempt is run again; nothing is counted twice."""
    from pyspark import TaskContext
    from pyspark.sql import functions as f

    def dies_once(value: int) -> int:
        context = TaskContext.get()
        if (
            context is not None
            and context.partitionId() == 0
            and context.attemptNumber() == 0
            and value % 100 == 57
        ):
            raise RuntimeError("the machine is gone")
        return value

    session = spark()
    ours = SparkBook(CLAUDE, session)
    usage = session.read.parquet(good_files).drop("code_execution")
    weak = usage.withColumn("input", f.udf(dies_once, "bigint", useArrow=False)("input"))
    plain, broken = (
        sorted(map(tuple, ours.totals(table, ["team"], mapping=MAPPING).collect()))
        for table in (usage, weak)
    )
    assert plain == broken
    broken_rows = Counter(
        map(tuple, ours.price(weak, mapping=MAPPING).select("id", "cost").collect())
    )
    assert broken_rows == Counter(
        map(tuple, ours.price(usage, mapping=MAPPING).select("id", "cost").collect())
    )


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_sums_that_64_bits_do_not_hold(ansi: str) -> None:
    session = spark()
    rows = [
        (n, "claude-opus-4-7", datetime.datetime(2026, 5, 1), 9 * 10**18, "1.5") for n in range(5)
    ]
    usage = session.createDataFrame(
        rows, "id bigint, model string, at timestamp, input bigint, session_time string"
    )
    fixed = Fixed(dimensions={"surface": "managed_agents"})
    usage_of_each = {"input": 9 * 10**18, "session_time": "1.5"}
    each = to_decimal(
        CLAUDE.rates.request(
            "claude-opus-4-7", "2026-05-01", usage_of_each, fixed.dimensions, held=False
        ).total
    )
    with setting(session, "spark.sql.ansi.enabled", ansi):
        ours = SparkBook(CLAUDE, session)
        (total,) = ours.totals(usage, mapping={}, fixed=fixed, sums=True).collect()
        assert (Fraction(total["cost"]), total["input"]) == (5 * Fraction(each), 45 * 10**18)
        assert {row["cost"] for row in ours.price(usage, fixed=fixed, sums=True).collect()} == {
            each
        }


def test_a_book_with_everything(tmp_path: Path) -> None:
    """Thresholds, the clock, roundings, floors, conversions, minimums per use:
    what is no sum goes to the executors.
    """
    book = pricelang.load(ROOT / "tests" / "specimens" / "extras.price")
    random, rows = Random(7), []
    for number in range(300):
        at = datetime.datetime(2026, 1, 1) + datetime.timedelta(
            minutes=random.randrange(300 * 1440)
        )
        rows.append(
            {
                "id": number,
                "model": random.choice(["alpha-1", "beta-1", "alpha-latest"]),
                "at": at.isoformat() + "Z",
                "service_tier": random.choice(["standard", "batch"]),
                "input": str(random.choice([1, 5_000, 2_000_001])),
                "output": random.randrange(10**6),
                "requests": random.choice([0, 1]),
                "container": random.choice(["", "0.01", "3"]),
            }
        )
    path = str(tmp_path / "usage.parquet")
    pq.write_table(pa.Table.from_pylist(rows), path)
    session = spark()
    usage = session.read.parquet(path)
    ours = SparkBook(book, session)
    found = {row["id"]: row for row in ours.price(usage, refused="null", lines=True).collect()}
    refused = 0
    said: tuple[object, object]
    for row in rows:
        used = {
            name: row[name]
            for name in ("input", "output", "requests", "container")
            if row[name] != ""
        }
        try:
            bill = book.price(
                model=row["model"], at=row["at"], usage=used, service_tier=row["service_tier"]
            )
        except PriceError as error:
            refused += 1
            said = None, error.message
        else:
            said = bill.total, None
            assert found[row["id"]]["currency"] == bill.currency
            lines = Counter({line.meter: line.amount for line in bill.lines})
            assert found[row["id"]]["cost_output"] == lines["output"]
        assert (found[row["id"]]["cost"], found[row["id"]]["reason"]) == said
    assert 0 < refused < 150
    with_model = {
        (row["model"], row["currency"]): Fraction(row["cost"])
        for row in ours.totals(usage, ["model"], refused="null").collect()
        if row["cost"] is not None
    }
    assert with_model == {
        (total.by[0], total.currency): total.amount
        for total in duck(path, book, ["model"], {}).totals
    }
    with pytest.raises(Exception, match="pricelang: a row has no price: no sum of quantity"):
        ours.price(usage.where("id < 5"), single=False).collect()


@pytest.mark.parametrize("period", ["hour", "day", "week", "month", "year"])
def test_periods_of_texts_with_an_offset(period: str) -> None:
    """As on DuckDB, also of texts that only the evaluator reads,
    whatever the zone of the session.
    """
    times = [
        "2026-04-17T00:00:00+02:00",
        "2026-04-17 23:30-05:30",
        "2026-04-17T10:00:00Z",
        "2026-04-17 10:00:00 UTC",
        "20260417T105900Z",
        "2026-W20-3T10:59",
        "2026-11-01T05:30:00.25-03:30",
        "2026-02-30T00:00:00+02:00",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:00:00-10:00",
    ]
    table = pa.table(
        {
            "model": ["claude-opus-4-7"] * len(times),
            "at": times,
            "input": [10**n for n in range(len(times))],
        }
    )
    wanted = CLAUDE.report(table, [period])
    session = spark()
    with setting(session, "spark.sql.session.timeZone", "America/New_York"):
        rows = [*zip(*table.to_pydict().values(), strict=True)]
        ours = SparkBook(CLAUDE, session).totals(
            session.createDataFrame(rows, "model string, at string, input bigint"),
            [period],
            refused="null",
        )
        found = (
            ours.selectExpr(f"cast({period} as string)", "input", "unpriced")
            .where("unpriced = 0")
            .collect()
        )
    assert sorted((row[0].removesuffix(" 00:00:00"), row[1]) for row in found) == [
        (str(total.by[0]), dict(total.quantities)["input"]) for total in wanted.totals
    ]
    assert sum(total.rows for total in wanted.totals) == 7


def test_columns_in_which_nothing_stands() -> None:
    session = spark()
    usage = session.createDataFrame(
        [("claude-opus-4-7", 10**6, None, None)],
        "model string, input bigint, output void, service_tier void",
    )
    ours = SparkBook(CLAUDE, session)
    assert ours.price(usage, fixed=Fixed(at="2026-04-17")).collect()[0]["cost"] == 5
    assert ours.totals(usage, fixed=Fixed(at="2026-04-17")).collect()[0]["cost"] == 5
    lost = ours.price(usage.selectExpr("model", "input", "output as at"), refused="null").collect()[
        0
    ]
    assert (lost["cost"], lost["reason"]) == (None, "the row has no instant")


def test_rates_are_stored_without_a_look_at_all_of_them_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That had taken minutes where usage has many combinations."""
    looks = Counter[int]()
    widest = RateTable.widest
    monkeypatch.setattr(
        RateTable,
        "widest",
        lambda table, meter: looks.update([len(table.rows)]) or widest(table, meter),
    )
    session = spark()
    for rows in (2, 8):
        models = [
            "claude-opus-4-7",
            "claude-opus-4-6",
            "claude-haiku-4-5",
            "claude-sonnet-4-6",
            "claude-sonnet-4-5",
            "claude-opus-4-5",
            "claude-opus-4-1",
        ][:rows]
        SparkBook(CLAUDE, session).price(
            session.createDataFrame([(model, 5) for model in models], "model string, input int"),
            fixed=Fixed(at="2026-04-17"),
        )
    few, many = (looks[size] for size in sorted(looks))
    assert few == many


@pytest.mark.parametrize("kind", ["string", "timestamp", "timestamp_ntz"])
def test_an_instant_is_read_once_for_all_days_on_which_prices_change(kind: str) -> None:
    """Java does not compile a query in which each comparison reads it anew,
    and totals took fifteen times as long.
    """
    session = spark()
    usage = session.createDataFrame(
        [("claude-opus-4-7", "2026-04-17 00:00:00", 5)], "model string, at string, input int"
    )
    job = SparkBook(CLAUDE, session).job(
        usage.selectExpr("model", f"cast(at as {kind}) as at", "input"), {}, Fixed()
    )
    table = RateTable((), (), Axes((1, 2, 3), None, ()), 0, {})
    read = job.timed.selectExpr(*job.keys(table.axes))
    assert read.collect()[0]["pl_version"] == 3
    plan = read._jdf.queryExecution().optimizedPlan().toString()
    assert plan.count("AS pl_at") == 1, plan


def test_hostile_names() -> None:
    session = spark()
    names = [
        "it's",
        'a"b',
        "a`b",
        "a\\",
        "a\nb",
        "${x}",
        "claude-opus-4-7 ",
        "claude\u2011opus-4-7",
    ]
    column = "t`o'k\"e\\n s; -- \u00e9"
    usage = session.createDataFrame(
        [(name, "2026-05-01", 5) for name in [*names, "claude-opus-4-7"]], ["who", "at", column]
    )
    ours = SparkBook(CLAUDE, session)
    mapping = {"model": "who", "input": column}
    found = ours.price(usage, mapping=mapping, refused="null").collect()
    assert {row["who"]: row["cost"] for row in found} == {
        **dict.fromkeys(names),
        "claude-opus-4-7": Decimal("0.000025"),
    }
    assert all("unknown model" in row["reason"] for row in found if row["cost"] is None)
    (total,) = (
        ours.totals(usage, mapping=mapping, refused="null").where("cost is not null").collect()
    )
    assert (total["cost"], total["rows"]) == (Decimal("0.000025"), 1)


def test_files_are_written_whole_or_not_at_all(files: str, good_files: str, tmp_path: Path) -> None:
    session = spark()
    output, rejects = str(tmp_path / "out.parquet"), str(tmp_path / "rejects.parquet")
    with pytest.raises(PriceError, match="rows have no price, one of them: ") as raised:
        price_file(CLAUDE, [files], output, mapping=MAPPING, session=session)
    assert raised.value.code == "refused_rows"
    assert list(tmp_path.iterdir()) == []
    found = price_file(CLAUDE, [files], output, mapping=MAPPING, rejects=rejects, session=session)
    assert (found.read, found.refused) == (ROWS, pq.read_table(rejects).num_rows)
    assert (
        sum(map(Fraction, pq.read_table(output).column("cost").to_pylist())) == found.totals["USD"]
    )
    assert {Path(output), Path(rejects)} == set(tmp_path.iterdir())
    for again in (output, str(tmp_path / "none" / "out.csv")):
        with pytest.raises(BadRequest) as refused:
            price_file(CLAUDE, [good_files], again, mapping=MAPPING, session=session)
        assert refused.value.code == "bad_output"
    done = price_file(
        CLAUDE,
        [f"{good_files}/part-1.parquet"],
        str(tmp_path / "two"),
        mapping=MAPPING,
        session=session,
    )
    assert done.refused == 0
    with pytest.raises(BadRequest, match="cannot be read"):
        price_file(
            CLAUDE,
            [str(tmp_path / "nothing.parquet")],
            str(tmp_path / "x"),
            mapping=MAPPING,
            session=session,
        )


@pytest.mark.parametrize("most", [spark_totals.MAX_GROUPS, 0])
def test_groups_of_one_key_that_part(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two teams have the same rates; one uses what has no price,
    and the other's rows are counted once.
    """
    monkeypatch.setattr(spark_totals, "MAX_GROUPS", most)
    session = spark()
    rows = [("a", 1000, 0), ("a", 500, 0), ("b", 1000, 5), ("b", 1000, 0), ("b", -1, 0)]
    usage = session.createDataFrame(rows, ["team", "input", "cache_read"])
    found = (
        SparkBook(CLAUDE, session)
        .totals(usage, ["team"], fixed=Fixed("claude-2.1", "2024-03-01", {}), refused="null")
        .collect()
    )
    priced = [
        (row["team"], row["rows"], row["input"], row["cost"])
        for row in found
        if row["cost"] is not None
    ]
    assert sorted(priced) == [("a", 2, 1500, Decimal("0.012")), ("b", 1, 1000, Decimal("0.008"))]
    (lost,) = [row for row in found if row["unpriced"]]
    assert (lost["team"], lost["unpriced"]) == ("b", 2)
    assert (
        lost["reason"]
        == "meter `cache_read` is not offered to this request; the quantity of `input` is `-1`"
    )


def test_the_command_line(tmp_path: Path) -> None:
    """`--engine spark` says what DuckDB says, of rows and of totals."""
    spark()
    samples, gateway = ROOT / "samples" / "tables", tmp_path / "gateway.parquet"
    out, rejects = str(tmp_path / "out.parquet"), str(tmp_path / "rejects")
    gateway_csv = [str(samples / "gateway.csv"), "--map", str(samples / "gateway.toml")]
    usage = str(samples / "usage.parquet")
    for args in (
        ["price", usage],
        ["report", usage, "--by", "workspace,day"],
        ["report", usage, "--by", "model", "--json"],
    ):
        done, duck_says = run(*args, "--engine", "spark"), run(*args)
        assert (done.exit_code, done.stdout) == (0, duck_says.stdout)
    done = run("report", *gateway_csv, "--by", "team", "--engine", "spark")
    assert (done.exit_code, done.stdout) == (1, run("report", *gateway_csv, "--by", "team").stdout)
    assert (
        "the quantity of `input` is `12x`; unknown model `claude-opus-47x` (2 rows)" in done.stderr
    )
    done = run("price", *gateway_csv, "-o", str(gateway), "--engine", "spark")
    assert (done.exit_code, gateway.exists()) == (1, False)
    assert "error[refused_rows]: 2 rows have no price" in done.stderr
    done = run(
        "price", *gateway_csv, "-o", out, "--rejects", rejects, "--lines", "--engine", "spark"
    )
    assert (done.exit_code, pq.read_table(out).num_rows, pq.read_table(rejects).num_rows) == (
        1,
        6,
        2,
    )
    assert "8 rows read: 6 priced, 2 refused; total $0.3842" in done.stderr


def test_csv_files_are_one_table_by_the_names_of_their_columns(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "one.csv", tmp_path / "a" / "other.csv"
    one.parent.mkdir()
    one.write_text("model,at,output\nclaude-opus-4-7,2026-04-17,1000\n", encoding="utf-8")
    other.write_text(
        "at,input,model,output\n2026-04-17,1000000,claude-opus-4-7,\n", encoding="utf-8"
    )
    (total,) = report_files(CLAUDE, [str(one), str(other)], session=spark()).totals
    assert (total.amount, total.rows) == (Fraction("5.025"), 2)
    with pytest.raises(Exception, match=r"(?i)header"):
        report_files(CLAUDE, [str(one.parent / "*.csv")], session=spark())


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            ["price", str(ROOT / "samples/tables/usage.parquet"), "--master", "local[2]"],
            "`--master` needs `--engine spark`",
        ),
        (
            ["report", "usage.parquet", "--master", "local[2]"],
            "`--master` needs `--engine spark`",
        ),
        (
            ["price", "usage.parquet", "--engine", "spark", "--keep", "id"],
            "`--keep` is not for `--engine spark`",
        ),
        (
            ["report", "usage.duckdb", "--engine", "spark", "--table", "t"],
            "`--table` is not for `--engine spark`",
        ),
        (["price", "--engine", "spark"], "name the files or folders of usage"),
        (["price", "--engine", "spark", "x.parquet", "--lines"], "need an output"),
    ],
)
def test_wrong_usage(args: list[str], said: str) -> None:
    done = run(*args)
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def test_answers_of_the_executors() -> None:
    """What Spark writes in its own way is read, and a total times a count is exact."""
    text = dump_book(CLAUDE.checked)
    row = '{"model": "claude-opus-4-7", "at": "@1777000000", "d": {}, "u": {"input": "1E+3", "output": null}}'
    row = row.replace("1E+3", "1.0E3").replace("1.0E3", "1000")
    assert '"t": "0.005"' in (answer_of(text, row, 1) or "")
    assert f'"t": "{5 * 10**22}.000"' in (answer_of(text, row, 10**25) or "")
    assert answer_of(text, None, 1) is None
    assert '"k": "unknown_model"' in (answer_of(text, row.replace("opus", "opus-x"), 3) or "")


@pytest.mark.parametrize(
    "check",
    [
        test_warehouse.test_generated_books,
        test_warehouse.test_the_book_of_claude_prices,
        test_warehouse.test_hostile_names,
        test_accounts.test_warehouses_agree,
        functools.partial(test_settlements.test_warehouses_agree, name="two keys"),
    ],
)
def test_the_text_of_sql(check: Callable[[str], None]) -> None:
    """What `pricelang sql` prints for Spark."""
    check("spark")


def test_the_page_of_spark() -> None:
    """The fence of docs/warehouse.md that needs a session."""
    page = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
    (fence,) = [found for found in fences(page) if found.language == "py"]
    with contextlib.chdir(ROOT):
        assert _check_python(fence, {"pricelang": pricelang, "spark": spark()}) == 1


def test_the_commands_of_the_page(tmp_path: Path) -> None:
    """The command lines of docs/warehouse.md that need a session, and what they print."""
    spark()
    page = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
    (fence,) = [found for found in fences(page) if found.language == "session"]
    with contextlib.chdir(ROOT):
        for command, shown in _commands(fence.text):
            program, *args = shlex.split(command.replace("OUT", str(tmp_path)))
            done = run(*args)
            assert (program, done.exit_code, (done.stdout + done.stderr).splitlines()) == (
                "pricelang",
                0,
                shown,
            )


@pytest.mark.parametrize("folds", [False, True])
def test_all_dimensions_on_which_a_price_turns(
    folds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text for Spark and a DataFrame have the amounts of single requests,
    whatever kind of rule decides them.
    """
    from pricelang.engines.warehouse import plan_of
    from pricelang.evaluate.rate_table import snapshots as versions
    from tests.engines.test_one_amount import ROWS as FEW
    from tests.engines.test_one_amount import by_sql
    from tests.engines.test_warehouse import asked, generated, meters_of, random_rows

    if folds:
        monkeypatch.setattr(versions, "MAX_ROWS", 0)
    for seed, texts, book in generated(3):
        every = [found.name for found in book.checked.dimensions if not found.clocked]
        meters = meters_of(book, "spark", every)
        plan = plan_of(book, "spark", meters=list(meters))
        pays = {name for name, _ in plan.rates.dimensions}
        rows = [
            row | {name: None for name in every if name not in pays}
            for row in random_rows(seed, book, texts, every, meters, FEW)
        ]
        assert by_sql(plan, rows, every, meters, "spark") == [
            asked(book, row, every, meters) for row in rows
        ]


@pytest.mark.parametrize("most", [spark_totals.MAX_GROUPS, 0])
def test_rows_longer_than_any_request(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law of `test_longest` on Spark: rows, and totals in both of their ways."""
    monkeypatch.setattr(spark_totals, "MAX_GROUPS", most)
    rows, session = longest.random_rows(6, 150), spark()
    schema = "id int, model string, at bigint, context_window string, service_tier string, input bigint, cache_read bigint, output bigint"
    usage = session.createDataFrame([tuple(row.values()) for row in rows], schema)
    usage = usage.selectExpr(
        "id",
        "model",
        "timestamp_seconds(at) as at",
        "context_window",
        "service_tier",
        "input",
        "cache_read",
        "output",
    )
    ours = SparkBook(CLAUDE, session)
    for sums, record in ((False, "single"), (True, "sum")):
        right = {
            row["id"]: amount
            for row, amount in zip(
                rows, longest.priced([longest.alone(row, record) for row in rows]), strict=True
            )
        }
        for found in (
            ours.price(usage, refused="null", sums=sums),
            ours.totals(usage, ["id"], refused="null", sums=sums),
        ):
            said = dict(map(tuple, found.select("id", "cost").collect()))
            assert {
                id: None if cost is None else Fraction(cost) for id, cost in said.items()
            } == right
