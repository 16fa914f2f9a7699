"""`pricelang sql`:
the text of every dialect, and the same prices on each warehouse that runs here.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import pytest
import sqlglot
from attrs import evolve
from sqlglot import exp

import pricelang
from pricelang.engines.dialects import DIALECTS
from pricelang.engines.warehouse import plan_of, query
from pricelang.engines.warehouse_columns import MAX_MEASURE, MAX_QUANTITY
from pricelang.engines.warehouse_plan import Plan
from pricelang.engines.warehouse_rates import table_statements
from pricelang.engines.warehouse_totals import totals_query
from pricelang.model.errors import BadRequest, PriceError, UnknownName
from pricelang.present.decimals import plain
from tests.engines.warehouses import exactly, run
from tests.generators import write_book
from tests.oracle import read_texts
from tests.oracle_requests import vocabulary
from tests.test_agreement import checked_texts

RUNNING = ("duckdb", "clickhouse", "postgres")
"""Those on Spark are in `test_spark`, so that one worker has the session."""
Row = dict[str, Any]
AT_LEAST = """book short in USD
unit MTok is 1,000,000 tokens
meter input in tokens
meter runtime in hours
models
  | model | released   |
  | m-1   | 2026-01-01 |
rates per MTok
  | model | from       | input |
  | m-1   | 2026-01-01 | $4    |
charge runtime
  $0.06 per hour
  at least 7 hours per use
