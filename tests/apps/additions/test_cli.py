"""`pricelang add`: a patch or the files themselves, and what it says of what it cannot add."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pricelang.cli.group import main

BOOK = Path(__file__).parent / "book"
PRICE = ("price", "nova-2", "--from", "2026-04-01")


def add(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["add", *arguments])


def test_a_patch_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    folder = shutil.copytree(BOOK, tmp_path / "book")
    result = add("alias", "nova-uno", "nova-1", "--book", str(folder))
    assert result.exit_code == 0
    assert "+alias nova-uno is nova-1" in result.output
    assert (folder / "models.price").read_text() == (BOOK / "models.price").read_text()


def test_files_are_written_when_they_are_asked_for(tmp_path: Path) -> None:
    folder = shutil.copytree(BOOK, tmp_path / "book")
    model = ["model", "nova-3", "--like", "nova-2", "--released", "2026-03-01"]
    result = add(*model, "--price", "input=$3", "--see", "page", "--write", "--book", str(folder))
    assert result.exit_code == 0
    assert "look at it: figures `window` are not known of `nova-3`" in result.output
    price = ["--model", "nova-3", "--at", "2026-03-01", "--input", "1M", "--book", str(folder)]
    assert "$3.00" in CliRunner().invoke(main, ["price", *price]).output
    assert CliRunner().invoke(main, ["test", str(folder)]).exit_code == 0
    assert CliRunner().invoke(main, ["fmt", "--check", str(folder)]).exit_code == 0


def test_a_book_that_would_have_faults_is_left_as_it_is(tmp_path: Path) -> None:
    folder = shutil.copytree(BOOK, tmp_path / "book")
    price = ["price", "nova-2", "--from", "2026-04-01", "--price", "input=0", "--see", "page"]
    result = add(*price, "--write", "--book", str(folder))
    assert result.exit_code == 1
    assert "look at it: book/models.price" in result.output
    assert (folder / "models.price").read_text() == (BOOK / "models.price").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["price", "nova-2", "--from", "2026-04-01", "--price", "input"], "takes METER=AMOUNT"),
        (["price", "nova-2", "--from", "2026-04-01"], "no price is given"),
        (
            ["price", "nova-22", "--from", "2026-04-01", "--price", "input=1"],
            "the book has no model `nova-22` help: did you mean `nova-2`",
        ),
        (
            ["price", "nova-2", "--from", "2026-04-01", "--price", "inptu=1"],
            "the book has no meter `inptu` help: did you mean `input`?",
        ),
        (
            ["price", "nova-2", "--from", "2019-04-01", "--price", "input=1"],
            "no table of prices has a row of `nova-2` with the meter `input` up to 2019-04-01",
        ),
        (
            ["price", "nova-2", "--from", "2026-04-01", "--price", "input=€1"],
            "the prices of the book are in USD, not in EUR",
        ),
        (
            ["price", "nova-2", "--from", "2026-04-01T09:30", "--price", "input=1"],
            "a line begins on a day such as 2026-04-17, not at `2026-04-01T09:30`",
        ),
        (
            [*PRICE, "--price", "input=1", "--price", "input=2"],
            "`--price` gives `input` two prices",
        ),
        ([*PRICE, "--price", "=2"], "takes METER=AMOUNT, not `=2`"),
        (
            [*PRICE, "--price", "input=1", "--see", "pgae"],
            "the book has no source `pgae` help: did you mean `page`?",
        ),
        (
            ["price", "nova-one", "--from", "2026-04-01", "--price", "input=1"],
            "the book has no model `nova-one` help: it is another name of `nova-1`",
        ),
        (["alias", "my name", "nova-1"], "`my name` is no name help: a name has letters"),
        (["alias", "rates", "nova-1"], "`rates` is no name"),
        (["alias", "nova-uno", "nova-1", "--unsure", "a\nb"], "is no text of a book"),
        (["alias", "nova-uno", "nova-1", "--see", "nowhere"], "the book has no source `nowhere`"),
        (
            ["model", "nova 3", "--like", "nova-2", "--released", "2026-03-01"],
            "error[bad_addition]: `nova 3` is no name",
        ),
        (
            ["model", "nova-3", "--like", "nova-2", "--released", "2026-03-01", "--alias", "a b"],
            "error[bad_addition]: `a b` is no name",
        ),
        (
            ["model", "nova-3", "--like", "nova-2", "--released", "2025-03-01"],
            "no table of prices has a row of `nova-2` up to 2025-03-01",
        ),
        (["price", "nova-2", "--from", "soon", "--price", "input=1"], "is not a day"),
        (["alias", "nova-one", "nova-1"], "the book has an alias `nova-one`"),
        (["alias", "nova-x", "nova-9"], "the book has no model `nova-9`"),
    ],
)
def test_what_cannot_be_added_is_wrong_usage(arguments: list[str], message: str) -> None:
    result = add(*arguments, "--book", str(BOOK))
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_a_source_that_is_there_is_said_and_a_patch_without_lines_is_empty() -> None:
    source = ("source", "page", "https://example.com/prices", "--read", "20260101")
    result = CliRunner().invoke(main, ["add", *source, "--book", str(BOOK)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "look at it: the book has this source, read 2026-01-01, as `page`\n"
