"""A request that is on the screen as the text of an example, for the end of the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pricelang.editor.playground.guide import excerpt
from pricelang.evaluate.bill import Bill
from pricelang.model.errors import NotOffered, PriceError, Refused
from pricelang.model.instants import today
from pricelang.present.decimals import money
from pricelang.present.markup import Html, element


def kept(
    model: str,
    at: str | None,
    usage: Mapping[str, str],
    dimensions: Mapping[str, str],
    answer: Bill | PriceError,
) -> Iterator[Html]:
    """What puts a request and its answer into the book; nothing where an example cannot say it."""
    outcome = _outcome(answer)
    try:
        uses = {meter: Fraction(text.replace(",", "")) for meter, text in usage.items()}
    except ValueError:
        return  # a quantity with a unit of its own
    if outcome is None or not uses:
        return
    from pricelang.apps.additions.examples import example_text

    title = ", ".join([model, *dimensions.values()])
    text = example_text(title, model, at or today(), dimensions, uses, outcome)
    yield element("h3", "As an example of what must come out")
    yield excerpt(text, "Put it at the end")


def _outcome(answer: Bill | PriceError) -> str | None:
    match answer:
        case Refused():
            return f"refused by {answer.rule}" if answer.rule else "refused"
        case NotOffered():
            return "not offered"
        case PriceError():
            return None
    if answer.bounds is not None:
        return None
    return f"costs {money(answer.exact_total, answer.currency)}"