"""
UNKNOWN = "unknown model, or one that this text has no prices of"


# ---- usage ---------------------------------------------------------------------------------------


def usage_statements(
    plan: Plan,
    rows: Sequence[Row],
    dimensions: Sequence[str],
    meters: Mapping[str, bool],
    *more: str,
) -> list[str]:
    """A table of usage, of `id`, `model`, `at`, dimensions,
    meters (whole or measured), and columns of text.
    """
    words = plan.dialect
    name, text = words.words.name, words.words.text
    clock = words.clock(plan.instants)
    moment = {"spark": "timestamp", "clickhouse": "DateTime64(3, 'UTC')"}.get(
        words.name, "timestamp"
    )
    if (words.name, plan.instants) == ("spark", "plain"):
        moment = "timestamp_ntz"
    elif plan.instants == "zoned" and words.name in ("duckdb", "postgres"):
        moment = "timestamptz"
    big, fine = (
        ("Int64", "Decimal(28, 6)") if words.name == "clickhouse" else ("bigint", "decimal(28,6)")
    )
    columns = [
        ("id", big),
        ("model", words.text),
        ("at", moment),
        *((found, words.text) for found in (*dimensions, *more)),
    ]
    columns += [(meter, big if whole else fine) for meter, whole in meters.items()]
    listed = ", ".join(f"{name(column)} {words.nullable(kind)}" for column, kind in columns)
    values = []
    for row in rows:
        at = row.get("at")
        instant = "null" if at is None else clock.instant(at)
        if at is not None and (words.name, plan.instants) == ("spark", "zoned"):
            instant = f"timestamp_seconds({at})"
        elif at is not None and moment == "timestamptz":
            instant = instant.replace("timestamp '", "timestamptz '").removesuffix("'") + "+00'"
        texts = [
            "null" if row.get(found) is None else text(row[found]) for found in (*dimensions, *more)
        ]
        numbers = [
            "null" if row.get(meter) is None else plain(Fraction(row[meter])) for meter in meters
        ]
        values.append(
            f"({', '.join([str(row['id']), 'null' if row.get('model') is None else text(row['model']), instant, *texts, *numbers])})"
        )
    table = plan.name(*plan.table)
    return [
        f"create table {table} ({listed}){words.ending}",
        f"insert into {table} values {', '.join(values)}",
    ]


def asked(
    book: pricelang.Book, row: Row, dimensions: Sequence[str], meters: Mapping[str, bool]
) -> Fraction | None:
    """What the evaluator of single requests says of a row."""
    if row.get("model") is None or row.get("at") is None:
        return None
    usage = {meter: Fraction(row[meter]) for meter in meters if row.get(meter) is not None}
    if any(
        quantity > (MAX_QUANTITY if meters[meter] else MAX_MEASURE)
        for meter, quantity in usage.items()
    ):
        return None
    at = datetime.datetime.fromtimestamp(row["at"], datetime.UTC)
    try:
        given = {d: row[d] for d in dimensions if row.get(d) is not None}
        return book.rates.request(row["model"], at, usage, given).total
    except PriceError:
        return None


def random_rows(
    seed: int,
    book: pricelang.Book,
    texts: Sequence[str],
    dimensions: Sequence[str],
    meters: Mapping[str, bool],
    count: int,
) -> list[Row]:
    """Usage of a book near its dates and thresholds, some of it unknown, refused, or missing."""
    random, words = Random(seed), vocabulary(read_texts(*texts))
    rows: list[Row] = []
    for number in range(count):
        at = random.choice(words.dates) + random.choice([-1, 0, 0, 1, 43_200, 86_399])
        row: Row = {
            "id": number,
            "model": random.choice([*words.models] * 4 + ["M-0", "m-0 ", None]),
            "at": random.choice([at] * 20 + [None]),
        }
        for name in dimensions:
            row[name] = random.choice(
                [None, None, None, *words.dimensions[name], "nonsense"]
                if random.random() < 0.4
                else [None]
            )
        for meter, whole in meters.items():
            near = [limit + step for limit in words.limits for step in (0, 1)]
            if whole:
                row[meter] = random.choice(
                    [None, 0, 0, 1, random.randrange(3_000_000), random.randrange(10**15), *near]
                )
            else:
                row[meter] = random.choice(
                    [
                        None,
                        None,
                        0,
                        Fraction(random.randrange(10**9), 10 ** random.choice([0, 3, 5])),
                    ]
                )
        if random.random() < 0.06:
            row[random.choice([*meters])] = random.choice([-1, MAX_QUANTITY + 1])
        rows.append(row)
    return rows


@functools.cache
def generated(count: int) -> tuple[tuple[int, tuple[str, ...], pricelang.Book], ...]:
    """Books that SQL can say, by the seeds of their texts."""
    found: list[tuple[int, tuple[str, ...], pricelang.Book]] = []
    seed = 0
    while len(found) < count:
        texts = write_book(seed)
        checked = checked_texts(texts).book
        if checked is not None:
            book = pricelang.Book(checked)
            try:
                plan_of(
                    book, "duckdb", dimensions=[d.name for d in checked.dimensions if not d.clocked]
                )
                found.append((seed, texts, book))
            except BadRequest:
                pass  # not such a book
        seed += 1
    return tuple(found)


def meters_of(book: pricelang.Book, dialect: str, dimensions: Sequence[str]) -> dict[str, bool]:
    """The meters that SQL can price, each whole or measured."""
    kept = {}
    for meter in book.checked.meters:
        try:
            plan_of(book, dialect, meters=[meter.name], dimensions=dimensions)
            kept[meter.name] = meter.whole
        except PriceError:
            pass
    return kept


@pytest.mark.parametrize("dialect", RUNNING)
def test_a_wrong_quantity_has_no_cost(dialect: str) -> None:
    """Where a use has a minimum, a quantity below nothing is no short use."""
    checked = checked_texts((AT_LEAST,)).book
    assert checked is not None
    found = pricelang.Book(checked)
    meters = {"input": True, "runtime": False}
    plan = plan_of(found, dialect, meters=[*meters])
    row = {"model": "m-1", "at": 1_772_323_200, "input": 1_000_000}
    rows = [{"id": n, **row, "runtime": hours} for n, hours in enumerate((-1, 0, 1, 8), 1)]
    statements = [*table_statements(plan), *usage_statements(plan, rows, [], meters)]
    said = run(dialect, statements, query(plan, "null"), ["id", "cost", "reason"])
    costs = {int(number or 0): exactly(cost) for number, cost, _ in said}
    assert costs == {1: None, 2: 4, 3: Fraction("4.42"), 4: Fraction("4.48")}
    assert [int(number or 0) for number, _, reason in said if reason is not None] == [1]


@pytest.mark.parametrize("dialect", RUNNING)
def test_generated_books(dialect: str) -> None:
    """Every row costs what the evaluator of single requests says, or has none and a reason;
    so do their totals.
    """
    prices = refused = 0
    for number, (seed, texts, book) in enumerate(generated(1 if dialect == "spark" else 6)):
        dimensions = [d.name for d in book.checked.dimensions if not d.clocked]
        meters = meters_of(book, dialect, dimensions)
        rows = random_rows(seed, book, texts, dimensions, meters, 60)
        instants = ("plain", "zoned")[number % 2]
        plan = plan_of(book, dialect, meters=list(meters), dimensions=dimensions, instants=instants)
        statements = [*table_statements(plan), *usage_statements(plan, rows, dimensions, meters)]
        found = {
            int(row[0] or 0): row
            for row in run(
                dialect, statements, query(plan, "null"), ["id", "cost", "reason", "cost_atoms"]
            )
        }
        assert len(found) == len(rows)
        expected: list[Fraction | None] = []
        for row in rows:
            _, cost, reason, atoms = found[row["id"]]
            wanted = asked(book, row, dimensions, meters)
            if cost is None and wanted is not None:
                assert reason is not None
                fine = any(
                    not whole and row.get(name) and Fraction(row[name]) * 10**plan.extra % 1
                    for name, whole in meters.items()
                )
                assert "below its minimum" in reason or ("too fine" in reason and fine)
                wanted = None
            assert (exactly(cost), reason is None) == (wanted, wanted is not None), (row, texts)
            assert exactly(atoms) == (None if wanted is None else wanted * 10**plan.places)
            expected.append(wanted)
        prices, refused = prices + len(rows) - expected.count(None), refused + expected.count(None)
        totals = run(
            dialect, statements, totals_query(plan, [], "null"), ["rows", "cost", "unpriced"]
        )
        assert [tuple(map(exactly, row)) for row in totals] == [
            (
                len(rows),
                sum((cost for cost in expected if cost is not None), Fraction(0)),
                expected.count(None),
            )
        ]
    assert min(prices, refused) > (10 if dialect == "spark" else 100)


# ---- the book of Claude prices -------------------------------------------------------------------

DAY = 1_776_384_000  # 2026-04-17
CLAUDE: list[Row] = [
    {
        "id": 1,
        "model": "claude-opus-4-7",
        "at": DAY,
        "input": 50_000,
        "output": 15_000,
        "team": "a",
    },
    {
        "id": 2,
        "model": "claude-opus-4-7",
        "at": DAY + 1,
        "service_tier": "batch",
        "input": 50_000,
        "team": "b",
    },
    {"id": 3, "model": "claude-haiku-4-5", "at": DAY + 86_400, "cache_read": 200_000, "team": "a"},
    {"id": 4, "model": "claude-haiku-4-5", "at": DAY + 86_400, "output": 7, "team": "a"},
]
BAD: Row = {"id": 9, "model": "claude-opus-47", "at": DAY, "input": 1, "team": "b"}
CLAUDE_METERS = {"input": True, "output": True, "cache_read": True}


def claude(dialect: str, **more: Any) -> Plan:
    models = ["claude-opus-4-7", "claude-haiku-4-5"]
    return plan_of(
        pricelang.load(),
        dialect,
        models=models,
        meters=[*CLAUDE_METERS],
        dimensions=["service_tier"],
        since="2026-04-01",
        **more,
    )


@pytest.mark.parametrize("dialect", RUNNING)
def test_the_book_of_claude_prices(dialect: str) -> None:
    book, plan = pricelang.load(), claude(dialect)
    tables = [*table_statements(plan)]
    statements = [*tables, *usage_statements(plan, CLAUDE, ["service_tier"], CLAUDE_METERS, "team")]
    wanted = {row["id"]: asked(book, row, ["service_tier"], CLAUDE_METERS) for row in CLAUDE}
    assert None not in wanted.values()
    found = run(dialect, statements, query(plan), ["id", "cost"])
    assert {int(row[0] or 0): exactly(row[1]) for row in found} == wanted
    by = run(
        dialect,
        statements,
        totals_query(plan, ["model", "team", "day"]),
        ["model", "team", "rows", "cost", "day"],
    )
    assert sorted((*row[:3], exactly(row[3]), str(row[4])[:10]) for row in by) == [
        ("claude-haiku-4-5-20251001", "a", "2", (wanted[3] or 0) + (wanted[4] or 0), "2026-04-18"),
        ("claude-opus-4-7", "a", "1", wanted[1], "2026-04-17"),
        ("claude-opus-4-7", "b", "1", wanted[2], "2026-04-17"),
    ]
    # a name that is nearly one stops the query, in both forms
    statements = [
        *tables,
        *usage_statements(plan, [*CLAUDE, BAD], ["service_tier"], CLAUDE_METERS, "team"),
    ]
    said = (
        "a row has no price"
        if dialect == "clickhouse"
        else "pricelang: no price for claude-opus-47"
    )
    for text in (query(plan), totals_query(plan, ["team"])):
        with pytest.raises(Exception, match=said):
            run(dialect, statements, text, ["cost"])
    rows = {
        int(row[0] or 0): row
        for row in run(dialect, statements, query(plan, "null"), ["id", "cost", "reason"])
    }
    assert rows[9][1:] == (None, UNKNOWN)
    by = run(
        dialect,
        statements,
        totals_query(plan, ["team"], "null"),
        ["team", "rows", "cost", "unpriced", "reason"],
    )
    assert sorted((*row[:2], exactly(row[2]), *row[3:]) for row in by)[1] == (
        "b",
        "2",
        wanted[2],
        "1",
        UNKNOWN,
    )


@pytest.mark.parametrize("dialect", RUNNING)
def test_usage_before_the_rates_has_no_price(dialect: str) -> None:
    plan = claude(dialect)
    rows = [{"id": 1, "model": "claude-haiku-4-5", "at": DAY - 30 * 86_400, "input": 1}]
    statements = [
        *table_statements(plan),
        *usage_statements(plan, rows, ["service_tier"], CLAUDE_METERS),
    ]
    assert run(dialect, statements, query(plan, "null"), ["cost", "reason"]) == [
        (None, "before 2026-04-01, where this text has no prices")
    ]


@pytest.mark.parametrize("refused", ["raise", "null"])
def test_usage_columns_named_like_those_of_the_query(refused: str) -> None:
    plan = plan_of(
        pricelang.load(), "duckdb", models=["claude-opus-4-7"], meters=["input"], dimensions=[]
    )
    usage = "create table usage as select 'claude-opus-4-7' as model, timestamp '2026-04-17' as at, 50000 as input, 9 as cost_atoms, 'mine' as reason"
    made = [*table_statements(plan), usage]
    assert exactly(
        run("duckdb", made, f"select q.cost as c from ({query(plan, refused)}) q", ["c"])[0][0]
    ) == Fraction(1, 4)
    lost = [*made, "update usage set model = 'claude-opus-47'"]
    if refused == "raise":
        with pytest.raises(Exception, match="unknown model"):
            run("duckdb", lost, query(plan), ["cost"])
    else:
        assert run("duckdb", lost, query(plan, "null"), ["cost", "pl_reason"]) == [(None, UNKNOWN)]


@pytest.mark.parametrize("taken", ["cost", "pl_cost_atoms", "pl_reason"])
@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_usage_that_was_priced_before_is_not_taken_for_ours(dialect: str, taken: str) -> None:
    plan = plan_of(
        pricelang.load(), dialect, models=["claude-opus-4-7"], meters=["input"], dimensions=[]
    )
    usage = f"create table usage as select cast('claude-opus-4-7' as text) as model, timestamp '2026-04-17' as at, 50000 as input, 9 as {taken}"
    with pytest.raises(Exception, match=r"(?i)ambiguous"):
        run(dialect, [*table_statements(plan), usage], query(plan), ["cost"])


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz"])
@pytest.mark.parametrize("instants", ["plain", "zoned"])
def test_duckdb_reads_instants_in_any_zone_of_the_session(kind: str, instants: str) -> None:
    plan = plan_of(
        pricelang.load(),
        "duckdb",
        models=["claude-2.0"],
        meters=["input"],
        dimensions=[],
        instants=instants,
        sums=True,
    )
    at = "2023-11-21 02:00" + ("+00" if kind == "timestamptz" else "")
    usage = (
        f"create table usage as select 'claude-2.0' as model, {kind} '{at}' as at, 1000000 as input"
    )
    statements = ["set TimeZone = 'America/New_York'", *table_statements(plan), usage]
    assert exactly(run("duckdb", statements, query(plan), ["cost"])[0][0]) == 8


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date"])
@pytest.mark.parametrize("instants", ["plain", "zoned"])
def test_postgres_reads_instants_in_any_zone_of_the_session(kind: str, instants: str) -> None:
    plan = plan_of(
        pricelang.load(),
        "postgres",
        models=["claude-2.0"],
        meters=["input"],
        dimensions=[],
        instants=instants,
        sums=True,
    )
    usage = f"create table usage as select 'claude-2.0'::text as model, {kind} '2023-11-21 02:00+00' as at, 1000000 as input"
    statements = ["set timezone = 'America/New_York'", *table_statements(plan), usage]
    assert exactly(run("postgres", statements, query(plan), ["cost"])[0][0]) == 8
    (total,) = run("postgres", statements, totals_query(plan, ["day"]), ["day", "cost"])
    assert (str(total[0]), exactly(total[1])) == ("2023-11-21 00:00:00", 8)


def test_a_real_of_postgres_is_itself_or_no_quantity() -> None:
    """A cast of it to NUMERIC keeps six digits."""
    plan = plan_of(
        pricelang.load(),
        "postgres",
        models=["claude-2.0"],
        meters=["input"],
        dimensions=[],
        sums=True,
    )
    usage = "create table usage as select 'claude-2.0'::text as model, timestamp '2023-11-21' as at, x::real as input from (values (16777215), (1000000)) t(x)"
    found = run(
        "postgres",
        [*table_statements(plan), usage],
        query(plan, "null"),
        ["input", "cost", "reason"],
    )
    assert [(row[0], exactly(row[1])) for row in found] == [("1.6777215e+07", None), ("1e+06", 8)]
    assert "is not a quantity" in (found[0][2] or "")


@pytest.mark.parametrize("instants", ["plain", "zoned"])
def test_no_instant_of_snowflake_depends_on_a_setting(instants: str) -> None:
    """TIMESTAMP is the type that `TIMESTAMP_TYPE_MAPPING` says,
    and a text is read as `TIMESTAMP_INPUT_FORMAT` says.
    """
    plan = plan_of(
        pricelang.load(),
        "snowflake",
        models=["claude-2.0"],
        meters=["input"],
        dimensions=[],
        instants=instants,
    )
    text = "\n".join([*table_statements(plan), query(plan), totals_query(plan, ["day"])])
    assert "to_timestamp_ntz('2023-11-21 00:00:00', 'YYYY-MM-DD HH24:MI:SS')" in text
    assert "timestamp '" not in text


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date"])
@pytest.mark.parametrize("style", ["ISO, MDY", "SQL, DMY", "Postgres, MDY", "German"])
@pytest.mark.parametrize("instants", ["plain", "zoned"])
def test_redshift_reads_instants_with_a_zone_or_without(
    kind: str, style: str, instants: str
) -> None:
    """What is said to it of the column is said to PostgreSQL here, which has these words too."""
    read = DIALECTS["redshift"].clock(instants).read("at")
    statements = [
        "set timezone = 'America/New_York'",
        f"set datestyle = '{style}'",
        f"create table usage as select {kind} '2023-11-21 02:00+00' as at",
    ]
    found = run(
        "postgres",
        statements,
        f"select to_char({read}, 'YYYY-MM-DD HH24:MI') as at from usage",
        ["at"],
    )
    assert found == [("2023-11-21 00:00" if kind == "date" else "2023-11-21 02:00",)]


@pytest.mark.parametrize("dialect", ["snowflake", "trino", "redshift"])
def test_a_column_is_never_compared_in_the_zone_of_the_session(dialect: str) -> None:
    """A comparison of a column with a zone and a timestamp without would be:
    what is compared is read from both kinds first.
    """
    asked = [
        plan_of(
            pricelang.load(),
            dialect,
            models=["claude-2.0"],
            meters=["input"],
            dimensions=[],
            instants=kind,
        )
        for kind in ("plain", "zoned")
    ]
    assert query(asked[0]) == query(asked[1])
    tests = {"snowflake": "date_part(epoch_second, ", "trino": "typeof(", "redshift": " ~ "}
    read = asked[0].dialect.plain.read("x")
    assert tests[dialect] in read
    assert asked[0].dialect.plain.read(asked[0].at) in query(asked[0])


# ---- hostile names -------------------------------------------------------------------------------

HOSTILE = (
    "it's",
    'a"b',
    "a`b",
    "a\\",
    "a\\'b",
    "a\nb",
    "a\tb",
    "a;b--c",
    "/*",
    "*/",
    "-- x",
    "a''b",
    "$$",
    "${env:HOME}",
    "$1",
    "\u0430",
    "a",
    "A",
    "a\u0301",
    "\u00e1",
    "%s",
    "{{x}}",
    "null",
    "\u202ex",
    "a" * 200,
    "x'); drop table usage; --",
    "\\",
    "\\n",
    "\U0001f4b8",
)


def hostile_book() -> pricelang.Book:
    """A book whose models have the names above, each with a price of its own."""
    rows = "\n".join(f"  | n-{n} | 2026-01-01 |" for n in range(len(HOSTILE)))
    prices = "\n".join(f"  | n-{n} | 2026-01-01 | ${n + 1} |" for n in range(len(HOSTILE)))
    text = f"book gen in USD\nunit MTok is 1,000,000 tokens\nmeter input in tokens\nmodels\n  | model | released |\n{rows}\n"
    text += f"rates per MTok\n  | model | from | input |\n{prices}\n"
    checked = checked_texts((text,)).book
    assert checked is not None
    models = tuple(evolve(model, name=HOSTILE[int(model.name[2:])]) for model in checked.models)
    return pricelang.Book(evolve(checked, models=models))


@pytest.mark.parametrize("dialect", RUNNING)
def test_hostile_names(dialect: str) -> None:
    """Each name is itself and no other, in the rates and in the usage,
    and so are names of tables and columns.
    """
    column = {"clickhouse": "a`b\\c'd\"", "spark": "a`b'c\"d -- e"}.get(dialect, "a\"b'c`d -- e\\")
    plan = plan_of(hostile_book(), dialect, table=("usage; --",), mapping={"input": column})
    rows = [
        {"id": n, "model": name, "at": DAY, column: 1_000_000}
        for n, name in enumerate((*HOSTILE, "a ", " a", "it''s", "a\\\\", "ENV"))
    ]
    statements = [*table_statements(plan), *usage_statements(plan, rows, [], {column: True})]
    if dialect == "spark":  # its catalog has rules of its own for the names of tables
        plan = evolve(plan, table=("usage",))
        statements = [*table_statements(plan), *usage_statements(plan, rows, [], {column: True})]
    found = {
        int(row[0] or 0): exactly(row[1])
        for row in run(dialect, statements, query(plan, "null"), ["id", "cost"])
    }
    assert found == {n: n + 1 if n < len(HOSTILE) else None for n in range(len(rows))}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_and_names_are_read_back(dialect: str) -> None:
    """sqlglot, which has a reader of its own for each dialect,
    finds the same texts and names in what we write.
    """
    words = DIALECTS[dialect].words
    for text in HOSTILE:
        if "$" in text and dialect == "spark":
            assert "$" not in words.text(text)  # which would be a variable
            continue
        found = sqlglot.parse_one(f"select {words.text(text)} as x", read=dialect)
        literals = [node.this for node in found.find_all(exp.Literal) if node.is_string]
        parts = text.split("\\") if dialect == "redshift" and "\\" in text else [text]
        assert sorted(literals) == sorted(parts) or (dialect == "postgres" and "\\" in text), text
        name = sqlglot.parse_one(f"select {words.name(text)} as x", read=dialect).find(exp.Column)
        assert name is not None
        assert name.this.quoted
        if "\\" not in text and "\n" not in text and "\t" not in text:
            assert name.name == (
                text.upper()
                if dialect == "snowflake" and text in ("a", "null", "a" * 200)
                else text
            )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("refused", ["raise", pytest.param("null", marks=pytest.mark.campaign)])
def test_the_text_is_read_back(dialect: str, refused: str) -> None:
    """Every statement of every dialect is one statement, and names the tables that it should."""
    book = hostile_book()
    plans = [
        claude(dialect),
        plan_of(book, dialect, table=("s", "u"), schema=("p",)),
        claude(dialect, instants="plain"),
        claude(dialect, instants="zoned"),
    ]
    for plan in plans:
        for text in (
            *table_statements(plan),
            query(plan, refused),
            totals_query(plan, ["model", "day", "x"], refused),
        ):
            if dialect == "spark" and "\\u0024" in text:
                continue
            (tree,) = sqlglot.parse(text, read=dialect)
            assert tree is not None
            assert not isinstance(tree, exp.Command), text
            tables = {table.name.lower() for table in tree.find_all(exp.Table)}
            assert tables <= {
                "usage",
                "u",
                "pricelang_versions",
                "pricelang_rates",
                "pl_placed",
                "pl_grouped",
                "pl_priced",
            }
            if isinstance(tree, exp.Select):
                kinds = [join.side for join in tree.find_all(exp.Join)]
                assert kinds == ["LEFT"] * (3 if "pricelang_has_it_too" in text else 2)


# ---- what SQL cannot say -------------------------------------------------------------------------

BASE = """book b in USD
unit MTok is 1,000,000 tokens
meter input in tokens
meter calls in requests
models
  | model | released |
  | m-1 | 2026-01-01 |
  | m-2 | 2026-01-01 |
