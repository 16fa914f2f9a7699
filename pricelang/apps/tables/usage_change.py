"""What usage costs under two books as a table, its remarks and as data."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pricelang.apps.account_change import AccountRow, Currencies
from pricelang.apps.tables.usage_report import value_text
from pricelang.apps.usage_change import GroupChange, UsageChange
from pricelang.model.instants import for_programs, written
from pricelang.present.decimals import plain
from pricelang.present.json_data import fields_of
from pricelang.present.readable import readable_amount, readable_amounts
from pricelang.present.table import Table
from pricelang.present.text import how_many, printable
from pricelang.verify.diff.phrases import percent

FIGURES = ("old", "new", "difference", "change")


def change_table(change: UsageChange) -> Table:
    """A row for each group, and the totals: old, new, difference and percent."""
    totals, first = list(change.totals()), len(change.by)
    rows = [
        (*map(value_text, one.by), f"{one.requests:,}", *_figures(one)) for one in change.groups()
    ]
    blank = ("total", *[""] * (first - 1))
    rows += [(*blank, f"{one.requests:,}", *_figures(one)) for one in totals]
    return Table(
        (*change.by, "requests", *FIGURES),
        tuple(rows),
        frozenset(range(first, first + 4)),
        len(totals),
    )


def records_table(change: UsageChange) -> Table:
    """The records whose cost changes most."""
    rows = tuple(
        (printable(str(one.place)), one.model, *_amounts((one.currency,) * 2, one.old, one.new))
        for one in change.records()
    )
    return Table(("changes most", "model", *FIGURES), rows, frozenset({2, 3, 4}))


def account_table(change: UsageChange) -> Table:
    """What both invoices say: the requests, what the account adds and takes, and what is owed."""
    rows = tuple((one.kind, one.name, *_figures(one)) for one in change.account)
    return Table(("invoice", "of", *FIGURES), rows, frozenset({2, 3, 4}), 1 if len(rows) > 1 else 0)


def _figures(one: GroupChange | AccountRow) -> tuple[str, ...]:
    return _amounts(one.currencies, one.old, one.new)


def _amounts(currencies: Currencies, old: Fraction, new: Fraction) -> tuple[str, ...]:
    was, now = currencies
    if was != now:
        return readable_amount(old, was), readable_amount(new, now), "", ""
    before, after, difference = readable_amounts([old, new, new - old], now)
    return before, after, ("+" if new > old else "") + difference, percent(old, new)


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
    if change.account and change.on_or_after is None:
        yield "as of one day, the account's allowances, tiers and minimums are of one period"
    for name, notes in zip(names, change.account_notes, strict=True):
        yield from (f"under {printable(name)}: {note}" for note in notes)
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
    groups = "models" if change.by == ("model",) else "groups"
    return {
        groups: [_row(dict(zip(change.by, one.by, strict=True)), one) for one in change.groups()],
        "totals": [_row({"model": "total"}, one) for one in change.totals()],
        "records_changed_most": [
            {
                **fields_of(one.place, "file", "line", "id"),
                "model": one.model,
                "old": plain(one.old),
                "new": plain(one.new),
                "currency": one.currency,
                "difference": plain(one.new - one.old),
            }
            for one in change.records()
        ],
        "account": [
            {"kind": one.kind, "name": one.name, **_amounts_data(one)} for one in change.account
        ],
        **(
            {
                "account_notes": dict(
                    zip(("old", "new"), map(list, change.account_notes), strict=True)
                )
            }
            if any(change.account_notes)
            else {}
        ),
        "refused_old": change.refused[0],
        "refused_new": change.refused[1],
        "unread": change.unread,
        "ranges": change.ranges,
        "records": change.read,
        "first_difference": None if change.since is None else for_programs(change.since),
        "on_or_after": change.on_or_after,
    }


def _row(by: dict[str, object], one: GroupChange) -> dict[str, object]:
    return {**by, "requests": one.requests, **_amounts_data(one)}


def _amounts_data(one: GroupChange | AccountRow) -> dict[str, object]:
    was, now = one.currencies
    return {
        "old": plain(one.old),
        "old_currency": was,
        "new": plain(one.new),
        "new_currency": now,
        "difference": plain(one.new - one.old) if was == now else None,
    }
