"""A table as HTML: texts are texts, doubts are numbered, and rows have anchors."""

from __future__ import annotations

from pricelang.present.html_tables import MarkupCell, html_table
from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table


def link(cell: NotedCell) -> Html:
    """Shows the text of a cell alone."""
    return join(cell)


def test_the_first_column_heads_the_rows_and_numbers_stand_right() -> None:
    table = Table(("", "price"), (("<b>", "$1"),), frozenset({1}), title="Prices", note="per day")
    text = html_table(table, link)
    assert '<td></td><th scope="col" class="n">price</th>' in text
    assert '<th scope="row" class="short">&lt;b&gt;</th><td class="n">$1</td>' in text
    assert text.startswith("<h3 id=")
    assert '<p class="note">per day</p>' in text


def test_a_doubt_is_told_once_below_the_table() -> None:
    doubtful = NotedCell("$1", doubt="only announced")
    text = html_table(Table(("model", "price"), (("a", doubtful), ("b", doubtful))), link)
    assert text.count("<sup>1</sup>") == 2
    assert text.count("unsure: only announced") == 1


def test_markup_stays_and_has_its_class_and_a_row_its_anchor() -> None:
    cell = MarkupCell(element("a", "rule", href="#r"), "meet order")
    text = html_table(Table(("pair", "rule"), (("a", cell),)), link, kind="matrix", ids=["pair-a"])
    assert '<td class="meet order"><a href="#r">rule</a></td>' in text
    assert '<tr id="pair-a">' in text
    assert '<table class="matrix"' in text
    assert MarkupCell("a < b") == "a &lt; b"


def test_a_folded_table_opens_on_demand() -> None:
    text = html_table(Table(("a",), (("b",),), title="Much", folded=True), link)
    assert text.startswith("<details><summary>Much (1)</summary>")