rates per MTok
  | model | from | input |
  | m-1 | 2026-01-01 | $1 |
  | m-2 | 2026-01-01 | $2 |
charge calls
  $10 per 3 requests
"""


def book_of(text: str) -> pricelang.Book:
    checked = checked_texts((text,)).book
    assert checked is not None
    return pricelang.Book(checked)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("round line to $0.01 half_even", "the rounding of each line"),
        ("round total to $0.01 down for m-1", "the rounding of each total"),
        ("limit bill\n  at least $0.50 per request", "the limit `bill` of each request"),
        ("surcharge fee\n  $0.01 per request\nstack fee", "the addition of `fee` to each request"),
    ],
)
def test_what_is_no_sum_is_refused_by_name(more: str, said: str) -> None:
    book = book_of(BASE + more + "\n")
    with pytest.raises(BadRequest, match=said) as raised:
        plan_of(book, "duckdb")
    assert raised.value.code == "not_linear"
    if "m-1" in more:
        assert [*plan_of(book, "duckdb", models=["m-2"]).rates.keyed_cards()]


def test_a_dimension_without_a_column_is_no_default() -> None:
    """What changes the price of a token has a column, unless it is said that it has none."""
    book = pricelang.load()
    found = plan_of(book, "duckdb", models=["claude-opus-4-7"], fixed={"speed": "standard"})
    assert {"service_tier", "inference_geo"} <= {name for name, _ in found.rates.dimensions}
    assert dict(found.assumed)["speed"] == "standard"
    assert plan_of(book, "duckdb", models=["claude-opus-4-7"], dimensions=[]).rates.dimensions == ()
    with pytest.raises(BadRequest, match="has a column and is given for all rows too"):
        plan_of(book, "duckdb", dimensions=["speed"], fixed={"speed": "fast"})


def test_other_errors() -> None:
    book = book_of(BASE)
    with pytest.raises(BadRequest, match="the price of `calls`, which has no finite decimal"):
        plan_of(book, "duckdb", meters=["calls"])
    with pytest.raises(UnknownName, match="unknown dialect `oracle`"):
        plan_of(book, "oracle")
    with pytest.raises(UnknownName, match="unknown meter `inpt`"):
        plan_of(book, "duckdb", meters=["inpt"])
    with pytest.raises(UnknownName, match="the mapping names `inpt`"):
        plan_of(book, "duckdb", mapping={"inpt": "x"})
    with pytest.raises(BadRequest, match="more atoms than 38 digits"):
        plan_of(
            book_of(BASE.replace("| $1 |", "| $100,000,000,000,000,000,000,000,000,000,000,000 |")),
            "duckdb",
        )
