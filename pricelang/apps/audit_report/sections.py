"""The answers of an audit by section, as lines of text, as Markdown, and as data:
any of them side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from pricelang.present.decimals import money, plain
from pricelang.present.markdown import Markdown, code, line, quoted, table_lines
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.verify.against.verdict import Against, Question
from pricelang.verify.audit import Audit
from pricelang.verify.claims import Verdict
from pricelang.verify.order import Order
from pricelang.verify.stacking import Applicability
from pricelang.verify.witness import Witness

KINDS = {
    "multiply": "multiply",
    "order": "order matters",
    "exclude": "exclude",
    "no_effect": "no effect",
    "refuse": "refused",
    "never": "never in one scope",
    "undecided": "undecided",
}
FEW = 6
"""So many models are named on a line; of more the first, unless all are asked for."""


@frozen
class Section:
    """One question: its title, and its answer in each form.
    `text` names everything where it is told to.
    """

    title: str
    text: Callable[[Audit, bool], list[str]]
    markdown: Callable[[Audit], list[str]]
    data: Callable[[Audit], dict[str, Any]]


def as_text(audit: Audit, names: Sequence[str], every: bool = False) -> list[str]:
    """Sections one below the other; each with its title where there are several."""
    lines: list[str] = []
    for name in names:
        section = SECTIONS[name]
        lines += [
            *([""] if lines else []),
            *([section.title, "=" * len(section.title)] if len(names) > 1 else []),
        ]
        lines += section.text(audit, every)
    return lines


def as_markdown(audit: Audit, names: Sequence[str]) -> list[str]:
    """Sections as Markdown, each under its heading."""
    lines: list[str] = []
    for name in names:
        lines += [
            *([""] if lines else []),
            f"## {SECTIONS[name].title}",
            "",
            *SECTIONS[name].markdown(audit),
        ]
    return lines


def as_data(audit: Audit, names: Sequence[str]) -> dict[str, Any]:
    """Sections as one object."""
    return {key: value for name in names for key, value in SECTIONS[name].data(audit).items()}


def is_open(audit: Audit, names: Sequence[str]) -> bool:
    """Whether something that was asked could not be decided."""
    order = "order" in names and (
        bool(audit.order.undecided) or any(not seen.exact for seen in audit.order.observable)
    )
    against = audit.against_below if "contract" in names else None
    return (
        order
        or (against is not None and bool(against.undecided))
        or ("stacking" in names and any(meeting.kind == "undecided" for meeting in audit.stacking))
    )


# ---- claims --------------------------------------------------------------------------------------


def _verdict(verdict: Verdict) -> str:
    return "holds" if verdict.holds else "undecided" if verdict.undecided else "broken"


def _claims(audit: Audit, every: bool) -> list[str]:
    lines = []
    for verdict in audit.claims:
        if verdict.holds:
            if every:
                lines.append(f"proven: {printable(verdict.claim.text)}")
            continue
        lines += [
            f"{_verdict(verdict)}: {printable(verdict.claim.text)}",
            f"  --> {verdict.claim.origin.place}",
            f"  {printable(verdict.why)}",
        ]
        if verdict.witness is not None:
            lines.append(f"  {verdict.witness}")
        lines.append("")
    return [*lines, _counted(audit.claims)]


def _counted(verdicts: Sequence[Verdict]) -> str:
    undecided = sum(verdict.undecided for verdict in verdicts)
    broken = sum(not verdict.holds for verdict in verdicts) - undecided
    number = f"{len(verdicts):,} claim{'' if len(verdicts) == 1 else 's'}"
    told = [
        *([f"{broken:,} broken"] if broken else []),
        *([f"{undecided:,} undecided"] if undecided else []),
    ]
    return f"{number}, {', '.join(told) or 'all proven'}"


def _claims_markdown(audit: Audit) -> list[str]:
    rows = [
        (
            code(verdict.claim.text),
            verdict.claim.origin.place,
            _verdict(verdict),
            verdict.why,
            _code(verdict.witness),
        )
        for verdict in audit.claims
    ]
    headers = ("claim", "where", "verdict", "because", "such a request")
    return [
        *table_lines(Table(headers, tuple(rows))),
        "",
        _counted(audit.claims),
    ]


def _claims_data(audit: Audit) -> dict[str, Any]:
    found = [
        {
            "claim": verdict.claim.text,
            "location": verdict.claim.origin.place,
            "holds": verdict.holds,
            "undecided": verdict.undecided,
            "request": _record(verdict.witness),
            "why": verdict.why or None,
        }
        for verdict in audit.claims
    ]
    return {"claims": found}


# ---- how modifiers meet, and where each applies --------------------------------------------------


def _stacking(audit: Audit, every: bool) -> list[str]:
    rows = [("pair", "they", "by", "such a request")]
    for meeting in audit.stacking:
        by = f"{meeting.rule}, {meeting.location}" if meeting.location else ""
        rows.append(
            (
                f"{meeting.left}, {meeting.right}",
                KINDS[meeting.kind],
                by,
                str(meeting.witness or ""),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]
        ).rstrip()
        for row in rows
    ]
    shown = [
        f"{meeting.left}, {meeting.right}: {printable(meeting.why)}"
        for meeting in audit.stacking
        if meeting.kind in ("order", "undecided")
    ]
    reached = [_reach(reach, len(audit.book.models), every) for reach in audit.reach]
    return [
        lines[0],
        "  ".join("-" * width for width in [*widths, len(rows[0][3])]),
        *lines[1:],
        "",
        *([*shown, ""] if shown else []),
        *reached,
    ]


def _reach(reach: Applicability, models: int, every: bool) -> str:
    parts = [named(reach.models, models, every), *_when(reach)]
    return f"{reach.name}: {'; '.join(parts)}"


def named(models: Sequence[str], all_of: int, every: bool) -> str:
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


def periods_of(reach: Applicability) -> str:
    """The days on which a modifier can apply."""
    return (
        ", ".join(
            f"from {start}" + (f" before {end}" if end else "") for start, end in reach.periods
        )
        or "never"
    )


def _when(reach: Applicability) -> list[str]:
    parts = [periods_of(reach), *(f"{name} {' or '.join(held)}" for name, held in reach.values)]
    return [*parts, f"any {', '.join(reach.any)}"] if reach.any else parts


def _stacking_markdown(audit: Audit) -> list[str]:
    pairs = [
        (
            Markdown(f"{code(x.left)}, {code(x.right)}"),
            KINDS[x.kind],
            Markdown(f"{code(x.rule)}, {quoted(x.location)}") if x.location else "",
            x.why,
            _code(x.witness),
        )
        for x in audit.stacking
    ]
    applies = []
    for reach in audit.reach:
        values = [f"{name} {' or '.join(held)}" for name, held in reach.values] + (
            [f"any {', '.join(reach.any)}"] if reach.any else []
        )
        applies.append(
            (
                code(reach.name),
                ", ".join(reach.models) or "none",
                periods_of(reach),
                "; ".join(values),
            )
        )
    met = Table(("pair", "they", "by", "because", "such a request"), tuple(pairs))
    acts = Table(("modifier", "models", "days", "values"), tuple(applies))
    return [*table_lines(met), "", *table_lines(acts)]


def _stacking_data(audit: Audit) -> dict[str, Any]:
    pairs = [
        {
            "left": x.left,
            "right": x.right,
            "kind": x.kind,
            "rule": x.rule or None,
            "location": x.location or None,
            "request": _record(x.witness),
            "why": x.why or None,
        }
        for x in audit.stacking
    ]
    applies = [
        {
            "name": r.name,
            "models": list(r.models),
            "periods": [list(p) for p in r.periods],
            "values": {n: list(v) for n, v in r.values},
            "any": list(r.any),
        }
        for r in audit.reach
    ]
    return {"stacking": pairs, "reach": applies}


# ---- order ---------------------------------------------------------------------------------------


def _order(audit: Audit, every: bool) -> list[str]:
    lines = []
    for sentence, request in _order_told(audit.order, audit.book.currency):
        lines += [sentence, *([f"  {request}"] if request is not None else [])]
    return lines


def _order_told(order: Order, currency: str) -> list[tuple[str, Witness | None]]:
    found: list[tuple[str, Witness | None]] = []
    for seen in order.observable:
        least = "" if seen.exact else "at least, since there are too many combinations to try, "
        found.append(
            (
                f"{seen.meter}: {least}up to {money(seen.spread, currency)} a unit, between "
                f"{money(seen.low, currency)} and "
                f"{money(seen.high, currency)}, by the order of {', '.join(seen.members)}",
                seen.witness,
            )
        )
    found += [
        (f"undecided: {meter}: too many combinations of the stack to try", None)
        for meter in order.undecided
    ]
    if not found:
        why = (
            "every member is a factor"
            if not order.not_factors
            else "no request meets two members that tell it"
        )
        found.append((f"the order of the stack moves no amount: {why}", None))
    return found


def _order_markdown(audit: Audit) -> list[str]:
    return [
        f"- {line(sentence)}" + (f": {_code(request)}" if request is not None else "")
        for sentence, request in _order_told(audit.order, audit.book.currency)
    ]


def _order_data(audit: Audit) -> dict[str, Any]:
    found = [
        {
            "meter": o.meter,
            "spread": plain(o.spread),
            "low": plain(o.low),
            "high": plain(o.high),
            "members": list(o.members),
            "exact": o.exact,
            "request": o.witness.record(),
        }
        for o in audit.order.observable
    ]
    return {"order": found, "order_undecided": list(audit.order.undecided)}


# ---- dead rules ----------------------------------------------------------------------------------


def _dead(audit: Audit, every: bool) -> list[str]:
    lines = [f"{found.location}: {printable(found.text)}" for found in audit.dead]
    return [*lines, f"{len(audit.dead)} dead" if audit.dead else "nothing is dead"]


def _dead_markdown(audit: Audit) -> list[str]:
    rows = tuple((found.location, found.kind, found.text) for found in audit.dead)
    return table_lines(Table(("where", "kind", "what"), rows)) if rows else ["Nothing is dead."]


def _dead_data(audit: Audit) -> dict[str, Any]:
    return {
        "dead": [
            {"kind": found.kind, "text": found.text, "location": found.location}
            for found in audit.dead
        ]
    }


# ---- contracts -----------------------------------------------------------------------------------

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
    told: list[tuple[str, Witness | None]] = []
    for name, words in QUESTIONS.items():
        breach = getattr(found, name)
        if name in found.undecided:
            told.append(
                (f"undecided: whether it {words} `{found.below}`: {found.undecided[name]}", None)
            )
        elif breach is None:
            told.append((f"never {words} `{found.below}`", None))
        else:
            told.append(
                (f"{words} `{found.below}`" + (f": {breach[1]}" if breach[1] else ""), breach[0])
            )
    return told


def _contract(audit: Audit, every: bool) -> list[str]:
    lines = []
    for sentence, request in answers(audit.against_below):
        lines += [sentence, *([f"  {request}"] if request is not None else [])]
    return lines


def _contract_markdown(audit: Audit) -> list[str]:
    return [
        f"- {line(sentence)}" + (f": {_code(request)}" if request is not None else "")
        for sentence, request in answers(audit.against_below)
    ]


def _contract_data(audit: Audit) -> dict[str, Any]:
    found = audit.against_below
    if found is None:
        return {"contract": None}
    told: dict[str, Any] = {"below": found.below}
    for name in QUESTIONS:
        breach = getattr(found, name)
        if name in found.undecided:
            told[name] = {"undecided": True, "request": None, "why": found.undecided[name]}
        else:
            told[name] = (
                None
                if breach is None
                else {"undecided": False, "request": _record(breach[0]), "why": breach[1] or None}
            )
    return {"contract": told}


# ---- forms ---------------------------------------------------------------------------------------


def _code(request: Witness | None) -> str:
    return code(str(request)) if request is not None else ""


def _record(request: Witness | None) -> dict[str, Any] | None:
    return request.record() if request is not None else None


SECTIONS = {
    "claims": Section("Claims", _claims, _claims_markdown, _claims_data),
    "stacking": Section("How modifiers meet", _stacking, _stacking_markdown, _stacking_data),
    "order": Section("The order of the stack", _order, _order_markdown, _order_data),
    "dead": Section("Dead rules", _dead, _dead_markdown, _dead_data),
    "contract": Section("Against the book below", _contract, _contract_markdown, _contract_data),
}
