"""What a contract charges against the book below it, in every form."""

from __future__ import annotations

from typing import Any, assert_never

from pricelang.apps.audit_report.requests import Blocks, answers_markdown, answers_text, record_of
from pricelang.verify.against.standing import Against, Question
from pricelang.verify.audit import Audit
from pricelang.verify.witness import Witness

QUESTIONS: dict[Question, str] = {
    "dearer": "charges more than",
    "cheaper": "charges less than",
    "loosened": "prices what is refused by",
    "tightened": "refuses what is priced by",
}


def answers(found: Against | None) -> list[tuple[str, Witness | None]]:
    """The four answers on a contract as sentences, each with a request that shows it."""
    if found is None:
        return [("the book extends no other", None)]
    answered: list[tuple[str, Witness | None]] = []
    for name, words in QUESTIONS.items():
        breach, below = getattr(found, name), f"`{found.below}`"
        if name in found.undecided:
            why = found.undecided[name]
            answered.append((f"undecided: whether it {words} {below}: {why}", None))
        elif breach is None:
            answered.append((f"never {words} {below}", None))
        else:
            why = f": {breach[1]}" if breach[1] else ""
            answered.append((f"{words} {below}{why}", breach[0]))
    return answered


def contract_text(audit: Audit, every: bool) -> Blocks:
    """A line for each question, and one for its request."""
    return answers_text(answers(audit.against_below))


def contract_markdown(audit: Audit) -> list[str]:
    """The same as items."""
    return answers_markdown(answers(audit.against_below))


def contract_data(audit: Audit) -> dict[str, Any]:
    """The same for JSON."""
    found = audit.against_below
    return {"contract": None if found is None else {"below": found.below, **against_data(found)}}


def verdict_words(found: Against) -> str:
    """What one book charges beside another, in a sentence."""
    other = f"`{found.below}`"
    match found.verdict:
        case "same":
            return f"charges the same as {other}, for every request and month"
        case "never more":
            return f"never charges more than {other}, and less at times"
        case "never less":
            return f"never charges less than {other}, and more at times"
        case "more and less":
            return f"charges more than {other} at times, and less at times"
        case "undecided":
            return f"undecided: what it charges beside {other}"
        case "nothing in common":
            return f"prices no request that {other} prices"
        case _:
            assert_never(found.verdict)


def against_data(found: Against) -> dict[str, Any]:
    """The verdict and the four answers for JSON."""
    answered: dict[str, Any] = {"verdict": found.verdict}
    for name in QUESTIONS:
        breach = getattr(found, name)
        if name in found.undecided:
            answered[name] = {"undecided": True, "request": None, "why": found.undecided[name]}
        elif breach is None:
            answered[name] = None
        else:
            request, why = record_of(breach[0]), breach[1] or None
            answered[name] = {"undecided": False, "request": request, "why": why}
    return answered
