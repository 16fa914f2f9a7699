"""The law of the registry: every kind of rule shows, in every answer that could show it.

Two books that differ in one rule of a kind differ in the price or the notes of a request, and the
second evaluator agrees; that difference is shown by `diff`, coverage, dead rules, the rate table,
DuckDB, Spark, the SQL of the dialects that run here and the price page, or is refused there in
words.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest
from attrs import evolve, fields, has

import pricelang
from pricelang.apps.exports.prices import prices_on
from pricelang.apps.price_page.price_page import price_page
from pricelang.check.book_files import Layer, TextFile
from pricelang.compile.book import check_layers
from pricelang.engines.warehouse import plan_of
from pricelang.model import book as m
from pricelang.model.errors import BadRequest, PriceError
from pricelang.model.rule_kinds import KINDS, Kind, Rule
from pricelang.model.rules import (
    dimensions_that_pay,
    of_account,
    origin_of,
    rules_of,
    stage_of,
)
from pricelang.usage.records import Part, Place, Record
from pricelang.verify.coverage import measure
from pricelang.verify.diff.difference import compare
from tests.engines.test_one_amount import by_sql, by_table
from tests.engines.usage import checked_texts
from tests.engines.warehouses import empty_duckdb, spark
from tests.kinds import ALLOW, BEHIND, LIST, PAIRS, WHILE, Pair, behind, book
from tests.oracle import Priced, read_texts
from tests.oracle_requests import Ask, by_book, by_oracle

ALL = (*PAIRS, ALLOW, *BEHIND)
RUNNING = ("duckdb", "clickhouse", "postgres")
NAMES = [f"{number} {pair.kind}: {pair.rule}" for number, pair in enumerate(ALL)]
each = pytest.mark.parametrize("pair", ALL, ids=NAMES)

TOLD: frozenset[Kind] = frozenset({"note", "announcement"})
"""What moves no cent: bills tell it, and the tables of amounts know nothing of it."""


def texts_of(pair: Pair, text: str) -> tuple[str, ...]:
    return (LIST, text) if pair.kind == "allow" else (text,)


@functools.cache
def read(texts: tuple[str, ...]) -> pricelang.Book:
    checked = checked_texts(texts)
    assert checked.book is not None, [fault.message for fault in checked.faults]
    return pricelang.Book(checked.book)


def both(pair: Pair) -> tuple[pricelang.Book, pricelang.Book]:
    return read(texts_of(pair, pair.old)), read(texts_of(pair, pair.new))


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1


def the_rule(pair: Pair) -> Rule:
    """The rule of the newer book that the older has otherwise."""
    line = line_of(pair.new, pair.rule)
    file = f"{len(texts_of(pair, pair.new)) - 1}.price"
    found = [
        rule
        for rule in rules_of(both(pair)[1].checked)
        if rule.kind == pair.kind and (origin_of(rule).file, origin_of(rule).line) == (file, line)
    ]
    assert found, (pair.kind, line)
    return found[0]


# ---- the registry --------------------------------------------------------------------------------


def test_every_kind_has_its_pair_of_books() -> None:
    assert {pair.kind for pair in ALL} == {*KINDS}


def test_a_class_a_kind() -> None:
    made = {
        type(rule): rule.kind
        for pair in ALL
        for one in both(pair)
        for rule in rules_of(one.checked)
    }
    assert {*made} == {*get_args(Rule)}
    assert sorted(made.values()) == sorted(KINDS)


@each
def test_everything_with_a_scope_is_in_the_registry(pair: Pair) -> None:
    """A class of the book that holds in a scope is a rule, or is listed here as a part of one."""
    checked = both(pair)[1].checked
    listed = {id(rule.line) for rule in rules_of(checked)}
    for line in parts(
        tuple(
            getattr(checked, one.name)
            for one in fields(m.Book)
            if one.name not in ("decisions", "sayings")
        )
    ):
        if hasattr(line, "scope"):
            assert id(line) in listed, line


def parts(node: object) -> Iterator[Any]:
    for one in node if isinstance(node, tuple) else ():
        yield from parts(one)
    if has(type(node)):
        yield node
        for attribute in fields(type(node)):  # type: ignore[arg-type]
            yield from parts(getattr(node, attribute.name))


# ---- price and notes -----------------------------------------------------------------------------


def answer(found: pricelang.Book, asked: Ask) -> tuple[object, object]:
    """What a request costs, or why it has no price; and what is told beside it."""
    try:
        bill = found.price(
            model=asked.model, at=asked.instant, usage=asked.usage, **asked.dimensions
        )
    except PriceError as error:
        return type(error).__name__, error.code
    return (bill.exact_total, bill.currency), tuple(note.text for note in bill.notes)


@each
def test_a_request_tells_and_the_oracle_agrees(pair: Pair) -> None:
    answers, oracles = [], []
    for text, found in zip((pair.old, pair.new), both(pair), strict=True):
        expected = by_oracle(read_texts(*texts_of(pair, text)), pair.ask)
        by = by_book(found, pair.ask)
        assert type(by) is type(expected), (by, expected)
        if isinstance(expected, Priced):
            assert by == expected
        answers.append(answer(found, pair.ask))
        oracles.append((type(expected), expected if isinstance(expected, Priced) else None))
    assert answers[0] != answers[1]
    if pair.kind not in TOLD and pair.owed is None:
        assert oracles[0] != oracles[1]


def unsure(text: str, rule: str) -> str:
    """A text whose rule has a doubt: on its line, or on the header of its table."""
    lines = text.split("\n")
    place = line_of(text, rule) - 1
    while lines[place].startswith("  |"):
        place -= 1
    lines[place] += ' unsure "who knows"'
    return "\n".join(lines)


@each
def test_a_doubt_is_told(pair: Pair) -> None:
    """The doubt of a rule is told with each amount that rests on it; an account's stands on no
    bill of one request.
    """
    found = read(texts_of(pair, unsure(pair.new, pair.rule)))
    amount, notes = answer(found, pair.ask)
    rests = pair.kind not in TOLD and not of_account(the_rule(pair))
    if rests and not isinstance(amount, str):
        assert "who knows" in notes  # type: ignore[operator]


@pytest.mark.parametrize("pair", [pair for pair in ALL if pair.owed], ids=lambda pair: pair.rule)
def test_a_month_tells(pair: Pair) -> None:
    """An account's rule shows in the bill of a period, in whatever order the records come."""
    assert pair.owed is not None
    for found, owed in zip(both(pair), pair.owed, strict=True):
        records = [
            Record(
                (Part(pair.ask.model, pair.ask.instant, {}, {meter: part}),),
                Place("f", 1),
                "canonical",
            )
            for meter, most in pair.ask.usage.items()
            for part in (most // 5, most - most // 5)
        ]
        for rows in (records, records[::-1]):
            invoice = found.invoice(rows, "2026-03")
            assert sum(total.due for total in invoice.totals) == Fraction(owed)


# ---- order ---------------------------------------------------------------------------------------


def statements_of(text: str) -> list[str]:
    """The statements of a book, its header first: each begins in column 0."""
    return re.split(r"\n(?=\S)", text.removesuffix("\n"))


def turned(statement: str) -> str:
    """A statement with the rows of its table, or the lines of its body, in the other order."""
    first, *body = statement.split("\n")
    head = [line for line in body if line.startswith(("  when", "  | model"))]
    rest = [line for line in body if line not in head]
    # the lines of a `derive` follow it, and tiers ascend
    if any(line.startswith(("  except", "  counts")) for line in rest):
        return statement
    return "\n".join([first, *head, *rest[::-1]])


def joined(header: str, statements: list[str]) -> str:
    return "\n".join([header, *statements]) + "\n"


@each
def test_the_order_of_lines_and_files_changes_nothing(pair: Pair) -> None:
    below = () if pair.kind != "allow" else (LIST,)
    header, *rest = statements_of(pair.new)
    if pair.kind == "allow":
        header, rest = pair.new, []
    expected = answer(both(pair)[1], pair.ask)
    rows = [turned(statement) for statement in rest]
    for text in (joined(header, rest[::-1]), joined(header, rows), joined(header, rows[::-1])):
        assert answer(read((*below, text)), pair.ask) == expected
    parts = ["\n".join(rest[start::2]) + "\n" for start in (0, 1)]
    for order in ([header + "\n", *parts], [header + "\n", *parts[::-1]]):
        files = tuple(TextFile(f"{n}.price", Path(f"{n}.price"), x) for n, x in enumerate(order))
        layers = (*(Layer((TextFile("l", Path("l"), text),)) for text in below), Layer(files))
        checked = check_layers(layers)
        assert checked.book is not None, [fault.message for fault in checked.faults]
        assert answer(pricelang.Book(checked.book), pair.ask) == expected


@each
def test_the_order_of_rows_changes_nothing(pair: Pair) -> None:
    """Rows of a table are priced by themselves: the request, half of it, and others beside it."""
    meters = {meter: METERS[meter] for meter in pair.ask.usage}
    asks = [
        pair.ask,
        evolve(pair.ask, usage={meter: use // 2 for meter, use in pair.ask.usage.items()}),
        evolve(pair.ask, dimensions={}),
    ]
    rows = [{**row_of(one), **pair.ask.dimensions, **one.dimensions} for one in asks]
    rows[2] |= dict.fromkeys(pair.ask.dimensions)
    plan = plan_of(read((book(),)), "duckdb", meters=[*meters])
    found = both(pair)[1]
    for turn in (1, -1):
        numbered = [{**row, "id": number} for number, row in enumerate(rows[::turn], 1)]
        amounts = by_table(found, numbered, [*pair.ask.dimensions], meters, plan)
        assert amounts[::turn] == [expected(found, one) for one in asks]


# ---- proofs --------------------------------------------------------------------------------------


@each
def test_diff_shows_it(pair: Pair) -> None:
    old, new = (one.checked for one in both(pair))
    assert compare(old, new)
    assert compare(new, old)
    assert not compare(old, old)


@each
def test_coverage_shows_it(pair: Pair) -> None:
    """The request covers the rule, one without it does not; an account's rule is said to be one."""
    rule, checked = the_rule(pair), both(pair)[1].checked
    example = m.Example(
        "",
        pair.ask.model,
        pair.ask.at,
        tuple(pair.ask.dimensions.items()),
        "single",
        (),
        tuple((meter, (Fraction(use),)) for meter, use in pair.ask.usage.items()),
        "cost",
        Fraction(0),
        Fraction(0),
        "USD",
        "",
        origin_of(rule),
    )
    counts = []
    for examples in ((), (example,)):
        (found,) = [
            one
            for one in measure(checked, examples).rules
            if (one.kind, one.origin) == (pair.kind, origin_of(rule))
        ]
        assert (found.unreachable is not None) == of_account(rule)
        counts.append(found.examples)
    assert counts == ([0, 0] if of_account(rule) else [0, 1])


@pytest.mark.parametrize(
    "pair", [x for x in ALL if x.never], ids=lambda pair: f"{pair.kind}: {pair.rule}"
)
def test_a_dead_rule_is_shown(pair: Pair) -> None:
    """A rule that never holds is a fault of the book at its place, or one of the dead rules."""
    assert pair.never is not None
    texts = texts_of(pair, pair.never)
    checked = checked_texts(texts)
    place = (f"{len(texts) - 1}.price", line_of(pair.never, pair.dead))
    places = {(fault.span.file, fault.span.line) for fault in checked.faults}
    if checked.book is not None:
        dead = pricelang.Book(checked.book).audit.dead
        places |= {(file, int(line)) for file, line in (x.location.split(":") for x in dead)}
    assert place in places, checked.faults


@pytest.mark.parametrize(
    "pair",
    [pair for pair in ALL if pair.kind != "alias"],
    ids=lambda pair: f"{pair.kind}: {pair.rule}",
)
def test_against_shows_it(pair: Pair) -> None:
    """Where a book charges more or less for a request, or one book prices it alone, it is not
    proven that none is; an alias is another name of requests that both price.
    """
    old, new = both(pair)
    was, now = (expected(found, pair.ask) for found in (old, new))
    verdict = new.audit.against(old)
    shown = {
        "dearer": was is not None and now is not None and now > was,
        "cheaper": was is not None and now is not None and now < was,
        "loosened": was is None and now is not None,
        "tightened": was is not None and now is None,
    }
    for question, differs in shown.items():
        if differs:
            assert getattr(verdict, question) is not None or question in verdict.undecided


OVER = WHILE[0]
FALLING = [
    pair
    for pair in zip(behind(*OVER), behind(*OVER[::-1]), strict=True)
    if pair[0].kind not in TOLD | {"refusal", "exclusion"}
]
"""The rules behind a threshold that move an amount, on either side of it."""


@pytest.mark.parametrize("sides", FALLING, ids=lambda sides: f"{sides[0].kind}: {sides[0].rule}")
def test_a_fall_breaks_the_claim(sides: tuple[Pair, Pair]) -> None:
    """A rule on one side of a threshold makes a longer request cost less, and no claim that more
    usage never does is then proven.
    """
    fallen = 0
    for pair in sides:
        found = read((pair.new + "claim more usage never costs less\n",))
        before, after = (
            expected(found, evolve(pair.ask, usage={**pair.ask.usage, "input": count}))
            for count in (1_000, 1_001)
        )
        if before is not None and after is not None and after < before:
            fallen += 1
            assert not found.audit.claims[0].holds
    assert fallen


def test_what_moves_an_amount_is_written_behind_a_threshold_too() -> None:
    moves = {
        pair.kind
        for pair in PAIRS
        if stage_of(the_rule(pair)) in ("unit price", "line item", "request")
    }
    assert moves <= {pair.kind for pair in BEHIND}


USAGES = (
    [{"input": n, "cache": 1_000_000, "calls": 1} for n in (0, 999, 1_000, 1_001, 2_000)]
    + [{"input": n, "output": 500_000, "runtime": 8} for n in (0, 1_000, 1_001, 2_000_000)]
    + [{"input": 1_000, "runtime": n} for n in (0, 1, 6, 7, 8)]
)
"""Quantities on both sides of the threshold, in order where they are of the same meters."""


@pytest.mark.parametrize("pair", BEHIND, ids=lambda pair: f"{pair.kind}: {pair.rule}")
def test_no_bill_contradicts_the_claim(pair: Pair) -> None:
    """Where it is proven that more usage never costs less, no two bills say otherwise."""
    found = read((pair.new + "claim more usage never costs less\n",))
    if not found.audit.claims[0].holds:
        return
    for dimensions in (pair.ask.dimensions, {}):
        amounts = [
            expected(found, evolve(pair.ask, dimensions=dimensions, usage=x)) for x in USAGES
        ]
        for (less, was), (more, now) in itertools.combinations(
            zip(USAGES, amounts, strict=True), 2
        ):
            if was is not None and now is not None and less.keys() == more.keys():
                assert was <= now, (less, more)


# ---- tables --------------------------------------------------------------------------------------

METERS = {"input": True, "output": True, "cache": True, "calls": True, "runtime": False}


def row_of(asked: Ask) -> dict[str, Any]:
    return {"id": 1, "model": asked.model, "at": asked.at, **asked.dimensions, **asked.usage}


def expected(found: pricelang.Book, asked: Ask) -> Fraction | None:
    try:
        bill = found.price(
            model=asked.model, at=asked.instant, usage=asked.usage, **asked.dimensions
        )
    except PriceError:
        return None
    return bill.exact_total


def is_refused(pair: Pair, number: int) -> bool:
    """Whether a text of SQL is refused: only of the newer book, for what no sum of quantity times
    price in one currency says.
    """
    rule = the_rule(pair)
    beyond = stage_of(rule) in ("request", "currency", "line item")
    return number == 1 and beyond and pair.kind != "charge minimum"


@pytest.mark.parametrize("dialect", RUNNING)
@each
def test_sql_says_it(pair: Pair, dialect: str) -> None:
    """A query prices the request as `price` does, or no text is written, with a reason.
    It finds by itself on which dimensions anything turns.
    """
    for number, found in enumerate(both(pair)):
        meters = {meter: METERS[meter] for meter in pair.ask.usage}
        if is_refused(pair, number):
            with pytest.raises(BadRequest, match=r"SQL cannot say|bills in several currencies"):
                plan_of(found, dialect, meters=[*meters])
            continue
        plan = plan_of(found, dialect, meters=[*meters])
        dimensions = [one.name for one in found.checked.dimensions]
        rows = [row_of(pair.ask)]
        assert by_sql(plan, rows, dimensions, meters, dialect) == [expected(found, pair.ask)]


@each
def test_duckdb_says_it(pair: Pair) -> None:
    meters = {meter: METERS[meter] for meter in pair.ask.usage}
    plan = plan_of(read((book(),)), "duckdb", meters=[*meters])
    for found in both(pair):
        rows, dimensions = [row_of(pair.ask)], [*pair.ask.dimensions]
        assert by_table(found, rows, dimensions, meters, plan) == [expected(found, pair.ask)]


@each
def test_the_macro_says_it(pair: Pair) -> None:
    """The macro of a database prices the request as `price` does, or says why it does not."""
    for number, found in enumerate(both(pair)):
        usage = ", ".join(f"{meter} := {use}" for meter, use in pair.ask.usage.items())
        known = dimensions_that_pay(found.checked)
        named = "".join(
            f", {name} := '{value}'" for name, value in pair.ask.dimensions.items() if name in known
        )
        sql = f"select price_of('{pair.ask.model}', timestamp '{pair.ask.instant[:10]}', {usage}{named})"
        amount = expected(found, pair.ask)
        with empty_duckdb() as connection:
            least = (number, pair.kind) == (1, "charge minimum")
            if is_refused(pair, number) or amount is None or least:
                with pytest.raises((BadRequest, duckdb.Error), match=r"currencies|no price"):
                    said_by_macro(found, connection, sql)
            else:
                assert said_by_macro(found, connection, sql) == amount


def said_by_macro(
    found: pricelang.Book, connection: duckdb.DuckDBPyConnection, sql: str
) -> Fraction:
    found.duckdb(connection)
    return Fraction(connection.execute(sql).fetchall()[0][0])


@pytest.mark.campaign
@each
def test_spark_says_it(pair: Pair) -> None:
    """A frame of usage is priced as `price` does, or says why a row has no price."""
    session = spark()
    schema = "model string, at timestamp, " + ", ".join(
        [
            *(f"{name} string" for name in pair.ask.dimensions),
            *(f"{name} bigint" for name in pair.ask.usage),
        ]
    )
    at = datetime.datetime.fromtimestamp(pair.ask.at, datetime.UTC)
    row = (pair.ask.model, at, *pair.ask.dimensions.values(), *pair.ask.usage.values())
    usage = session.createDataFrame([row], schema)
    books = both(pair)
    old, new = (
        found.spark(session).price(usage, refused="null").select("cost", "reason")
        for found in books
    )
    # one job for both: Spark compiles each job anew
    for found, said in zip(books, old.union(new).collect(), strict=True):
        amount = expected(found, pair.ask)
        assert (None if said["cost"] is None else Fraction(said["cost"])) == amount
        assert bool(said["reason"]) == (amount is None)


@each
def test_the_page_shows_it(pair: Pair) -> None:
    """In a table, in a note, or among the rules beside the tables."""
    pages = [price_page(found.checked, pair.ask.instant, ["all"]) for found in both(pair)]
    assert repr(pages[0]) != repr(pages[1])


ALONE: frozenset[Kind] = frozenset({"exclusion", "allow"})
"""What holds of two values at once: other projects' prices have one at a time."""


@each
def test_the_export_shows_it(pair: Pair) -> None:
    """In the prices of a model, or among what other projects' forms have no word for."""
    models = [[*prices_on(found, pair.ask.instant)] for found in both(pair)]
    assert (models[0] != models[1]) or pair.kind in TOLD | ALONE
