"""What usage costs under two books as a table, its remarks and as data."""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.apps.usage_change import UsageChange
from pricelang.model.instants import written
from pricelang.present.decimals import money, plain
from pricelang.present.table import Table
from pricelang.present.text import how_many, printable
from pricelang.verify.diff.phrases import percent


def change_table(change: UsageChange) -> Table:
    """A row for each model, and the totals: old, new, difference and percent."""
    rows = []
    for name, count, (_, was, now), old, new in change.rows():
        difference = share = ""
        if was == now:
            difference = ("+" if new > old else "") + money(new - old, now)
            share = percent(old, new)
        rows.append((name, f"{count:,}", money(old, was), money(new, now), difference, share))
    return Table(
        ("model", "requests", "old", "new", "difference", "change"),
        tuple(rows),
        frozenset({1, 2, 3, 4}),
        sum(row[0] == "total" for row in rows),
    )


def change_remarks(change: UsageChange, names: list[str]) -> Iterator[str]:
    """How many records a difference can be seen on at all, and what the table leaves out."""
    yield from _reached(change)
    for name, count, reason in zip(names, change.refused, change.reasons, strict=True):
        if count:
            yield (
                f"left out: {_records(count)} without a price under {printable(name)}: "
                f"{printable(reason)}"
            )
    if change.unread:
        yield (
            f"left out: {_records(change.unread)} that cannot be read: "
            f"{printable(change.first_unread)}"
        )
    if change.ranges:
        yield (
            f"low figures are shown of {_records(change.ranges)} that may be on either side of "
            "a threshold"
        )


def _reached(change: UsageChange) -> Iterator[str]:
    if change.on_or_after is None or change.since is None:
        return
    day = written(change.since)
    if change.on_or_after:
        verb = "lies" if change.on_or_after == 1 else "lie"
        yield (
            f"{_records(change.on_or_after)} of {change.read:,} {verb} on or after {day}, when "
            "the first difference begins"
        )
    elif change.read:
        yield (
            f"warning: no record lies on or after {day}, when the first difference begins: "
            f"compare days, as in `BOOK@{day[:10]}`"
        )


def _records(count: int) -> str:
    return how_many(count, "record")


def change_data(change: UsageChange) -> dict[str, object]:
    """The same for programs; amounts are decimal strings."""
    rows: list[dict[str, object]] = [
        {
            "model": name,
            "requests": count,
            "old": plain(old),
            "old_currency": was,
            "new": plain(new),
            "new_currency": now,
            "difference": plain(new - old) if was == now else None,
        }
        for name, count, (_, was, now), old, new in change.rows()
    ]
    return {
        "models": [row for row in rows if row["model"] != "total"],
        "totals": [row for row in rows if row["model"] == "total"],
        "refused_old": change.refused[0],
        "refused_new": change.refused[1],
        "unread": change.unread,
        "ranges": change.ranges,
        "records": change.read,
        "first_difference": None if change.since is None else written(change.since),
        "on_or_after": change.on_or_after,
    }
