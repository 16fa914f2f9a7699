"""The answers of an audit by section, as lines of text, as Markdown, and as data:
any of them side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from pricelang.apps.audit_report.requests import Blocks
from pricelang.apps.audit_report.section_claims import claims_data, claims_markdown, claims_text
from pricelang.apps.audit_report.section_contract import (
    contract_data,
    contract_markdown,
    contract_text,
)
from pricelang.apps.audit_report.section_extremes import (
    extremes_data,
    extremes_markdown,
    extremes_text,
)
from pricelang.apps.audit_report.section_order import order_data, order_markdown, order_text
from pricelang.apps.audit_report.section_stacking import (
    stacking_data,
    stacking_markdown,
    stacking_text,
)
from pricelang.apps.audit_report.section_tiers import tiers_data, tiers_markdown, tiers_text
from pricelang.apps.audit_report.section_unused import unused_data, unused_markdown, unused_text
from pricelang.present.table import Table
from pricelang.verify.audit import Audit


@frozen
class Section:
    """One question: its title, and its answer in each form.
    `text` names everything where it is told to.
    """

    title: str
    text: Callable[[Audit, bool], Blocks]
    markdown: Callable[[Audit], list[str]]
    data: Callable[[Audit], dict[str, Any]]


def as_text(audit: Audit, names: Sequence[str], every: bool = False) -> Blocks:
    """Sections one below the other; each with its title where there are several."""
    lines: list[str | Table] = []
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
    """Says whether something that was asked could not be decided."""
    order = "order" in names and (
        bool(audit.order.undecided) or any(not seen.exact for seen in audit.order.observable)
    )
    against = audit.against_below if "contract" in names else None
    return (
        order
        or (against is not None and bool(against.undecided))
        or ("stacking" in names and _stacking_open(audit))
        or ("extremes" in names and _extremes_open(audit))
        or ("tiers" in names and any(step.way == "undecided" for step in audit.tier_steps))
    )


def _stacking_open(audit: Audit) -> bool:
    return audit.together.more or any(meeting.kind == "undecided" for meeting in audit.stacking)


def _extremes_open(audit: Audit) -> bool:
    derived = all(end.exact for found in audit.derived for end in found.ends)
    return not (derived and all(found.exact for found in audit.extremes))


SECTIONS = {
    "claims": Section("Claims", claims_text, claims_markdown, claims_data),
    "stacking": Section("How modifiers meet", stacking_text, stacking_markdown, stacking_data),
    "extremes": Section(
        "The highest and the lowest multipliers", extremes_text, extremes_markdown, extremes_data
    ),
    "order": Section("The order of the stack", order_text, order_markdown, order_data),
    "tiers": Section("Tiers by usage", tiers_text, tiers_markdown, tiers_data),
    "dead": Section("Dead rules", unused_text, unused_markdown, unused_data),
    "contract": Section("Against the book below", contract_text, contract_markdown, contract_data),
}
