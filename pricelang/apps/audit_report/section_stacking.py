"""How the modifiers of a book meet, and where each applies, in every form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pricelang.apps.audit_report.requests import code_of, record_of
from pricelang.present.json_data import fields_of
from pricelang.present.markdown import Markdown, code, quoted
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.present.text_tables import table_lines
from pricelang.verify.audit import Audit
from pricelang.verify.stacking import Applicability

MEETINGS = {
    "multiply": "multiply",
    "order": "order matters",
    "exclude": "excluded",
    "no_effect": "no effect",
    "refuse": "refused",
    "never": "never meet",
    "undecided": "undecided",
}
"""How two modifiers meet, in words."""
FEW = 6
"""So many models are named on a line; of more the first, unless all are asked for."""


def stacking_text(audit: Audit, every: bool) -> list[str]:
    """A row for each pair, what there is to say of some, and where each modifier applies."""
    rows = tuple(
        (
            f"{x.left}, {x.right}",
            MEETINGS[x.kind],
            f"{x.rule}, {x.location}" if x.location else "",
            str(x.witness or ""),
        )
        for x in audit.stacking
    )
    shown = [
        f"{meeting.left}, {meeting.right}: {printable(meeting.why)}"
        for meeting in audit.stacking
        if meeting.kind in ("order", "undecided")
    ]
    reached = [_reach(reach, len(audit.book.models), every) for reach in audit.reach]
    return [
        *table_lines(Table(("pair", "they", "by", "such a request"), rows)),
        "",
        *([*shown, ""] if shown else []),
        *reached,
    ]


def _reach(reach: Applicability, models: int, every: bool) -> str:
    parts = [_models(reach.models, models, every), _periods(reach), *_values(reach)]
    return f"{reach.name}: {'; '.join(parts)}"


def _models(models: Sequence[str], all_of: int, every: bool) -> str:
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


def _periods(reach: Applicability) -> str:
    """The days on which a modifier can apply."""
    periods = (f"from {start}" + (f" before {end}" if end else "") for start, end in reach.periods)
    return ", ".join(periods) or "never"


def _values(reach: Applicability) -> list[str]:
    """The values of dimensions that a request must have, and those that it may have any of."""
    values = [f"{name} {' or '.join(held)}" for name, held in reach.values]
    return [*values, f"any {', '.join(reach.any)}"] if reach.any else values


def stacking_markdown(audit: Audit) -> list[str]:
    """A table of pairs, and one of modifiers."""
    pairs = tuple(
        (
            Markdown(f"{code(x.left)}, {code(x.right)}"),
            MEETINGS[x.kind],
            Markdown(f"{code(x.rule)}, {quoted(x.location)}") if x.location else "",
            x.why,
            code_of(x.witness),
        )
        for x in audit.stacking
    )
    applies = tuple(
        (
            code(reach.name),
            ", ".join(reach.models) or "none",
            _periods(reach),
            "; ".join(_values(reach)),
        )
        for reach in audit.reach
    )
    met = Table(("pair", "they", "by", "because", "such a request"), pairs)
    acts = Table(("modifier", "models", "days", "values"), applies)
    return [*markdown_lines(met), "", *markdown_lines(acts)]


def stacking_data(audit: Audit) -> dict[str, Any]:
    """The pairs and the modifiers for JSON."""
    pairs = [
        {
            **fields_of(x, "left", "right", "kind"),
            "rule": x.rule or None,
            "location": x.location or None,
            "request": record_of(x.witness),
            "why": x.why or None,
        }
        for x in audit.stacking
    ]
    applies = [
        {
            **fields_of(reach, "name", "models", "periods"),
            "values": {name: list(held) for name, held in reach.values},
            "any": list(reach.any),
        }
        for reach in audit.reach
    ]
    return {"stacking": pairs, "reach": applies}
