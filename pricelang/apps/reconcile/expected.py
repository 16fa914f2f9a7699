"""What usage comes to by a book, quantity by quantity:
the side of a reconciliation that is worked out.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, cast

from pricelang.apps.reconcile.documents import documents
from pricelang.apps.reconcile.keys import (
    Side,
    Used,
)
from pricelang.apps.reconcile.pages import is_page
from pricelang.apps.reconcile.record_usage import outcomes_of, record_side
from pricelang.apps.reconcile.report_usage import report_side
from pricelang.usage.io.files import STDIN, standard_input
from pricelang.usage.records import UsageError

if TYPE_CHECKING:
    from pricelang.apps.price_book import PriceBook

SPOOLED = 16 * 2**20
"""The bytes of standard input that are kept in memory."""


def usage_side(
    book: PriceBook,
    source: object,
    dimensions: Mapping[str, str] | None = None,
    at: str | None = None,
    unknown_counters: str = "refuse",
) -> tuple[tuple[Used, ...], Side]:
    """The quantities of a usage report or of usage records,
    each with what it comes to, and what was read.

    `dimensions` and `at` hold where the usage says nothing. Raises `UsageError` for usage that
    cannot be read at all; a row that cannot be read is one of the side's `unread`, and a row
    without a price has its `error`.
    """
    given = dict(dimensions or {})
    if not isinstance(source, str | os.PathLike):
        return report_side(book, _values_of(source), given, unknown_counters)
    path = str(os.fspath(source))
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as kept:
        stdin = cast(IO[bytes], kept)
        if path == STDIN:
            # What it holds is known from its first value, and is then read from the start.
            shutil.copyfileobj(standard_input(), kept)
            kept.seek(0)
        _, first = next(documents(path, stdin), (path, None))
        kept.seek(0)
        if not isinstance(first, Mapping) or "data" in first:
            return report_side(book, documents(path, stdin), given, unknown_counters)
        return record_side(book, path, given, at, outcomes_of(path, stdin, unknown_counters))


def _values_of(source: object) -> list[tuple[str, object]]:
    """The pages of a report in memory. Raises `UsageError` for records."""
    found = list(documents(source))
    first = found[0][1] if found else None
    if isinstance(first, Mapping) and not is_page(first) and "data" not in first:
        raise UsageError(
            "unknown_report",
            "records in memory are not reconciled",
            "give the path of their file, or the pages of a usage report",
        )
    return found
