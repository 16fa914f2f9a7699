"""What becomes of a record with a counter that is not known: it is refused, or it passes with a
warning. Decided in one place for all readers and plugins alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from pricelang.model.notes import Note
from pricelang.usage.fields import shown
from pricelang.usage.records import Outcome, Place, Record, Rejected, UsageError
from pricelang.usage.unknown import Known, UnknownCounter, note_unknown

POLICIES = ("refuse", "warn")


def checked_policy(policy: str) -> str:
    """`policy` if it is one of `POLICIES`. Raises `UsageError`."""
    if policy not in POLICIES:
        raise UsageError(
            "unknown_value", f"`unknown_counters` is {shown(policy)}", "it is `refuse` or `warn`"
        )
    return policy


def settled(outcomes: Iterable[Outcome], policy: str) -> Iterator[Outcome]:
    """Outcomes of readers with each record refused that has an unknown counter;
    `policy` is one of `POLICIES`, `warn` lets them pass.

    Raises `UsageError` at once for any other policy.
    """
    return iter(outcomes) if checked_policy(policy) == "warn" else map(_settled, outcomes)


def _settled(outcome: Outcome) -> Outcome:
    if type(outcome) is Record and outcome.notes:
        for note in outcome.notes:
            if note.code == "unknown_counter":
                return _refused(outcome.notes, outcome.place, outcome.raw)
    return outcome


def refuse_unknown(
    holder: Mapping[str, object], known: Known | Collection[str], path: str, policy: str
) -> None:
    """Applies the policy for a reader that makes no outcomes: raises `UsageError` for what
    `note_unknown` calls a counter, unless `policy` is `warn`.
    """
    notes: list[Note] = []
    note_unknown(holder, known, path, notes)
    if any(note.code == "unknown_counter" for note in notes) and checked_policy(policy) != "warn":
        found = _refused(notes, Place(""))
        raise UsageError(found.code, found.message, found.help)


def _refused(notes: Iterable[Note], place: Place, raw: str | None = None) -> Rejected:
    found = [note for note in notes if note.code == "unknown_counter"]
    names = found[0].known if isinstance(found[0], UnknownCounter) else ()
    text = found[0].text if len(found) == 1 else f"{found[0].text}; and {len(found) - 1} more"
    listed = f"known here: {', '.join(names)}; " if names else ""
    return Rejected(
        place,
        "unknown_counter",
        text,
        f'{listed}`--unknown-counters warn`, or `unknown_counters="warn"` in Python, prices '
        "the rest with a warning",
        raw,
    )
