"""`pricelang figures`: the figures of a day as tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

import pricelang

from .helpers import objects, run

DAYS = (("2026-03-12", "200,000"), ("2026-03-13", "1,000,000"))


@pytest.mark.parametrize(("at", "window"), DAYS)
def test_a_row_holds_from_its_day(at: str, window: str) -> None:
    done = run("figures", "context_window", "--at", at, "--model", "claude-opus-4-6")
    assert done.exit_code == 0
    title, heads, _, row = done.stdout.rstrip("\n").split("\n")
    assert (title, heads.split()) == (
        "context_window in tokens",
        ["model", "from", "standard", "long"],
    )
    assert row.split()[2:] == [window, "1,000,000"]


def test_every_figure_of_the_day_is_in_some_table() -> None:
    book = pricelang.load()
    found = {
        (table["table"], row[table["key"]], column, figure)
        for table in objects(run("figures", "--json", "--at", "2026-11-28").stdout)
        for row in table["rows"]
        for column, figure in row["figures"].items()
        if figure is not None
    }
    latest: dict[tuple[str, str, str], str] = {}
    for figure in sorted(book.checked.figures, key=lambda figure: figure.start):
        latest[figure.table, figure.row, figure.column] = (
            f"{Decimal(figure.value.numerator) / figure.value.denominator:f}"
        )
    # `long` ended on 2026-04-30 for the models of 2025 whose window was widened for a time.
    ended = {
        ("context_window", model, "long")
        for model in ("claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929")
    }
    assert found == {(*key, value) for key, value in latest.items() if key not in ended}


def test_markdown_doubts_and_places() -> None:
    markdown = run("figures", "image_pixels_per_token", "--at", "2026-11-28", "--markdown").stdout
    assert markdown.startswith(
        "## image_pixels_per_token in tokens\n\n| rule | from | pixels | unsure |\n"
    )
    (table,) = objects(
        run(
            "figures", "max_output", "--json", "--at", "2026-11-28", "--model", "claude-opus-4-5"
        ).stdout
    )
    (row,) = table["rows"]
    assert row["figures"] == {"at_most": "64000", "extended": None, "batch": None}
    assert (row["model"], row["source"], row["location"].split(":")[0]) == (
        "claude-opus-4-5-20251101",
        "catalogue",
        "anthropic/figures.price",
    )


def test_a_day_without_figures_says_so() -> None:
    done = run("figures", "--at", "1999-01-01")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no figures hold on that day" in done.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("windows",), "the book has no figures `windows`"),
        (("max_outputt",), "max_output"),
        (("--model", "nothing"), "unknown model `nothing`"),
    ],
)
def test_what_the_book_has_not(args: tuple[str, ...], words: str) -> None:
    done = run("figures", *args)
    assert done.exit_code == 2
    assert words in done.stderr
