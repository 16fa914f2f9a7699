"""The rules of a book that decide nothing, in every form."""

from __future__ import annotations

from typing import Any

from pricelang.apps.audit_report.requests import Blocks
from pricelang.present.json_data import fields_of
from pricelang.present.markdown import table_lines
from pricelang.present.table import Table
from pricelang.present.text import printable
from pricelang.verify.audit import Audit


def unused_text(audit: Audit, every: bool) -> Blocks:
    """A line for each rule, and how many there are."""
    lines = [f"{found.location}: {printable(found.text)}" for found in audit.dead]
    return [*lines, f"{len(audit.dead)} dead" if audit.dead else "nothing is dead"]


def unused_markdown(audit: Audit) -> list[str]:
    """The same as a table."""
    rows = tuple((found.location, found.kind, found.text) for found in audit.dead)
    return table_lines(Table(("where", "kind", "what"), rows)) if rows else ["Nothing is dead."]


def unused_data(audit: Audit) -> dict[str, Any]:
    """The same for JSON."""
    return {"dead": [fields_of(found, "kind", "text", "location") for found in audit.dead]}
