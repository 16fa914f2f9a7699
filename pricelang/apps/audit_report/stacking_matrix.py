"""How each modifier meets each other one, as a matrix in HTML."""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.apps.audit_report.section_stacking import MEETINGS
from pricelang.present.html_tables import MarkupCell
from pricelang.present.markup import Html, element
from pricelang.present.table import Table
from pricelang.verify.stacking import Meeting


def matrix_table(names: Sequence[str], meetings: Sequence[Meeting], linked: bool) -> Table:
    """The modifiers of `names` against each other; `linked` cells lead to what is said of the
    pair.
    """
    kinds = {(meeting.left, meeting.right): meeting.kind for meeting in meetings}
    rows = []
    for row, name in enumerate(names[:-1]):
        cells = [MarkupCell("", "none") for _ in names[1 : row + 1]]
        for other in names[row + 1 :]:
            kind = kinds[name, other]
            shown: str | Html = MEETINGS[kind]
            if linked:
                shown = element("a", shown, href=f"#pair-{name}-{other}")
            cells.append(MarkupCell(shown, f"meet {kind}"))
        rows.append((MarkupCell(name), *cells))
    return Table(("", *names[1:]), tuple(rows), title="How modifiers meet")
