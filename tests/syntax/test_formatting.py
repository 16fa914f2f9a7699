"""The formatter: changes white space alone, proves it, and leaves what it cannot prove."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricelang.files.bundled import rules_folder
from pricelang.syntax import formatting
from pricelang.syntax.diagnostics import BookError
from pricelang.syntax.formatting import FormatError, format_text
from pricelang.syntax.parser import parse_file
from pricelang.syntax.printer import print_file
from pricelang.syntax.tree import File
from tests import strategies

SPECIMENS = sorted((Path(__file__).parents[1] / "specimens").glob("*.price"))
BOOKS = [*SPECIMENS, *sorted(rules_folder().glob("**/*.price"))]
SLOW = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
EVERY_BOOK = pytest.mark.parametrize(
    "path", BOOKS, ids=lambda path: f"{path.parent.name}/{path.name}"
)


def _words(text: str) -> list[str]:
    return [squeezed for row in text.split("\n") if (squeezed := re.sub(r"\s", "", row))]


def test_the_specimens_are_there() -> None:
    assert [path.name for path in SPECIMENS] == [
        "acme.price",
        "claude.price",
        "extras.price",
        "extras_acme.price",
    ]


@EVERY_BOOK
def test_a_book_is_in_style_and_keeps_its_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    once = format_text(path.name, text)
    assert once == text  # each is in style
    assert _words(once) == _words(text)
    assert "\n\n\n" not in once
    assert not re.search(r"[ \t]\n", once)
    before, after = parse_file("a", text)[0], parse_file("a", once)[0]
    assert before.statements == after.statements
    assert before.comments == after.comments


@pytest.mark.parametrize("page", ["README.md", "docs/language.md"])
def test_the_blocks_of_the_pages_are_in_style(page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```pricelang[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        assert format_text(page, block) == block


LINED_UP = """\
dimension hours default off_peak
  peak      from 01:00 before 04:00 on weekdays in UTC
  off_peak  otherwise
charge storage
  # a comment has no columns
  $1 per hour
  $0.50 per hour  after 100 hours per organization per month  for alpha
  free            when tier is priority  from 2026-01-01 before 2026-02-01  because "so"  see page
multiplier m
  when tier is priority
  x 1.25 on cache_write_5m and x 0.1 on cache_read  for alpha
  no effect  for beta
"""


def test_the_clauses_of_a_statement_begin_in_one_column() -> None:
    # a line without clauses, and one longer than any column, widen none
    assert format_text("a.price", re.sub(r"(?<=\S)  +", " ", LINED_UP)) == LINED_UP


@pytest.mark.parametrize("path", SPECIMENS, ids=lambda path: path.name)
def test_other_spacing_and_more_comments_change_nothing_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = parse_file(path.name, text)[0].statements
    plain = [
        row
        for row in format_text(path.name, text).split("\n")
        if row and not row.lstrip().startswith("#")
    ]

    @settings(SLOW, max_examples=20)
    @given(strategies.respaced(text))
    def holds(changed: str) -> None:
        file, faults = parse_file(path.name, changed)
        assert faults == ()
        assert file.statements == tree
        result = format_text(path.name, changed)
        assert _words(result) == _words(changed)
        again = parse_file(path.name, result)[0]
        assert (again.statements, again.comments) == (tree, file.comments)
        # Without the comments that were added, the lines are those of the book as it was.
        kept = [row for row in result.split("\n") if row and not row.lstrip().startswith("#")]
        assert [re.sub(r'  (#|# )trailing [0-9]+ "$', "", row) for row in kept] == plain

    holds()


@settings(SLOW, max_examples=40)
@given(st.lists(strategies.statements(), max_size=3), st.data())
def test_a_generated_book_with_other_spacing_formats_to_one_text(
    statements: list[object], data: st.DataObject
) -> None:
    text = print_file(File("a.price", "", tuple(statements), ()))  # type: ignore[arg-type]
    result = format_text("a.price", data.draw(strategies.respaced(text)))
    assert format_text("a.price", result) == result
    assert parse_file("a.price", result)[0].statements == tuple(statements)


def test_a_text_with_faults_is_not_formatted() -> None:
    with pytest.raises(BookError) as caught:
        format_text("a.price", "unit  a is 1 b\nunit a is\nnote  unquoted\n")
    assert [(fault.code, fault.span.line) for fault in caught.value.faults] == [
        ("syntax", 2),
        ("syntax", 3),
    ]
    assert caught.value.texts == {"a.price": "unit  a is 1 b\nunit a is\nnote  unquoted\n"}


@settings(SLOW, max_examples=60)
@given(
    st.sampled_from([path.read_text(encoding="utf-8") for path in SPECIMENS]).flatmap(
        strategies.damaged
    )
)
def test_a_damaged_book_is_formatted_whole_or_not_at_all(text: str) -> None:
    if parse_file("a.price", text)[1]:
        with pytest.raises(BookError):
            format_text("a.price", text)
        return
    result = format_text("a.price", text)
    assert _words(result) == _words(text.removeprefix("\ufeff"))
    assert format_text("a.price", result) == result


SOURCE = "# one\nunit a is 1 b\nunit c is 2 d  # two\n"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (
            "# one\nunit a is 1 b\nunit c is\n# two\n",
            "the result has a fault, the line ends too early",
        ),
        ("# one\nunit a is 1 b\nunit c is 3 d  # two\n", "another tree, from line 3 on"),
        ("# one\nunit a is 1 b  # two\n", "another tree, from line 3 on"),
        ("# one\nunit a is 1 b\nunit c is 2 d  # two\nfree\n", "another tree, from line 4 on"),
        ("# one\nunit a is 1 b\nunit c is 2 d\n", "other comments, from line 3 on"),
        ("# one\nunit a is 1 b\nunit c is 2 d\n# two\n", "other comments, from line 3 on"),
        ("# one\nunit a is 1 b\nunit c is 2 d  # two!\n", "other comments, from line 3 on"),
        ("# one\nunit a is 1 b\nunit c is 2 d  # two\n# three\n", "other comments, from line 4 on"),
        ("unit a is 1 b\n# one\nunit c is 2 d  # two\n", "more than white space"),
        ("# one\nunit a is 1.0 b\nunit c is 2 d  # two\n", "more than white space"),
        ("# one\nunit  a is 1 b\nunit c is 2 d  # two\n", "a second run changes the result"),
    ],
)
def test_a_printer_that_errs_is_caught(
    monkeypatch: pytest.MonkeyPatch, result: str, message: str
) -> None:
    calls: list[File] = []

    def wrong_at_first(file: File) -> str:
        calls.append(file)
        return result if len(calls) == 1 else print_file(file)

    monkeypatch.setattr(formatting, "print_file", wrong_at_first)
    with pytest.raises(FormatError, match=re.escape(message)) as caught:
        format_text("a.price", SOURCE)
    assert str(caught.value).startswith("a.price was not formatted: ")


def test_a_statement_that_the_parser_lost_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(name: str, text: str) -> tuple[File, tuple[()]]:
        file, _ = parse_file(name, text)
        return evolve(file, statements=file.statements[:1]), ()

    monkeypatch.setattr(formatting, "parse_file", forgetful)
    with pytest.raises(FormatError, match="more than white space"):
        format_text("a.price", SOURCE.replace("  # two", ""))


def test_a_result_that_is_too_long_is_refused_and_not_cut() -> None:
    source = "group g is " + ",".join(["a"] * 9_000) + "\n"
    with pytest.raises(
        FormatError, match="the result has a fault, the line has more than 20,000 characters"
    ):
        format_text("a.price", source)
