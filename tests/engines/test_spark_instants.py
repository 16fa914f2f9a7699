"""Instants and lines of text on Spark, whatever the settings of the session,
the zone of the machine and the ends of the calendar.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import pricelang
from pricelang.engines import spark_totals
from pricelang.engines.columns import Fixed
from pricelang.engines.spark import SparkBook
from pricelang.engines.spark_files import _counted, price_file, report_files
from pricelang.engines.spark_rows import _answer_line
from pricelang.engines.warehouse import plan_of, query
from pricelang.engines.warehouse_accounts import account_query
from pricelang.engines.warehouse_rates import table_statements
from pricelang.model.errors import BadRequest
from tests.engines.test_accounts import book_of
from tests.engines.test_ladders import REGIONS
from tests.engines.warehouses import exactly, run, setting, spark
from tests.evaluate.test_days import NIGHT

pytestmark = pytest.mark.campaign  # a session of Spark

CLAUDE = pricelang.load()
OVERLAP = 1_762_059_600
"""2025-11-02 05:00 UTC, from which on two hours of New York have one name."""


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine there."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("most", [spark_totals.MAX_GROUPS, 0])
@pytest.mark.usefixtures("new_york")
def test_two_hours_of_one_name(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Totals by an instant are those of UTC: no hour has the rows of another,
    and a group that is asked for row by row has its rows.
    """
    monkeypatch.setattr(spark_totals, "MAX_GROUPS", most)
    session = spark()
    rows = [(0, 1, 0), (3600, 10, 0), (7200, 100, 0), (0, 1000, 5), (3600, 10_000, 0), (3600, 7, 5)]
    usage = session.createDataFrame(rows, "s int, input bigint, cache_read bigint").selectExpr(
        "'claude-2.1' as model", f"timestamp_seconds(s + {OVERLAP}) as at", "input", "cache_read"
    )
    for by in ("hour", "at"):
        found = SparkBook(CLAUDE, session).totals(usage, [by], refused="null")
        assert found.schema[0].dataType.simpleString() == "timestamp"
        said = found.selectExpr(
            f"cast(unix_seconds({by}) - {OVERLAP} as int)", "rows", "cast(input as int)", "unpriced"
        ).collect()
        assert sorted(map(tuple, said)) == [
            (0, 0, 0, 1),
            (0, 1, 1, 0),
            (3600, 0, 0, 1),
            (3600, 2, 10_010, 0),
            (7200, 1, 100, 0),
        ]
        usage.write.mode("overwrite").parquet(str(tmp_path / "usage.parquet"))
        report = report_files(CLAUDE, [str(tmp_path / "usage.parquet")], [by], session=session)
        assert [(str(total.by[0]), total.rows) for total in report.totals] == [
            ("2025-11-02 05:00:00", 1),
            ("2025-11-02 06:00:00", 2),
            ("2025-11-02 07:00:00", 1),
        ]


def test_an_hour_that_the_zone_of_the_session_has_not() -> None:
    session = spark()
    assert session.conf.get("spark.sql.session.timeZone") == "America/New_York"
    usage = session.sql(
        "select cast(x as timestamp_ntz) as at, 1 as input from values ('2026-03-08 02:30:00'), ('2026-03-08 03:10:00') as t(x)"
    )
    found = SparkBook(CLAUDE, session).totals(usage, ["hour"], fixed=Fixed("claude-opus-4-6"))
    assert sorted((str(row["hour"]), row["rows"]) for row in found.collect()) == [
        ("2026-03-08 02:00:00", 1),
        ("2026-03-08 03:00:00", 1),
    ]


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_timestamp_without_a_zone_is_what_the_session_means(ansi: str) -> None:
    """By `spark.sql.timestampType`; an offset of a text is none to pass over."""
    session = spark()
    times = [
        "2023-11-20T23:00:00-05:00",
        "2023-11-21T03:00:00+05:00",
        "2023-11-21T00:00:00Z",
        "2023-11-20 19:30-05:00",
    ]
    usage = session.createDataFrame([(text,) for text in times], "at string").selectExpr(
        "'claude-2.0' as model", "at", "100000 as input"
    )
    with (
        setting(session, "spark.sql.timestampType", "TIMESTAMP_NTZ"),
        setting(session, "spark.sql.ansi.enabled", ansi),
    ):
        ours = SparkBook(CLAUDE, session)
        found = {row["at"]: row["cost"] for row in ours.price(usage).collect()}
        (total,) = ours.totals(usage).collect()
    assert found == {
        at: CLAUDE.total(model="claude-2.0", at=at, usage={"input": 10**5}) for at in times
    }
    assert set(found.values()) == {Decimal("0.8"), Decimal("1.102")}
    assert total["cost"] == sum(found.values())


