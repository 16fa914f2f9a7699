"""Usage under alternatives as tables: those that have an amount ranked, those that are refused with
the rule, and the sentences under them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from attrs import evolve

from pricelang.apps.quote.comparison import AlternativeComparison, AlternativeRow, Refusal
from pricelang.apps.quote.model import LEVELS
from pricelang.apps.tables.footnotes import note_line
from pricelang.apps.tables.ranges import expected_words, range_data, span_words
from pricelang.apps.tables.request import span_of
from pricelang.model.notes import Note
from pricelang.present.decimals import plain
from pricelang.present.json_data import fields_of
from pricelang.present.readable import readable_percent
from pricelang.present.table import Table
from pricelang.present.text import printable

VALUES_WIDTH = 48
"""The characters of alternatives that one row of refusals names."""
PLAIN_COLUMNS = (
    "rank",
    "axis",
    "value",
    *LEVELS,
    "currency",
    "as_given",
    "change",
    "records",
    "refused",
    "code",
    "rule",
    "reason",
    "location",
)
Ranked = list[tuple[int, AlternativeRow]]


def shown_rows(found: AlternativeComparison, top: int | None) -> Ranked:
    """The rows to show with their ranks: the first, and the given one wherever it stands."""
    return [
        (number, row)
        for number, row in enumerate(found.rows, 1)
        if top is None or number <= top or not row.alternative.changes
    ]


def has_many(found: AlternativeComparison) -> bool:
    """Says whether several records are compared, so that some may be refused."""
    return found.given.records + len(found.failures) > 1


# ---- tables --------------------------------------------------------------------------------------


def ranked_table(found: AlternativeComparison, top: int | None, counts: bool) -> Table:
    """The alternatives that have an amount, cheapest first;
    with the counts of refused records or without them.
    """
    shown = shown_rows(found, top)
    spans = any(row.amount is not None and not row.amount.known for _, row in shown)
    partly = any(row.refused and row.alternative.changes for _, row in shown)
    rows = tuple(
        (
            str(number),
            row.alternative.axis or "as given",
            row.alternative.value,
            expected_words(row.amount, found.currency),
            *([span_words(row.amount, found.currency)] if spans else []),
            *([expected_words(row.as_given, found.currency)] if partly else []),
            change_words(row),
            *([f"{row.refused:,}" if row.refused else ""] if counts else []),
        )
        for number, row in shown
    )
    headers = (
        "",
        "axis",
        "alternative",
        "amount",
        *(["range"] if spans else []),
        *(["as given"] if partly else []),
        "change",
        *(["refused"] if counts else []),
    )
    numbers = frozenset(
        index for index, name in enumerate(headers) if name in ("", "amount", "as given", "refused")
    )
    narrower = (partial(ranked_table, found, top, False),) if counts else ()
    return Table(headers, rows, numbers, narrower=narrower)


def refused_table(found: AlternativeComparison, counts: bool, places: bool = True) -> Table:
    """What has no price, whole or for some records, and the rule that says so."""
    together: dict[tuple[str, ...], list[str]] = {}
    partly = (row for row in found.rows if row.refused and row.alternative.changes)
    for row in (*found.refused, *partly):
        for refusal in row.refusals:
            key = (
                row.alternative.axis,
                f"{refusal.records:,}",
                refusal.rule or refusal.code,
                printable(refusal.message),
                refusal.location or "",
            )
            together.setdefault(key, []).append(row.alternative.value)
    rows = []
    for (axis, records, rule, because, where), values in together.items():
        for some in _joined(values, "; " if ", " in axis else ", "):
            count, place = [records] if counts else [], [where] if places else []
            rows.append((axis, some, *count, rule, because, *place))
    headers = (
        "axis",
        "refused",
        *(["records"] if counts else []),
        "rule",
        "because",
        *(["where"] if places else []),
    )
    return Table(
        headers,
        tuple(rows),
        frozenset({2}) if counts else frozenset(),
        narrower=(partial(refused_table, found, False, places=False),) if places else (),
    )


def _joined(values: list[str], separator: str) -> Iterator[str]:
    """Values that one rule refuses, as many to a row as fit its column."""
    line = values[0]
    for value in values[1:]:
        if len(line) + len(value) > VALUES_WIDTH:
            yield line
            line = value
        else:
            line += separator + value
    yield line


def change_words(row: AlternativeRow) -> str:
    """`-50%`, `+33.33%`."""
    if row.change is None:
        return ""
    return ("+" if row.change > 0 else "") + readable_percent(row.change)


# ---- sentences -----------------------------------------------------------------------------------


def comparison_lines(found: AlternativeComparison, top: int | None) -> Iterator[str]:
    """What stands under the tables: whether caches pay, what amounts hold, and notes."""
    shown = shown_rows(found, top)
    yield from (answer.text for answer in found.caches)
    if has_many(found):
        yield (
            f"{found.given.records:,} records compared, {len(found.failures):,} without a price "
            f"as they are, {found.skipped:,} skipped"
        )
    if any(
        row.refused and row.amount is not None and row.alternative.changes for row in found.rows
    ):
        yield (
            "a record that an alternative refuses is left out of its amount, and of the amount as "
            "given beside it; ranked by what each adds to the same records"
        )
    if found.grows is not None and any(
        row.amount is not None and not row.amount.known for _, row in shown
    ):
        yield (
            "a range: the same text is more tokens for some models than for others "
            f"({found.grows}); ranked by what is usual"
        )
    yield from _added(found)
    yield from _notes(shown)


def _added(found: AlternativeComparison) -> Iterator[str]:
    """The records that only an alternative prices."""
    for row in found.rows:
        if row.added and found.given.records:
            added = row.added_amount
            span = span_of(Fraction(added.low), Fraction(added.high), found.currency)
            yield (
                f"{row.alternative.axis} {row.alternative.value} also prices {row.added:,} "
                f"without a price as given: {span}"
            )


def _notes(shown: Ranked) -> Iterator[str]:
    """Each note once, with the alternatives that it is of."""
    notes: dict[Note, list[str]] = {}
    for _, row in shown:
        for note in row.notes:
            notes.setdefault(note, []).append(
                f"{row.alternative.axis} {row.alternative.value}".strip() or "as given"
            )
    for note, names in notes.items():
        which = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield note_line(evolve(note, text=f"{which}: {note.text}"))


# ---- for programs --------------------------------------------------------------------------------


def comparison_rows(found: AlternativeComparison, top: int | None) -> Table:
    """All alternatives in plain numbers, the refused ones last."""
    ranked = [(str(number), row) for number, row in shown_rows(found, top)]
    ranked += [("", row) for row in found.refused]
    return Table(PLAIN_COLUMNS, tuple(_plain_row(found, rank, row) for rank, row in ranked))


def _plain_row(found: AlternativeComparison, rank: str, row: AlternativeRow) -> tuple[str, ...]:
    first = row.refusals[0] if row.refusals and row.alternative.changes else None
    reason = (first.code, first.rule, first.message, first.location) if first else [None] * 4
    return (
        rank,
        row.alternative.axis,
        row.alternative.value,
        *([""] * 3 if row.amount is None else range_data(row.amount).values()),
        found.currency,
        "" if row.amount is None else plain(Fraction(row.as_given.expected)),
        "" if row.change is None else plain(row.change),
        str(row.records),
        str(row.refused),
        *(text or "" for text in reason),
    )


def comparison_data(found: AlternativeComparison, top: int | None) -> dict[str, object]:
    """Everything, for JSON."""
    money = ("written", "read", "cost", "uncached", "saved", "text")
    return {
        "currency": found.currency,
        "given": _row_data(found.given),
        "ranked": [{"rank": number, **_row_data(row)} for number, row in shown_rows(found, top)],
        "refused": [_row_data(row) for row in found.refused],
        "caches": [
            {
                **fields_of(x, "model", "cache"),
                "pays_after_reads": list(x.pays),
                **fields_of(x, *money),
            }
            for x in found.caches
        ],
        "errors": [
            {"error": error, **fields_of(place, "file", "line", "id")}
            for place, error in found.failures
        ],
        "skipped": found.skipped,
        "tokenizer": found.grows,
    }


def _row_data(row: AlternativeRow) -> dict[str, object]:
    """An alternative; `change` is a share of the given amount, -0.5 for half of it less."""
    found: dict[str, object] = {
        "changes": dict(row.alternative.changes),
        **(dict.fromkeys(LEVELS) if row.amount is None else range_data(row.amount)),
        "as_given": None if row.amount is None else range_data(row.as_given),
        **fields_of(row, "change", "records", "refused", "changed"),
    }
    if row.added:
        found["added"] = {"records": row.added, **range_data(row.added_amount)}
    return found | {
        "refusals": [_refusal_data(refusal) for refusal in row.refusals],
        "notes": [note.to_dict() for note in row.notes],
    }


def _refusal_data(refusal: Refusal) -> dict[str, object]:
    return fields_of(refusal, "code", "message", "rule", "location", "help", "records")
