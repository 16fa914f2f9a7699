"""The printer: one canonical text a tree, and the tree of that text is the tree."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.syntax import tree as t
from pricelang.syntax.parser import parse_file
from pricelang.syntax.print_lines import WIDEST_COLUMN
from pricelang.syntax.printer import print_file, print_statement
from tests import strategies
from tests.oracle_requests import share

SLOW = share(0.17)  # 10 of each kind of statement; `.ci/run` tries 100


def _file(*statements: t.Statement) -> t.File:
    return t.File("a.price", "", statements, ())


def _printed(text: str) -> str:
    file, faults = parse_file("a.price", text)
    assert faults == ()
    return print_file(file)


@pytest.mark.parametrize("kind", strategies.STATEMENTS, ids=lambda kind: kind.__name__)
def test_parse_of_print_is_the_tree(kind: type[t.Statement]) -> None:
    @SLOW
    @given(strategies.STATEMENTS[kind])
    def holds(statement: t.Statement) -> None:
        assert type(statement) is kind
        text = "\n".join(print_statement(statement)) + "\n"
        file, faults = parse_file("a.price", text)
        assert faults == (), text
        assert file.statements == (statement,), text
        assert print_file(file) == text

    holds()


@SLOW
@given(st.lists(strategies.statements(), max_size=4))
def test_parse_of_print_is_the_file(statements: list[t.Statement]) -> None:
    text = print_file(_file(*statements))
    file, faults = parse_file("a.price", text)
    assert faults == ()
    assert file == _file(*statements)
    assert [statement.span.line for statement in file.statements] == [
        number for number, row in enumerate(text.split("\n"), 1) if row and not row.startswith(" ")
    ]


@pytest.mark.parametrize(
    ("value", "number", "money"),
    [
        ("0", "0", "$0"),
        ("1/2", "0.5", "$0.50"),
        ("3/10", "0.3", "$0.30"),
        ("5/16", "0.3125", "$0.3125"),
        ("1/1000000", "0.000001", "$0.000001"),
        ("999", "999", "$999"),
        ("1000", "1,000", "$1,000"),
        ("12345678", "12,345,678", "$12,345,678"),
        ("2000001/2", "1,000,000.5", "$1,000,000.50"),
        ("501/50", "10.02", "$10.02"),
    ],
)
def test_values_that_were_never_written_print_canonically(
    value: str, number: str, money: str
) -> None:
    unit = t.Unit(t.Name("u"), t.Number(Fraction(value)), t.Name("v"))
    assert print_statement(unit) == [f"unit u is {number} v"]
    dollars = t.Round(t.Name("line"), t.Money(Fraction(value), "USD"), t.Name("half_up"))
    assert print_statement(dollars) == [f"round line to {money} half_up"]


@pytest.mark.parametrize(
    ("currency", "printed"),
    [("EUR", "€1.50"), ("GBP", "£1.50"), ("JPY", "¥1.50"), ("CHF", "CHF 1.50")],
)
def test_a_currency_prints_as_its_sign_or_its_code(currency: str, printed: str) -> None:
    step = t.Round(t.Name("line"), t.Money(Fraction(3, 2), currency), t.Name("half_up"))
    assert print_statement(step) == [f"round line to {printed} half_up"]


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (0, "1970-01-01"),
        (1_776_384_000, "2026-04-17"),
        (1_776_384_000 + 17 * 3600, "2026-04-17 17:00"),
        (1_776_384_000 + 60, "2026-04-17 00:01"),
        (1_776_384_000 + 1, "2026-04-17 00:00:01"),
        (-62_135_596_800, "0001-01-01"),
        (253_402_300_799, "9999-12-31 23:59:59"),
    ],
)
def test_dates_that_were_never_written_print_as_days_where_they_are_days(
    seconds: int, printed: str
) -> None:
    assert print_statement(t.Source(t.Name("page"), t.Text("u"), t.Date(seconds))) == [
        f'source page "u" read {printed}'
    ]


@pytest.mark.parametrize(
    "row",
    [
        "unit u is 1000000.50 v",
        "unit u is 50% v",
        "round line to USD 0.010 half_up",
        "round line to $3.0 half_up",
        'source page "u" read 2026-04-17T17:00:00Z',
        'note "say \\"hi\\" \\\\ # no comment"',
    ],
)
def test_values_print_as_they_were_written(row: str) -> None:
    assert _printed(row) == row + "\n"


@pytest.mark.parametrize(
    "statement",
    [
        t.Unit(t.Name("u"), t.Number(Fraction(1, 3)), t.Name("v")),
        t.Unit(t.Name("u"), t.Number(Fraction(-1)), t.Name("v")),
        t.Note(t.Text("two\nlines")),
        t.Note(t.Text("a\ttab")),
        t.Note(t.Text("\u202eturned")),
        t.Source(t.Name("page"), t.Text("u"), t.Date(253_402_300_800)),
        t.Source(t.Name("page"), t.Text("u"), t.Date(-62_135_596_801)),
    ],
)
def test_what_no_text_can_say_is_refused(statement: t.Statement) -> None:
    with pytest.raises(ValueError, match=r"no (number|day|line break)"):
        print_statement(statement)


def test_all_endings_print_in_their_order() -> None:
    row = (
        'note "n" for a, b except for c when d is e or f and g + h over 1,000 and i up to 5 '
        'from 2026-01-01 before 2026-02-01 then no effect because "b" unsure "u" see s'
    )
    assert _printed(row.replace(" ", "   ").replace("no   effect", "no effect")) == row + "\n"


def test_columns_are_aligned_over_header_and_rows() -> None:
    source = (
        "rates per MTok\n | model|from|input|note  |\n |a-long-name|2026-01-01|$0.30 instead of $0.3125||\n"
        ' | b|2026-01-02|not  offered|"é"|'
    )
    assert _printed(source) == (
        "rates per MTok\n"
        "  | model       | from       | input                    | note |\n"
        "  | a-long-name | 2026-01-01 | $0.30 instead of $0.3125 |      |\n"
        '  | b           | 2026-01-02 | not offered              | "é"  |\n'
    )


def test_one_long_cell_does_not_widen_the_other_rows_without_end() -> None:
    source = f'models\n  | model | note |\n  | a | "{"z" * 5000}" |\n  | b | "" |\n'
    rows = _printed(source).split("\n")
    assert len(rows[2]) == len("  | model | ") + 5002 + len(" |")
    assert len(rows[1]) == len(rows[3]) == len("  | model | ") + WIDEST_COLUMN + len(" |")


def test_comments_stay_with_the_line_they_precede_or_close() -> None:
    source = """\


