"""How far a book is from the world, as tables, lines and data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from pricelang.apps.drift.difference import Difference, DifferenceKind
from pricelang.apps.drift.drift import DriftReport
from pricelang.present.decimals import plain
from pricelang.present.table import Table
from pricelang.present.text import how_many

_TITLES: dict[DifferenceKind, str] = {
    "model": "What the book cannot price",
    "price": "Other prices",
    "date": "Other days",
    "lacks": "What the source lacks",
}


def drift_tables(report: DriftReport) -> Iterator[Table]:
    """A table for each kind of difference that is new."""
    yield from _tables(report.new)


def accepted_table(report: DriftReport) -> Table:
    """The reasons for what is accepted, each with how many differences it settles."""
    reasons: dict[tuple[str, str], list[Difference]] = {}
    for difference, line in report.accepted:
        reasons.setdefault((difference.source, line.reason), []).append(difference)
    rows = [
        (source, _ids([each.id for each in found]), f"{len(found):,}", reason)
        for (source, reason), found in reasons.items()
    ]
    return Table(
        ("source", "id", "differences", "reason"), tuple(rows), frozenset({2}), title="Accepted"
    )


def _tables(differences: Sequence[Difference]) -> Iterator[Table]:
    for kind, title in _TITLES.items():
        rows = [
            (each.source, _ids(ids), _what(whats, each.when), each.theirs, each.ours)
            for each, ids, whats in _rows(each for each in differences if each.kind == kind)
        ]
        if rows:
            yield Table(
                ("source", "id", "what", "source says", "book says"), tuple(rows), title=title
            )


def _rows(
    differences: Iterable[Difference],
) -> Iterator[tuple[Difference, list[str], list[str]]]:
    """Differences that say the same of several ids, and then of several meters by one factor."""
    same: dict[object, tuple[Difference, list[str]]] = {}
    for each in differences:
        model = "" if each.kind == "lacks" and not each.what else each.model
        key = (each.source, model, each.what, each.theirs, each.ours, each.when)
        same.setdefault(key, (each, []))[1].append(each.id)
    found: dict[object, tuple[Difference, list[str], list[str]]] = {}
    for each, ids in same.values():
        alike = (each.source, each.when, tuple(ids), _likeness(each))
        found.setdefault(alike, (each, ids, []))[2].append(each.what)
    yield from found.values()


def _likeness(difference: Difference) -> Fraction | str:
    """What differences of several meters have in common: a factor, or what one side says."""
    theirs, ours = difference.amount, difference.own_amount
    if theirs is not None and ours:
        return theirs / ours
    return difference.theirs if difference.kind == "lacks" else difference.ours


def _ids(ids: Sequence[str]) -> str:
    names = list(dict.fromkeys(ids))
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _what(whats: Sequence[str], when: str) -> str:
    first = whats[0] + (f" and {len(whats) - 1} more" if len(whats) > 1 else "")
    return ", ".join(text for text in (first, when) if text)


def drift_lines(report: DriftReport) -> Iterator[str]:
    """What was compared, what was not, and how it ends."""
    for one in report.compared:
        yield (
            f"{one.source}: {how_many(one.prices, 'price')} and "
            f"{how_many(one.ids, 'id')} compared, "
            f"{how_many(len(one.differences), 'difference')}"
        )
        for reason, count in sorted(one.passed_over.items(), key=lambda pair: -pair[1]):
            yield f"  not compared: {count:,} x {reason}"
    for line in report.unused:
        yield f"accepted, and met by nothing: {line}"
    yield f"{len(report.new):,} new, {len(report.accepted):,} accepted"


# ---- for programs --------------------------------------------------------------------------------


def drift_data(report: DriftReport) -> dict[str, object]:
    """Everything, for JSON."""
    return {
        "book": report.book,
        "at": report.at,
        "sources": [
            {
                "source": one.source,
                "prices": one.prices,
                "ids": one.ids,
                "differences": len(one.differences),
                "not_compared": one.passed_over,
            }
            for one in report.compared
        ],
        "new": [_data(each) for each in report.new],
        "accepted": [{**_data(each), "reason": line.reason} for each, line in report.accepted],
        "unused": [str(line) for line in report.unused],
    }


def _data(difference: Difference) -> dict[str, object]:
    amounts = {"amount": difference.amount, "book_amount": difference.own_amount}
    return {
        "kind": difference.kind,
        "source": difference.source,
        "id": difference.id,
        "model": difference.model or None,
        "what": difference.what or None,
        "said": dict(difference.said),
        "above": difference.above or None,
        "on": difference.on or None,
        "theirs": difference.theirs,
        "ours": difference.ours,
        **{name: None if value is None else plain(value) for name, value in amounts.items()},
        "place": difference.place or None,
    }
