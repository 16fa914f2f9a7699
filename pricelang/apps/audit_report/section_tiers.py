"""What each step of tiers by usage does to what an account owes, in every form."""

from __future__ import annotations

from typing import Any, assert_never

from pricelang.apps.audit_report.multiplier_words import number_of, times
from pricelang.apps.audit_report.requests import Blocks, answers_markdown, answers_text, record_of
from pricelang.model import book as m
from pricelang.model.ladder_words import counted_words
from pricelang.verify.audit import Audit
from pricelang.verify.dead_zones import TierStep
from pricelang.verify.witness import Witness


def has_tiers(book: m.Book) -> bool:
    """Decides whether a book has tiers by usage."""
    return any(dimension.ladder is not None for dimension in book.dimensions)


def tiers_text(audit: Audit, every: bool) -> Blocks:
    """A sentence for each step, with a request whose price it changes."""
    return answers_text(tier_answers(audit))


def tiers_markdown(audit: Audit) -> list[str]:
    """The same as items."""
    return answers_markdown(tier_answers(audit))


def tier_answers(audit: Audit) -> list[tuple[str, Witness | None]]:
    """The sentences, each with its request."""
    found = [(_sentence(audit.book, step), step.witness) for step in audit.tier_steps]
    return found or [("no price steps with what an account has used or spent", None)]


def _sentence(book: m.Book, step: TierStep) -> str:
    dimension = book.dimensions[step.ladder]
    assert dimension.ladder is not None
    start = counted_words(book, dimension.ladder, step.start)
    name = f"{dimension.name} {dimension.values[step.tier].name}, after {start}"
    match step.way:
        case "graduated":
            return f"{name}: each unit has the tier of its place, so more usage never costs less"
        case "never falls":
            return f"{name}, all units: nothing costs less than before, so more usage never does"
        case "undecided":
            return f"undecided: {name}, all units: more than factors turn on it"
        case "falls":
            low = counted_words(book, dimension.ladder, step.low, step.start)
            meters = ", ".join(book.meters[meter].name for meter in step.meters)
            least = "" if step.exact else "at least "
            return (
                f"{name}, all units: {least}{times(step.factor)} on {meters}, so what lies between "
                f"{low} and {start} costs more than {start}"
            )
        case _:
            assert_never(step.way)


def tiers_data(audit: Audit) -> dict[str, Any]:
    """The same for JSON; what is counted is in the unit of the meters, or in the currency."""
    return {"tiers": [_data(audit.book, step) for step in audit.tier_steps]}


def _data(book: m.Book, step: TierStep) -> dict[str, Any]:
    dimension = book.dimensions[step.ladder]
    falls = step.way == "falls"
    return {
        "ladder": dimension.name,
        "tier": dimension.values[step.tier].name,
        "cost": step.way,
        "after": number_of(step.start),
        "dead_from": number_of(step.low) if falls else None,
        "multiplier": number_of(step.factor) if falls else None,
        "meters": [book.meters[meter].name for meter in step.meters],
        "exact": step.exact,
        "request": record_of(step.witness),
    }
