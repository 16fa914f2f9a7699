"""Examples for what is new: what a million of each meter costs in the second before a day and on
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from pricelang.apps.additions.edited_book import EditedBook, TextEdit
from pricelang.apps.additions.table_rows import quoted_text
from pricelang.compile.book import Checked
from pricelang.evaluate.examples import run_checked
from pricelang.evaluate.rate_card import RateCard
from pricelang.model import book as m
from pricelang.model.errors import NotOffered, PriceError
from pricelang.model.instants import seconds_of, with_time
from pricelang.present.decimals import grouped, money
from pricelang.syntax import tree as t

MANY = 1_000_000


def example_lines(book: EditedBook, model: str, day: str) -> list[TextEdit]:
    """An example on each side of a day. Raises `BookError` where the book has faults."""
    card = RateCard(book.compiled())
    meters = _meters(card, model, day)
    moments = (with_time(seconds_of(day) - 1), day) if meters else ()
    known = {example.title for example in card.book.examples}
    new = [at for at in moments if _title(model, at) not in known]
    blocks = [_example(card, model, at, meters) for at in new]
    text = "".join(f"\n\n{block}" for block in blocks if block)
    return [TextEdit.below(_place(book, model).span, text.removeprefix("\n"))] if text else []


def plain_example(book: m.Book, day: str) -> str:
    """The text of an example for a day: what a million of the first two meters of tokens costs of
    the newest model that has a price then. Empty where none has.
    """
    card = RateCard(book)
    newest = sorted(book.models, key=lambda model: model.released, reverse=True)
    priced = ((model.name, _meters(card, model.name, day)) for model in newest)
    found = next(((model, meters) for model, meters in priced if meters), None)
    return _example(card, found[0], day, found[1][:2]) if found else ""


def fallen_examples(book: EditedBook) -> list[str]:
    """The examples that held before the book was edited and hold no more, in words. Raises
    `BookError` where the book has faults.
    """
    compiled = book.compiled()
    failed = [each for each in run_checked(compiled, compiled.examples) if not each.passed]
    held = _held(book.as_it_was()) if failed else frozenset()
    return [
        f'the example "{each.example.title}" does not hold any more: {each.expected}, and it now '
        f"{each.got}"
        for each in failed
        if each.example.title in held
    ]


def _held(checked: Checked) -> frozenset[str]:
    if checked.book is None:
        return frozenset()
    results = run_checked(checked.book, checked.book.examples)
    return frozenset(each.example.title for each in results if each.passed)


def _title(model: str, at: str) -> str:
    return f"{model} at {at}"


def _meters(card: RateCard, model: str, day: str) -> list[str]:
    """The meters of tokens that a plain request of the model has a price for."""
    known = card.priced(model, day, {})
    return [
        meter.name for meter in card.book.meters if meter.name in known and meter.kind == "token"
    ]


def _example(card: RateCard, model: str, at: str, meters: list[str]) -> str:
    uses = meters
    try:
        total = card.request(model, at, dict.fromkeys(meters, MANY), {}).total
        outcome = f"costs {money(total, card.book.currency)}"
    except NotOffered:
        uses, outcome = meters[:1], "not offered"
    except PriceError:
        return ""
    return example_text(_title(model, at), model, at, {}, dict.fromkeys(uses, MANY), outcome)


def example_text(
    title: str,
    model: str,
    at: str,
    facts: Mapping[str, str],
    uses: Mapping[str, Fraction | int],
    outcome: str,
) -> str:
    """The text of an example: a request with its facts and quantities, and what it comes to.

    >>> print(
    ...     example_text("one", "alpha", "2026-01-01", {"tier": "batch"}, {"input": 1}, "costs $1")
    ... )
    example "one"
      given alpha at 2026-01-01, tier batch
      uses 1 input
      costs $1
    """
    given = "".join(f", {name} {value}" for name, value in facts.items())
    used = ", ".join(f"{grouped(quantity)} {meter}" for meter, quantity in uses.items())
    lines = [f"given {model} at {at}{given}", f"uses {used}", outcome]
    return "\n  ".join([f"example {quoted_text(title)}", *lines])


def _place(book: EditedBook, model: str) -> t.Statement:
    """The last plain example of the model's family in the file that has most of them, else the last
    example, else the last statement.
    """
    statements = list(book.statements())
    examples = [each for each in statements if isinstance(each, t.Example)]
    family = model.rstrip("0123456789.-")
    of_family = [
        each
        for each in examples
        for line in each.lines
        if isinstance(line, t.Given) and line.model.text.startswith(family) and not line.facts
    ]
    files = Counter(each.span.file for each in of_family).most_common(1)
    here = [each for each in of_family if files and each.span.file == files[0][0]]
    return (here or examples or statements)[-1]
