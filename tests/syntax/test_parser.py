"""The parser: exact values, every fault in one run, and an answer to any text at all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Fault, render_fault
from pricelang.syntax.parser import parse_file
from pricelang.syntax.words import reserved, words
from tests import strategies

SPECIMENS = sorted((Path(__file__).parents[1] / "specimens").glob("*.price"))
SLOW = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _one(text: str) -> t.Statement:
    file, faults = parse_file("a.price", text)
    assert faults == ()
    (statement,) = file.statements
    return statement


def _faults(text: str) -> list[tuple[str, int, int]]:
    return [
        (fault.code, fault.span.line, fault.span.column) for fault in parse_file("a.price", text)[1]
    ]


@pytest.mark.parametrize("path", SPECIMENS, ids=lambda path: path.name)
def test_the_specimens_parse_without_faults(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    file, faults = parse_file(path.name, text)
    assert faults == ()
    starts = [
        number for number, row in enumerate(text.split("\n"), 1) if row and row[0] not in " #"
    ]
    assert [statement.span.line for statement in file.statements] == starts
    assert len(file.comments) == sum(1 for row in text.split("\n") if row.lstrip().startswith("#"))


# ---- names and words -----------------------------------------------------------------------------


@pytest.mark.parametrize("word", sorted(reserved()))
@pytest.mark.parametrize(
    "text",
    [
        "group {} is input",
        "group prompt is input, {}",
        "free see {}",
        "unit u is 1 {}",
        "claim agrees with {}",
    ],
)
def test_a_reserved_word_names_nothing(word: str, text: str) -> None:
    faults = parse_file("a.price", text.format(word))[1]
    assert faults
    assert {fault.code for fault in faults} <= {"reserved_word", "syntax"}


def test_a_reserved_word_as_a_name_is_shown_with_a_way_out() -> None:
    (fault,) = parse_file("a.price", "group price is input")[1]
    assert (fault.code, fault.message) == (
        "reserved_word",
        "`price` is a reserved word and cannot be used as a name",
    )
    assert (fault.span.column, fault.span.end_column) == (7, 12)
    assert fault.help == "choose another name, such as `price_1`"


@pytest.mark.parametrize("end", ["-x", "_here", "6", ".v2", ":1", "@home", "/a", "X"])
@pytest.mark.parametrize("word", sorted(word for word in words().values() if " " not in word))
def test_a_name_may_begin_with_a_word(word: str, end: str) -> None:
    name = word + end
    assert _one(f"group {name} is {name}, {name} ") == t.Group(
        t.Name(name), (t.Name(name), t.Name(name))
    )


@pytest.mark.parametrize(
    "name",
    ["models-x", "from_here", "x6", "claude-3-5-haiku-20241022", "3-5x", "Refuse", "FOR", "a"],
)
def test_names(name: str) -> None:
    assert _one(f"free see {name}").endings == t.Endings(see=t.Name(name))


@pytest.mark.parametrize("name", ["a-", "a.", "-a", ".a", "a$", "é", "\u0430lpha", "a'b"])
def test_what_is_no_name(name: str) -> None:
    assert [code for code, _, _ in _faults(f"free see {name}")] == ["syntax"]


def test_a_letter_that_only_looks_plain_is_named() -> None:
    (fault,) = parse_file("a.price", "free see \u0430lpha")[1]
    assert "U+0430 cyrillic small letter a" in fault.message


@pytest.mark.parametrize("char", ["\u200b", "\u202e", "\x00", "\x0b", "\u2028", "\ufeff"])
def test_a_character_that_cannot_be_seen_is_a_fault_in_a_string_too(char: str) -> None:
    assert _faults(f'note "a{char}b"') == [("control_character", 1, 8)]


# ---- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,000,000", Fraction(10**6)),
        ("1000000", Fraction(10**6)),
        ("0.1", Fraction(1, 10)),
        ("50%", Fraction(1, 2)),
        ("12.5%", Fraction(1, 8)),
        ("1,234.5678", Fraction(12345678, 10**4)),
        ("007", Fraction(7)),
        ("0." + "0" * 37 + "1", Fraction(1, 10**38)),
    ],
)
def test_numbers_are_exact(written: str, value: Fraction) -> None:
    statement = _one(f"convert to EUR at {written}")
    assert statement == t.Convert(t.Name("EUR"), t.Number(value))
    assert isinstance(statement, t.Convert)
    assert statement.rate.written == written


@pytest.mark.parametrize(
    "written", ["1,00", "1,0000", ".5", "1.", "-1", "1e3", "1_000", "٣", "NaN", "0x1", "1%%"]
)
def test_what_is_no_number(written: str) -> None:
    assert [code for code, _, _ in _faults(f"convert to EUR at {written}")] == ["syntax"]


@pytest.mark.parametrize(
    ("written", "value", "currency"),
    [
        ("$0.30", Fraction(3, 10), "USD"),
        ("€1,000", Fraction(1000), "EUR"),
        ("£2", Fraction(2), "GBP"),
        ("¥3", Fraction(3), "JPY"),
        ("CHF 4.5", Fraction(9, 2), "CHF"),
        ("$0", Fraction(0), "USD"),
    ],
)
def test_money_is_exact(written: str, value: Fraction, currency: str) -> None:
    statement = _one(f"claim every price is above {written}")
    assert statement == t.Claim(t.ClaimAbove(t.Money(value, currency)))


@pytest.mark.parametrize(
    "written", ["$-1", "-$1", "$ 1", "$1,00", "1 $", "$1%", "Chf 1", "$", "$.5"]
)
def test_what_is_no_money(written: str) -> None:
    assert [code for code, _, _ in _faults(f"claim every price is above {written}")] == ["syntax"]


def test_a_number_of_many_digits_is_too_large() -> None:
    assert _faults("convert to EUR at " + "9" * 41) == [("too_large", 1, 19)]
    assert _faults("convert to EUR at " + "9" * 40) == []


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1970-01-02", 86_400),
        ("2026-04-17", 1_776_384_000),
        ("2024-02-29", 1_709_164_800),
        ("2026-04-17 17:30", 1_776_447_000),
        ("2026-04-17T17:30:05Z", 1_776_447_005),
    ],
)
def test_dates_are_instants_in_utc(written: str, seconds: int) -> None:
    assert _one(f"free from {written}").endings == t.Endings(start=t.Date(seconds))


@pytest.mark.parametrize(
    "written", ["2026-02-29", "2026-13-01", "2026-04-31", "0000-01-01", "2026-04-17 24:01"]
)
def test_a_day_that_is_not_in_the_calendar(written: str) -> None:
    assert _faults(f"free from {written}") == [("bad_date", 1, 11)]


@pytest.mark.parametrize("written", ["2026-4-17", "17.04.2026", "2026-04-17x", "today", "2026-04"])
def test_what_is_no_date(written: str) -> None:
    assert [code for code, _, _ in _faults(f"free from {written}")] == ["syntax"]


def test_a_clock_is_in_minutes_and_may_pass_midnight() -> None:
    statement = _one(
        "dimension hours default peak\n  off from 16:30 before 00:05 from 2026-01-01\n"
    )
    assert isinstance(statement, t.Dimension)
    window = t.Window(t.TimeOfDay(990), t.TimeOfDay(5))
    assert statement.lines[0].clock == t.Clock((window,), (), None)
    assert statement.lines[0].endings == t.Endings(start=t.Date(1_767_225_600))
    assert _faults("dimension h default p\n  off from 24:00 before 00:60") == [
        ("bad_date", 2, 12),
        ("bad_date", 2, 25),
    ]


def test_strings_hold_quotes_backslashes_and_hashes() -> None:
    file, faults = parse_file("a.price", r'note "a \"b\" \\ # c" # d "e"')
    assert faults == ()
    assert file.statements == (t.Note(t.Text(r'a "b" \ # c')),)
    assert file.comments == (t.Comment('# d "e"', False),)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ('note "open', 6, 'a string has no closing `"`'),
        (r'note "a\n"', 8, 'a backslash in a string stands only before `"` or `\\`'),
    ],
)
def test_a_string_that_does_not_end_well(text: str, column: int, message: str) -> None:
    (fault,) = parse_file("a.price", text)[1]
    assert (fault.code, fault.span.line, fault.span.column) == ("syntax", 1, column)
    assert fault.message.startswith(message)


# ---- statements ----------------------------------------------------------------------------------


def test_a_multiplier_line_by_line() -> None:
    statement = _one(
        'multiplier fast "Fast" see page\n  when speed is fast or fastest and input + output over 5\n'
        "  x 6 instead of 2 on input, output and x 150% on cache_read for m  before 2026-01-02  then refuse\n"
        '  otherwise no effect because "slow"\n'
    )
    fast = t.IsTest(t.Name("speed"), (t.Name("fast"), t.Name("fastest")))
    over = t.Threshold((t.Name("input"), t.Name("output")), True, t.Number(Fraction(5)))
    six = t.FactorClause(
        t.Number(Fraction(6)), t.Number(Fraction(2)), (t.Name("input"), t.Name("output"))
    )
    half = t.FactorClause(t.Number(Fraction(3, 2)), None, (t.Name("cache_read"),))
    ends = t.Endings(models=(t.Name("m"),), end=t.Date(1_767_312_000), then=t.Outcome("refuse"))
    assert statement == t.Multiplier(
        t.Name("fast"),
        t.Text("Fast"),
        (fast, over),
        (
            t.ModifierLine(False, t.Factors((six, half)), ends),
            t.ModifierLine(True, t.Outcome("no_effect"), t.Endings(because=t.Text("slow"))),
        ),
        endings=t.Endings(see=t.Name("page")),
    )


def test_a_table_cell_by_cell() -> None:
    statement = _one(
        "rates per 1,000 searches announced 2026-01-01 withdrawn 2026-01-02\n"
        "  | model | from | input | see |\n\n  | m | 2026-01-03 | $0.30 instead of $0.3125 | page |\n"
        '  | n |  | derived | "s" |\n  | o | 5 | not offered | |'
    )
    assert isinstance(statement, t.Rates)
    assert statement.per == t.Per(t.Number(Fraction(1000)), t.Name("searches"))
    assert (statement.announced, statement.withdrawn) == (
        t.Date(1_767_225_600),
        t.Date(1_767_312_000),
    )
    assert [
        str(cell.value.text)
        for cell in statement.table.header.cells
        if isinstance(cell.value, t.Name)
    ] == [
        "model",
        "from",
        "input",
        "see",
    ]
    first, second, third = statement.table.rows
    assert first.cells[1:3] == (
        t.Cell("date", t.Date(1_767_398_400)),
        t.Cell("money", t.Money(Fraction(3, 10), "USD"), t.Money(Fraction(5, 16), "USD")),
    )
    assert [cell.kind for cell in second.cells] == ["name", "blank", "derived", "string"]
    assert [cell.kind for cell in third.cells] == ["name", "number", "not_offered", "blank"]
    assert [row.span.line for row in statement.table.rows] == [4, 5, 6]


@pytest.mark.parametrize(
    ("row", "relation"),
    [("a costs b", "equal"), ("a costs less than b", "less"), ("a costs at  least b", "at_least")],
)
def test_relations_of_a_claim(row: str, relation: str) -> None:
    a, b = (t.Term(None, t.Name(name)) for name in "ab")
    assert _one(f"claim {row}") == t.Claim(t.ClaimCosts((a,), relation, (b,)))


# ---- faults --------------------------------------------------------------------------------------


def test_five_broken_statements_give_five_faults() -> None:
    text = (
        "unit a is b\nfree\nnote unquoted\ngroup price is a\nfree see p\nmultiplier m\n  x 2 at input\n"
        "  x 3 on output\nfree from 2026-02-30\n"
    )
    file, faults = parse_file("a.price", text)
    assert [(fault.code, fault.span.line, fault.span.column) for fault in faults] == [
        ("syntax", 1, 11),
        ("syntax", 3, 6),
        ("reserved_word", 4, 7),
        ("syntax", 7, 7),
        ("bad_date", 9, 11),
    ]
    whole = [statement for statement in file.statements if statement.span.line in (2, 5)]
    assert whole == [t.Free(), t.Free(endings=t.Endings(see=t.Name("p")))]
    assert not {statement.span.line for statement in file.statements} & {1, 3, 6, 7, 9}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("free see a when b is c", ("clause_order", 1, 12)),
        ("free see a see b", ("twice", 1, 12)),
        ("free before 2026-01-01 from 2025-01-01", ("clause_order", 1, 24)),
        ("free from 2026-01-01 before 2026-01-01", ("bad_period", 1, 29)),
        ("  free", ("indented", 1, 3)),
        ("| a |", ("syntax", 1, 1)),
        ("models\n| model |\n", ("indented", 2, 1)),
        ("models\n  | model |\n", ("table", 2, 3)),
        ("models\n  | model | released |\n  | a |\n", ("table", 3, 3)),
        ("models\n  | 5 |\n  | a |\n", ("syntax", 2, 5)),
        ("free\n  see a", ("syntax", 2, 3)),
        ("multiplier m", ("syntax", 1, 13)),
        ("free see " + "a" * 201, ("too_large", 1, 10)),
        ('note "' + "a" * 20_000 + '"', ("too_large", 1, 1)),
    ],
)
def test_a_fault_has_its_code_and_place(text: str, fault: tuple[str, int, int]) -> None:
    assert _faults(text)[0] == fault


def test_a_misspelt_word_has_a_help() -> None:
    (fault,) = parse_file("a.price", "dimension speed defalt standard\n  standard")[1]
    assert fault.help == "did you mean `default`?"


def _check_any(text: str) -> None:
    file, faults = parse_file("a.price", text)
    assert isinstance(file, t.File)
    rows = len(text.split("\n"))
    for fault in faults:
        assert isinstance(fault, Fault)
        assert fault.code
        assert fault.message
        assert fault.span.file == "a.price"
        assert 1 <= fault.span.line <= rows
        assert fault.span.column >= 1
        assert render_fault(fault, {"a.price": text})


@SLOW
@given(st.text())
def test_any_text_gives_statements_and_faults(text: str) -> None:
    _check_any(text)


@SLOW
@given(
    st.lists(
        st.sampled_from(
            [
                *sorted(reserved()),
                "a",
                "input",
                "1",
                "5%",
                "$1",
                "2026-01-01",
                "16:30",
                '"s"',
                "|",
                ",",
                "+",
                "\n",
                "\n  ",
                "at least",
                "#",
            ]
        ),
        max_size=20,
    )
)
def test_any_words_of_the_language_give_statements_and_faults(drawn: list[str]) -> None:
    _check_any(" ".join(drawn))


@settings(SLOW, max_examples=150)
@given(
    st.sampled_from([path.read_text(encoding="utf-8") for path in SPECIMENS]).flatmap(
        strategies.damaged
    )
)
def test_a_damaged_book_gives_statements_and_faults(text: str) -> None:
    _check_any(text)


@given(st.integers(1, 130), st.sampled_from("x;é"))
def test_what_is_not_expected_is_shown_up_to_sixty_characters(length: int, char: str) -> None:
    (fault,) = parse_file("a.price", f"unit u is {char * length}\n")[1]
    assert f"`{char * min(length, 60)}`" in fault.message
    assert (fault.span.column, fault.span.end_column) == (11, 11 + length)


@pytest.mark.parametrize(
    "text", ["amend volume\n  silver after 500 tokens\n", "amend tiers volume\n  x 0.5 on tokens\n"]
)
def test_an_amended_step_of_tiers_is_told_what_to_write(text: str) -> None:
    text = f"book acme extends base from 2026-01-01\n{text}"
    _, faults = parse_file("a.price", text)
    assert "those of a book below cannot be amended" in render_fault(faults[0], {"a.price": text})
