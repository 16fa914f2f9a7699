"""How the modifiers of a book meet, and where each applies, in every form."""

from __future__ import annotations

from typing import Any

from pricelang.apps.audit_report.multiplier_words import made_by, number_of, steps_data, times
from pricelang.apps.audit_report.requests import (
    REQUEST,
    Blocks,
    code_of,
    models_text,
    record_of,
    with_requests,
)
from pricelang.apps.audit_report.time import period_words
from pricelang.model.instants import for_programs
from pricelang.present.json_data import fields_of
from pricelang.present.markdown import Markdown, code, line, quoted
from pricelang.present.markdown import table_lines as markdown_lines
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.verify.audit import Audit
from pricelang.verify.stacking import Applicability
from pricelang.verify.together import Together, TogetherSets

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
MORE_SETS = "undecided: there are more sets of modifiers than are looked at"
FEW_SETS = 40
"""So many sets of modifiers are shown, unless all are asked for."""


def stacking_text(audit: Audit, every: bool) -> Blocks:
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
        with_requests(("pair", "they", "by"), rows),
        "",
        *([*shown, ""] if shown else []),
        *_together_text(audit, every),
        *reached,
    ]


def _together_text(audit: Audit, every: bool) -> list[str | Table]:
    """A row for each set of three and more that can have effect at once, and what never does."""
    found = audit.together
    sets = found.sets if every else found.sets[:FEW_SETS]
    rows = tuple((*_together(x, audit), str(x.witness or "")) for x in sets)
    table: list[str | Table] = []
    if rows:
        table.append(with_requests(("at once", "makes"), rows))
    hidden = len(found.sets) - len(sets)
    more = [f"and {hidden:,} more (`--verbose` names them)"] if hidden else []
    said = [*table, *more, *never_together(audit.together)]
    return [*said, ""] if said else []


def _together(found: Together, audit: Audit) -> tuple[str, str]:
    """A set, and what the whole stack makes of the price of a meter there."""
    makes = ""
    if found.meter:
        by = made_by(found.steps, audit.book.currency)
        makes = f"{times(found.multiplier)} on {found.meter}: {by}"
    return ", ".join(found.modifiers), makes


def never_together(found: TogetherSets) -> list[str]:
    """The sets that never have effect at once, though each smaller one can."""
    lines = [
        f"{', '.join(x.modifiers)}: never all at once, "
        f"though any {len(x.modifiers) - 1} of them can"
        for x in found.apart
    ]
    return [*lines, *([MORE_SETS] if found.more else [])]


def _reach(reach: Applicability, models: int, every: bool) -> str:
    parts = [models_text(reach.models, models, every), _periods(reach), *_values(reach)]
    return f"{reach.name}: {'; '.join(parts)}"


def _periods(reach: Applicability) -> str:
    """The days on which a modifier can apply."""
    return ", ".join(period_words(*period) for period in reach.periods) or "never"


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
    met = Table(("pair", "they", "by", "because", REQUEST), pairs)
    acts = Table(("modifier", "models", "days", "values"), applies)
    return [*markdown_lines(met), "", *_together_markdown(audit), *markdown_lines(acts)]


def _together_markdown(audit: Audit) -> list[str]:
    """A table of sets, and an item for each that never is."""
    rows = tuple((*_together(x, audit), code_of(x.witness)) for x in audit.together.sets)
    table = markdown_lines(Table(("at once", "makes", REQUEST), rows)) if rows else []
    never = [f"- {line(sentence)}" for sentence in never_together(audit.together)]
    return [*table, *([""] if table else []), *never, *([""] if never else [])]


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
            **fields_of(reach, "name", "models"),
            "periods": [[_instant(end) for end in period] for period in reach.periods],
            "values": {name: list(held) for name, held in reach.values},
            "any": list(reach.any),
        }
        for reach in audit.reach
    ]
    return {"stacking": pairs, "together": _together_data(audit), "reach": applies}


def _instant(seconds: int | None) -> str | None:
    return None if seconds is None else for_programs(seconds)


def _together_data(audit: Audit) -> dict[str, Any]:
    """The sets of three and more; of `more` not all were looked at."""
    return {
        "sets": [
            {
                **fields_of(x, "modifiers", "meter"),
                "multiplier": number_of(x.multiplier),
                "made_by": steps_data(x.steps),
                "request": record_of(x.witness),
            }
            for x in audit.together.sets
        ],
        "apart": [list(x.modifiers) for x in audit.together.apart],
        "more": audit.together.more,
    }