@pytest.mark.parametrize("kind", ["timestamp", "timestamp_ntz"])
@pytest.mark.parametrize("by", [[], ["hour"], ["year"]])
def test_years_of_five_digits(kind: str, by: list[str]) -> None:
    """Spark's calendar has more years than the evaluator's:
    such rows have no price, and the others have theirs.
    """
    session = spark()
    times = [
        "2026-05-01 00:00:00",
        "+10000-02-01 00:00:00",
        "-0001-02-01 00:00:00",
        "0000-01-01 00:00:00",
    ]
    usage = session.createDataFrame([(text,) for text in times], "x string").selectExpr(
        f"cast(x as {kind}) as at", "5 as input"
    )
    ours, fixed = SparkBook(CLAUDE, session), Fixed("claude-opus-4-7")
    rows = ours.price(usage, fixed=fixed, refused="null").select("cost", "reason").collect()
    assert sorted(str(row["cost"]) for row in rows) == ["0.00002500000000", "None", "None", "None"]
    assert all("is not a day or an instant" in row["reason"] for row in rows if row["cost"] is None)
    found = ours.totals(usage, by, fixed=fixed, refused="null").select("rows", "unpriced").collect()
    assert sorted(map(tuple, found)) == [(0, 3), (1, 0)]


@pytest.mark.parametrize("kind", ["string", "double", "decimal(38,18)"])
def test_amounts_that_are_finer_than_prices(kind: str) -> None:
    """No decimal of a measured quantity is lost where
    the column of it may have more than prices have.
    """
    session = spark()
    usage = session.sql(f"select cast('0.1234567890123456' as {kind}) as session_time")
    fixed = Fixed("claude-opus-4-7", "2026-05-01", {"surface": "managed_agents"})
    (row,) = SparkBook(CLAUDE, session).price(usage, fixed=fixed).collect()
    assert row["cost"] == Decimal("0.1234567890123456") * Decimal("0.08")


