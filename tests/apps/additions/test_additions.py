"""A small book that gets a model, a price, another name and a source."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import pytest

from pricelang.api import load
from pricelang.apps.additions.added import add_alias, add_model, add_price, add_source
from pricelang.apps.additions.edited_book import AdditionFault, EditedBook
from pricelang.apps.additions.model_lines import NewModel
from pricelang.apps.additions.price_lines import NewPrices
from pricelang.apps.price_book import PriceBook
from pricelang.evaluate.examples import run_examples
from pricelang.evaluate.rate_card import RateCard
from tests.apps.additions import added

BOOK = Path(__file__).parent / "book"


@pytest.fixture
def book() -> EditedBook:
    return EditedBook.of(str(BOOK))


def holds(book: EditedBook) -> None:
    """The book has no faults, and all of its examples hold."""
    checked = book.checked()
    assert checked.book is not None
    assert not [fault for fault in checked.faults if fault.severity == "error"]
    assert all(result.passed for result in run_examples(PriceBook(checked.book)))


def test_a_model_stands_wherever_its_like_stands(book: EditedBook) -> None:
    new = NewModel(NewPrices("nova-3", "2026-03-01", {"input": Fraction(3)}), "nova-2")
    add_model(book, new, ["nova-three"])
    holds(book)
    assert added(book) == [
        "fast for nova-2, nova-3 from 2026-02-01",
        "| nova-3 | 2026-03-01 | | |",
        "alias nova-three is nova-3",
        "group quick is nova-2, nova-3",
        "| nova-3 | 2026-03-01 | $3 | derived | $8 |",
        "| nova-3 | 2026-03-01 | not offered |",
        '| nova-3 | 2026-03-01 | 1,000 | "taken from nova-2" |',
        'example "nova-3 at 2026-02-28 23:59:59"',
        "given nova-3 at 2026-02-28 23:59:59",
        "uses 1,000,000 input",
        "not offered",
        'example "nova-3 at 2026-03-01"',
        "given nova-3 at 2026-03-01",
        "uses 1,000,000 input, 1,000,000 output, 1,000,000 cache_read",
        "costs $11.30",
    ]
    # what a program cannot decide is said: the source, the invitation, and the window
    assert [text.split(" of ")[0].split(" is ")[0] for text in book.remarks] == [
        "no source",
        'the note "by invitation"',
        "figures `window` are not known",
    ]
    # the comment of the list stays where it was
    texts = " ".join("".join(book.texts.values()).split())
    assert "x 2 on tokens for quick # whoever is quick" in texts


def test_a_model_without_a_price_has_a_doubt(book: EditedBook) -> None:
    add_model(book, NewModel(NewPrices("nova-3", "2026-03-01"), "nova-2"))
    holds(book)
    doubt = 'rates per MTok unsure "no price was named; these are those of nova-2" see page'
    assert doubt in added(book)


@pytest.mark.parametrize(
    ("see", "unsure", "line"),
    [
        ("", "", "| nova-2 | 2026-04-01 | $1.50 | derived | $8 |"),
        ("page", "", "| nova-2 | 2026-04-01 | $1.50 | derived | $8 |"),
        ("", "a | rumour", 'rates per MTok unsure "a | rumour" see page'),
    ],
)
def test_a_price_is_a_row_or_a_table_with_its_doubt(
    book: EditedBook, see: str, unsure: str, line: str
) -> None:
    add_price(book, NewPrices("nova-2", "2026-04-01", {"input": Fraction("1.5")}, see, unsure))
    holds(book)
    assert line in added(book)
    card = RateCard(book.compiled())
    usage = {"input": 1_000_000, "output": 1_000_000, "cache_read": 1_000_000}
    assert card.request("nova-2", "2026-03-31", usage, {}).total == Fraction("10.2")
    assert card.request("nova-2", "2026-04-01", usage, {}).total == Fraction("9.65")
    # both sides of the day are examples
    assert [text for text in added(book) if text.startswith("costs")] == [
        "costs $10.20",
        "costs $9.65",
    ]


@pytest.mark.parametrize("doubt", ["", "a rumour"])
def test_prices_of_one_day_are_one_row_in_any_order(book: EditedBook, doubt: str) -> None:
    """Two days and two meters, one after the other: each order gives the same prices."""
    steps = [
        NewPrices("nova-1", day, {meter: Fraction(amount)}, "page", doubt)
        for day, meter, amount in (
            ("2026-05-01", "input", "1.5"),
            ("2026-06-01", "output", "5"),
            ("2026-06-01", "input", "2"),
        )
    ]
    for order in itertools.permutations(steps):
        edited = EditedBook.of(str(BOOK))
        for step in order:
            add_price(edited, step)
        compiled = edited.compiled()
        if not doubt:
            assert "| nova-1 | 2026-06-01 | $2 | derived | $5 |" in added(edited)
        card = RateCard(compiled)
        usage = {"input": 1_000_000, "output": 1_000_000, "cache_read": 1_000_000}
        totals = [
            card.request("nova-1", day, usage, {}).total for day in ("2026-04-30", "2026-06-01")
        ]
        assert totals == [Fraction("5.1"), Fraction("7.2")]


def test_a_model_like_one_whose_prices_stand_in_two_tables(book: EditedBook) -> None:
    add_price(book, NewPrices("nova-2", "2026-04-01", {"input": Fraction(3)}, "page", "a rumour"))
    add_model(book, NewModel(NewPrices("nova-3", "2026-05-01", {}, "page"), "nova-2"))
    holds(book)
    usage = {"input": 1_000_000, "output": 1_000_000, "cache_read": 1_000_000}
    cost = RateCard(book.compiled()).request("nova-3", "2026-05-01", usage, {})
    assert cost.total == Fraction("11.3")


def test_a_price_of_a_day_that_has_one_takes_its_place(book: EditedBook) -> None:
    add_price(book, NewPrices("nova-2", "2026-02-01", {"input": Fraction(3)}, "page"))
    assert "| nova-2 | 2026-02-01 | $3 | derived | $8 |" in added(book)
    # the book has an example of that day
    assert book.remarks == [
        'the example "nova-2, fast" does not hold any more: costs $4, and it now costs $6'
    ]


def test_a_later_row_that_stays_is_remarked(book: EditedBook) -> None:
    add_price(book, NewPrices("nova-1", "2026-06-01", {"output": Fraction(5)}, "page"))
    assert not book.remarks
    add_price(book, NewPrices("nova-1", "2026-05-01", {"input": Fraction("1.5")}, "page"))
    assert book.remarks[0] == (
        "`input` of `nova-1` has a price from 2026-06-01 on too, which stays (book/models.price:14)"
    )


def test_a_price_that_is_derived_otherwise_says_so(book: EditedBook) -> None:
    add_price(book, NewPrices("nova-2", "2026-04-01", {"cache_read": Fraction("0.5")}, "page"))
    holds(book)
    assert "| nova-2 | 2026-04-01 | $2 | $0.50 instead of $0.20 | $8 |" in added(book)
    again = EditedBook.of(str(BOOK))
    both = {"input": Fraction(3), "cache_read": Fraction("0.3")}
    add_price(again, NewPrices("nova-2", "2026-04-01", both, "page"))
    holds(again)
    assert "| nova-2 | 2026-04-01 | $3 | $0.30 | $8 |" in added(again)


def test_a_price_that_is_there_already_is_remarked(book: EditedBook) -> None:
    add_price(book, NewPrices("nova-2", "2026-04-01", {"input": Fraction(2)}))
    place = "book/models.price:14"
    assert book.remarks == [
        "`input` of `nova-2` is $2 already",
        f"no source is named for the new row of `nova-2`: it says `page`, as that at {place} does",
    ]


def test_an_amount_is_written_for_the_unit_of_its_table(tmp_path: Path) -> None:
    """A list says what a million costs, and the row stands in a table of thousands."""
    path = tmp_path / "mixed.price"
    path.write_text(
        'book mixed in USD\nsource page "https://example.com" read 2026-01-01\n'
        "unit MTok is 1,000,000 tokens\nunit KTok is 1,000 tokens\nmeter input in tokens\n"
        "models see page\n  | model | released |\n"
        "  | a-1 | 2026-01-01 |\n  | a-2 | 2026-01-01 |\n  | b-1 | 2026-01-01 |\n"
        "rates per MTok see page\n  | model | from | input |\n"
        "  | a-1 | 2026-01-01 | $1 |\n  | a-2 | 2026-01-01 | $2 |\n"
        "rates per KTok see page\n  | model | from | input |\n  | b-1 | 2026-01-01 | $0.005 |\n",
        encoding="utf-8",
    )
    book = EditedBook.of(str(path))
    sizes = {"input": Fraction(1_000_000)}
    add_price(book, NewPrices("b-1", "2026-02-01", {"input": Fraction(6)}, "page", sizes=sizes))
    assert "| b-1 | 2026-02-01 | $0.006 |" in added(book)
    assert RateCard(book.compiled()).request("b-1", "2026-02-01", {"input": 10**6}, {}).total == 6


def test_a_name_is_moved_to_another_model(book: EditedBook) -> None:
    add_alias(book, "nova-one", "nova-2", "2026-05-01", "it moves", "")
    holds(book)
    assert added(book) == [
        "alias nova-one is nova-1 before 2026-05-01",
        'alias nova-one is nova-2 from 2026-05-01 unsure "it moves"',
    ]
    add_alias(book, "nova-one", "nova-1", "2026-06-01", "", "page")
    holds(book)
    assert "alias nova-one is nova-1 from 2026-06-01 see page" in added(book)


def test_another_name_stands_below_those_of_its_model(book: EditedBook) -> None:
    add_alias(book, "nova-uno", "nova-1", "2026-02-01", "it was seen once", "page")
    holds(book)
    text = 'alias nova-uno is nova-1 from 2026-02-01 unsure "it was seen once" see page'
    assert added(book) == [text]


def test_a_source_that_is_known_is_taken_and_another_day_is_another_name(book: EditedBook) -> None:
    assert add_source(book, "prices", "https://example.com/prices", "2026-01-01") == "page"
    assert not added(book)
    found = add_source(book, "page", "https://example.com/prices", "2026-03-01")
    assert found == "page_2026_03_01"
    holds(book)


@pytest.mark.parametrize(
    ("name", "like", "message"),
    [
        ("nova-2", "nova-1", "the book has a model `nova-2`"),
        ("nova-3", "nova-9", "no model `nova-9`"),
    ],
)
def test_what_cannot_be_added_is_said(book: EditedBook, name: str, like: str, message: str) -> None:
    with pytest.raises(AdditionFault) as caught:
        add_model(book, NewModel(NewPrices(name, "2026-03-01"), like))
    assert message in str(caught.value)
    assert not added(book)


def test_a_meter_without_a_table_and_a_price_without_an_amount(book: EditedBook) -> None:
    for amounts in ({}, {"images": Fraction(1)}):
        with pytest.raises(AdditionFault):
            add_price(book, NewPrices("nova-2", "2026-04-01", amounts))


def test_the_book_of_claude_prices_takes_a_model() -> None:
    book = EditedBook.of("anthropic")
    amounts = {"input": Fraction(6), "output": Fraction(30)}
    prices = NewPrices("claude-fable-5-3", "2027-01-10", amounts, "catalogue")
    add_model(book, NewModel(prices, "claude-fable-5-2"))
    holds(book)
    cost = RateCard(book.compiled()).request(
        "claude-fable-5-3", "2027-01-10", {"cache_read": 1_000_000}, {"speed": "fast"}
    )
    assert cost.total == Fraction("0.3")  # 6 x 0.025 x 2: its lists came with it
    with pytest.raises(Exception, match="unknown model"):
        load().total(model="claude-fable-5-3", at="2027-01-10", usage={"input": 1})
