"""The requests that show an answer of an audit, and sentences that each have one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pricelang.present.markdown import code, line
from pricelang.verify.witness import Witness

Answers = Iterable[tuple[str, Witness | None]]
"""Sentences, each with a request that shows it, where one does."""


def code_of(request: Witness | None) -> str:
    """A request as code in Markdown."""
    return code(str(request)) if request is not None else ""


def record_of(request: Witness | None) -> dict[str, Any] | None:
    """A request as a record."""
    return request.record() if request is not None else None


def answers_text(answers: Answers) -> list[str]:
    """A line for each sentence, and one for its request."""
    lines = []
    for sentence, request in answers:
        lines += [sentence, *([f"  {request}"] if request is not None else [])]
    return lines


def answers_markdown(answers: Answers) -> list[str]:
    """An item for each sentence."""
    return [
        f"- {line(sentence)}" + (f": {code_of(request)}" if request is not None else "")
        for sentence, request in answers
    ]
