"""Progress on standard error while a terminal's user waits."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from pricelang.usage.io.files import Progress


PROGRESS_AFTER = 0.7
"""Seconds of work before a progress line appears."""


Item = TypeVar("Item")


def with_progress(
    items: Iterable[Item], shares_terminal: bool, source: Progress | None = None
) -> Iterator[Item]:
    """The items again; on standard error a terminal's user sees how many there were and,
    where `source` knows how large the files are, the rate and the time that is left.

    `shares_terminal` says that results are written to standard output meanwhile;
    on a terminal the two would mix.
    """
    if not sys.stderr.isatty() or (shares_terminal and sys.stdout.isatty()):
        yield from items
        return
    import time

    start, shown = time.monotonic(), None
    try:
        for number, item in enumerate(items, 1):
            if shown is None and time.monotonic() - start > PROGRESS_AFTER:
                shown = _bar(source)
                shown.start()
            if shown is not None and number % 100 == 0:
                shown.update(
                    shown.task_ids[0],
                    completed=source.read if source is not None else number,
                    records=number,
                )
            yield item
    finally:
        if shown is not None:
            shown.stop()


def _bar(source: Progress | None) -> RichProgress:
    """A bar over the bytes of files whose size is known, or else a count of records."""
    from rich import progress as rich
    from rich.console import Console

    columns: list[Any] = [rich.SpinnerColumn(), rich.TextColumn("{task.fields[records]:,} records")]
    if source is not None:
        columns += [rich.DownloadColumn(), rich.TransferSpeedColumn()]
        if source.total:
            columns[1:1] = [rich.BarColumn()]
            columns += [rich.TextColumn("left"), rich.TimeRemainingColumn()]
    bar = rich.Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("", total=(source.total or None) if source is not None else None, records=0)
    return bar