@pytest.mark.parametrize(
    ("zone", "at", "price"),
    [
        ("Asia/Tokyo", "2023-11-20 20:00:00", "11.02"),
        ("America/New_York", "2023-11-21 02:00:00", "8"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "instants"),
    [("timestamp", "plain"), ("timestamp", "zoned"), ("timestamp_ntz", "plain")],
)
def test_the_text_of_sql_reads_instants_in_any_zone_of_the_session(
    zone: str, at: str, price: str, kind: str, instants: str
) -> None:
    session = spark()
    plan = plan_of(
        CLAUDE,
        "spark",
        models=["claude-2.0"],
        meters=["input"],
        dimensions=[],
        instants=instants,
        sums=True,
    )
    text = at + ("+00:00" if kind == "timestamp" else "")
    usage = f"create table usage as select 'claude-2.0' as model, cast('{text}' as {kind}) as at, 1000000 as input"
    with setting(session, "spark.sql.session.timeZone", zone):
        assert exactly(
            run("spark", [*table_statements(plan), usage], query(plan), ["cost"])[0][0]
        ) == Fraction(price)


def test_texts_that_are_compared_as_whole_numbers() -> None:
    """Without ANSI Spark compares `1.5` with a whole number as 1, and -0.5 as 0."""
    session = spark()
    meters = {
        "input": {"7": Fraction(7) * 8, "1.5": None, "-0.5": None, "12x": None, "": None},
        "session_time": {
            "7": Fraction("0.56"),
            "1.5": Fraction("0.12"),
            "-0.5": None,
            "1.23456789012345678": None,
        },
    }
    for meter, texts in meters.items():
        model, fixed = (
            ("claude-2.0", {})
            if meter == "input"
            else ("claude-opus-4-7", {"surface": "managed_agents"})
        )
        plan = plan_of(CLAUDE, "spark", models=[model], meters=[meter], dimensions=[], fixed=fixed)
        values = ", ".join(f"('{text}')" for text in texts)
        usage = f"create table usage as select '{model}' as model, timestamp'2026-05-21 00:00:00' as at, x as {meter} from values {values} t(x)"
        if meter == "input":
            usage = usage.replace("2026-05-21", "2024-05-21")
            texts = {
                text: None if amount is None else amount / 10**6 for text, amount in texts.items()
            }
        with setting(session, "spark.sql.ansi.enabled", "false"):
            found = run(
                "spark", [*table_statements(plan), usage], query(plan, "null"), [meter, "cost"]
            )
        assert {text: exactly(cost) for text, cost in found} == texts


# ---- files ---------------------------------------------------------------------------------------


def test_csv_as_others_write_it(tmp_path: Path) -> None:
    """Doubled quotes, lines within a cell, and a backslash that is nothing but that."""
    path = tmp_path / "usage.csv"
    rows = ['"say ""hi"", you"', '"two\nlines"', '"C:\\"', "plain"]
    path.write_text(
        "note,model,at,input\n"
        + "".join(f"{note},claude-opus-4-7,2026-05-01,1000000\n" for note in rows),
        encoding="utf-8",
    )
    session = spark()
    (total,) = report_files(CLAUDE, [str(path)], session=session).totals
    assert (total.rows, total.amount) == (4, Fraction(20))
    price_file(CLAUDE, [str(path)], str(tmp_path / "out"), session=session)
    assert sorted(pq.read_table(tmp_path / "out").column("note").to_pylist()) == [
        "C:\\",
        "plain",
        'say "hi", you',
        "two\nlines",
    ]


@pytest.mark.parametrize("line", ["claude-opus-4-7,2026-05-01", "claude-opus-4-7,2026-05-01,5,6"])
def test_a_line_of_csv_that_is_no_row(line: str, tmp_path: Path) -> None:
    """It is no row that uses nothing, and none whose cells are another's."""
    path = tmp_path / "usage.csv"
    path.write_text(
        f"model,at,input\nclaude-opus-4-7,2026-05-01,1000000\n{line}\n", encoding="utf-8"
    )
    session = spark()
    for act in (
        lambda: report_files(CLAUDE, [str(path)], session=session),
        lambda: price_file(CLAUDE, [str(path)], str(tmp_path / "out"), session=session),
    ):
        with pytest.raises(BadRequest, match="more or fewer cells than the header") as raised:
            act()
        assert raised.value.code == "bad_line"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("rejects", ["out", "out/", "out/rejects", "./out"])
def test_one_folder_for_priced_and_refused_rows(rejects: str, tmp_path: Path) -> None:
    session = spark()
    usage = str(Path(__file__).resolve().parents[2] / "samples/tables/usage.parquet")
    with pytest.raises(BadRequest, match="cannot hold the priced rows and the refused ones"):
        price_file(
            CLAUDE, [usage], str(tmp_path / "out"), rejects=f"{tmp_path}/{rejects}", session=session
        )
    assert [*tmp_path.iterdir()] == []


def test_a_line_that_is_no_json_is_no_row_that_uses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_text('{"input": 1000000}\n{"input": 10\n', encoding="utf-8")
    with pytest.raises(BadRequest, match="not a JSON object") as raised:
        report_files(
            CLAUDE, [str(path)], fixed=Fixed("claude-opus-4-7", "2026-05-01"), session=spark()
        )
    assert raised.value.code == "bad_line"


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_amounts_without_room_are_no_zeros(ansi: str) -> None:
    """A line or a grand total of more than 38 digits fails, and says so."""
    session = spark()
    with setting(session, "spark.sql.ansi.enabled", ansi):
        huge = "named_struct('t', '1', 'l', map('input', '1' || repeat('0', 30), 'output', '2'))"
        frame = session.sql(f"select {huge} as pl_answer")
        found = frame.selectExpr(
            f"{_answer_line('output', 20)} as a", f"{_answer_line('cache_read', 20)} as b"
        ).first()
        assert tuple(found) == (2, 0)
        with pytest.raises(Exception, match="too many digits"):
            frame.selectExpr(f"{_answer_line('input', 20)} as a").collect()
        rows = session.sql(
            "select cast('9' || repeat('0', 17) as decimal(38,20)) as cost, cast(null as string) as reason from range(2)"
        )
        with pytest.raises(BadRequest, match="the total of all rows has more than 38 digits"):
            _counted(pricelang.load(), rows)


@pytest.mark.parametrize(
    "made",
    [
        "map('a', 1)",
        "named_struct('a', 1)",
        "interval 1 day",
        "interval 1 month",
        "make_interval(1, 2, 3)",
    ],
)
def test_columns_by_which_nothing_is_totalled(made: str) -> None:
    usage = spark().sql(
        f"select 'claude-2.0' as model, timestamp_seconds(1700532000) as at, 1000000L as input, {made} as odd"
    )
    with pytest.raises(BadRequest, match=r"`odd` is of type .*, which rows cannot be grouped by"):
        CLAUDE.spark(spark()).totals(usage, ["odd"])


@pytest.mark.parametrize("at", ["date'2026-02-01'", "timestamp'2026-02-01 00:00:00Z'"])
def test_a_day_without_a_time_has_no_price_where_the_clock_sets_one(at: str) -> None:
    session, right = spark(), None if at.startswith("date") else Fraction(1, 2)
    usage = session.sql(f"select 'm-1' as model, {at} as at, 1000000L as input")
    ours = SparkBook(NIGHT, session)
    ((cost, reason),) = ours.price(usage, refused="null").select("cost", "reason").collect()
    assert exactly(cost) == right
    assert (reason is None) == (right is not None)
    assert right is not None or "time of day" in reason
    ((cost, unpriced),) = ours.totals(usage, refused="null").select("cost", "unpriced").collect()
    assert (exactly(cost) if right is not None else right, unpriced) == (
        right,
        0 if right is not None else 1,
    )
    plan = plan_of(NIGHT, "spark", instants="plain", meters=["input"])
    made = f"create table usage as select 'm-1' as model, {at} as at, 1000000L as input"
    found = run("spark", [*table_statements(plan), made], query(plan, "null"), ["cost"])
    assert [exactly(cost) for (cost,) in found] == [right]


def test_days_on_a_ladder() -> None:
    """A column of days counts in the account's months as instants do."""
    book = book_of(REGIONS)
    plan = plan_of(
        book,
        "spark",
        meters=["store"],
        dimensions=["region"],
        account="org",
        tie="id",
        instants="plain",
    )
    rows = [
        (1, "2026-01-05", 100),
        (2, "2026-01-06", 1),
        (3, "2026-01-06", 7),
        (4, "2026-02-01", 100),
        (5, "2026-02-02", 2),
    ]
    values = ", ".join(f"({n}, date'{day}', {count})" for n, day, count in rows)
    made = f"create table usage as select id, 'm-1' as model, at, 'a' as org, 'us' as region, store from values {values} t(id, at, store)"
    found = {
        int(n): exactly(cost)
        for n, cost in run(
            "spark", [*table_statements(plan), made], account_query(plan), ["id", "cost"]
        )
    }
    assert found == {1: 500, 2: 3, 3: 21, 4: 500, 5: 6}