# about the book


# and more
book b   # the book
# before the multiplier
multiplier m # header

      # about when
  when a is b
# about the line
  x 2 on input     # twice

  # about the next statement, however far in

# last but one
free #free
  # after all


# the end

"""
    expected = """\
# about the book

# and more
book b  # the book
# before the multiplier
multiplier m  # header
  # about when
  when a is b
  # about the line
  x 2 on input  # twice

# about the next statement, however far in

# last but one
free  #free
# after all

# the end
"""
    assert _printed(source) == expected


def test_an_indented_comment_right_below_a_body_closes_it() -> None:
    source = """\
multiplier m
  x 2 on input
    # holds for images too
  # and for sound
# of the next
  # still of the next
multiplier n
  x 3 on input

  # of the next, since it stands apart
multiplier o
  x 4 on input
  # the last word
"""
    expected = """\
multiplier m
  x 2 on input
  # holds for images too
  # and for sound
# of the next
# still of the next
multiplier n
  x 3 on input

# of the next, since it stands apart
multiplier o
  x 4 on input
  # the last word
"""
    assert _printed(source) == expected


def test_comments_of_statements_with_faults_are_not_lost() -> None:
    source = "unit a is 1 b\nunit broken  # one\n# two\nfree\n"
    file, faults = parse_file("a.price", source)
    assert [fault.span.line for fault in faults] == [2]
    assert print_file(file) == "unit a is 1 b\n# one\n# two\nfree\n"


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("", ""),
        ("\n \n\t\n", ""),
        ("# only a comment", "# only a comment\n"),
        ("free\nfree\n\n\n\nfree", "free\nfree\n\nfree\n"),
        ("free\r\n\r\nfree\r\n", "free\n\nfree\n"),
        ("\n\nfree   \n\n", "free\n"),
    ],
)
def test_blank_lines_between_statements_are_none_or_one(source: str, printed: str) -> None:
    assert _printed(source) == printed
