"""The requests that show an answer of an audit, sentences that each have one, and model names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve

from pricelang.present.markdown import code, line
from pricelang.present.table import Table
from pricelang.verify.witness import Witness

Answers = Iterable[tuple[str, Witness | None]]
"""Sentences, each with a request that shows it, where one does."""
Blocks = Sequence[str | Table]
"""Lines of text, and the tables among them."""
REQUEST = "such a request"
"""The header of a column of requests."""
FEW = 6
"""So many models are named on a line; of more the first, unless all are asked for."""


def code_of(request: Witness | None) -> str:
    """A request as code in Markdown."""
    return code(str(request)) if request is not None else ""


def record_of(request: Witness | None) -> dict[str, Any] | None:
    """A request as a record."""
    return request.record() if request is not None else None


def with_requests(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """A table whose last column holds requests, which a narrow terminal has no room for."""
    wide = Table((*headers, REQUEST), tuple(rows))
    return evolve(wide, narrower=(lambda: wide.only(range(len(headers)), ""),))


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


def models_text(models: Sequence[str], all_of: int, every: bool) -> str:
    """Models by name: the first of many, and how many more, unless every one is asked for."""
    if not models:
        return "no model"
    if every or len(models) <= FEW:
        return ", ".join(models)
    if len(models) == all_of:
        return f"every model, from {models[0]} to {models[-1]}"
    return (
        f"{', '.join(models[: FEW - 1])} and {len(models) - FEW + 1:,} more (`--verbose` names "
        "them)"
    )
