"""What totals can be by: columns of the usage, the model, and periods of the instant."""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.apps.reports.period import PERIODS
from pricelang.model.errors import BadRequest
from pricelang.present.text import help_for, shown


def is_period(name: str, columns: Sequence[str]) -> bool:
    """Whether totals by a name are by a period of the instant."""
    return name in PERIODS and name not in columns


def no_such_column(name: str, columns: Sequence[str]) -> BadRequest:
    """The error of a name that totals cannot be by."""
    known = [*columns, "model", *PERIODS]
    return BadRequest(
        "no_column",
        f"there is no column `{shown(name)}` to group by",
        help=help_for(name, known, "columns"),
    )
