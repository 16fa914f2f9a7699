"""Exclusions: each is of two that could both have effect, refuses what nothing else does, and is
declared once for each request.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.check.draft import span_of
from pricelang.compile.decisions import not_refused_by, where_excluded
from pricelang.compile.reach import Reach
from pricelang.model import book as m
from pricelang.model.requests import is_no, is_yes
from pricelang.solver.witness_search import Constraint


def check_exclusions(reach: Reach) -> None:
    """An exclusion is of two that could both have effect, refuses what nothing else does,
    and is declared once for each request.
    """
    book, draft = reach.book, reach.draft
    names = tuple(modifier.name for modifier in book.modifiers)
    kept = [*book.exclusions]
    for number, exclusion in reversed([*enumerate(book.exclusions)]):
        label = exclusion.label(names)
        draft.deciding(f"the exclusion of `{label}` cuts", span_of(exclusion.origin))
        for other in book.exclusions[:number]:
            _check_twice(reach, exclusion, other, label)
        if _check_dead(reach, exclusion, kept, label):
            kept.remove(exclusion)


def _check_dead(
    reach: Reach, exclusion: m.Exclusion, kept: Sequence[m.Exclusion], label: str
) -> bool:
    """Reports an exclusion that decides nothing beside those that are kept, and says so."""
    meeting, layer = _meeting(reach, exclusion), reach.layer(exclusion.origin)
    if reach.requests.find([meeting, reach.requests.existing]) is None:
        why, places, constraints = "they never both have effect", [], [meeting]
    else:
        others = [
            x for x in kept if _pair(x) != _pair(exclusion) and reach.layer(x.origin) <= layer
        ]
        elsewhere = [*not_refused_by_lines(reach), *(_not_excluded(reach, x) for x in others)]
        constraints = [meeting, *elsewhere]
        if reach.requests.find([*constraints, reach.let_through(layer)]) is not None:
            return False
        why = "other rules refuse every request that it would"
        places = [(span_of(x.origin), "refuses some of them") for x in others if len(others) == 1]
    reach.draft.fault(
        "never_decides",
        f"the exclusion of `{label}` never decides: {why}",
        span_of(exclusion.origin),
        None,
        *places,
        severity=_severity(reach, constraints),
    )
    return True


def _severity(reach: Reach, constraints: Sequence[Constraint]) -> str:
    """A warning where names and dates alone would let an exclusion decide."""
    by_name = reach.requests.find([*constraints, reach.requests.named])
    return "error" if by_name is None else "warning"


def _pair(exclusion: m.Exclusion) -> set[int | None]:
    return {exclusion.left, exclusion.right}


def _check_twice(reach: Reach, exclusion: m.Exclusion, other: m.Exclusion, label: str) -> None:
    if _pair(exclusion) != _pair(other):
        return
    requests = reach.requests
    witness = requests.find(
        [_meeting(reach, exclusion), requests.within(other.scope), requests.existing]
    )
    if witness is not None:
        reach.draft.fault(
            "overlap",
            f"`{label}` is excluded twice for one request",
            span_of(exclusion.origin),
            f"such a request: {reach.draft.space.describe(witness)}",
            (span_of(other.origin), "the other"),
        )


def _meeting(reach: Reach, exclusion: m.Exclusion) -> Constraint:
    """That a request is in the scope of an exclusion, and both of its modifiers have effect."""
    inside, _ = reach.requests.within(exclusion.scope)
    return _where_excluded(reach, exclusion, inside), is_yes


def _not_excluded(reach: Reach, exclusion: m.Exclusion) -> Constraint:
    root = reach.decided.exclusions[reach.book.exclusions.index(exclusion)]
    return _where_excluded(reach, exclusion, root), is_no


def _where_excluded(reach: Reach, exclusion: m.Exclusion, root: int) -> int:
    forest, modifiers = reach.requests.forest, reach.book.modifiers
    return where_excluded(forest, exclusion, root, modifiers, reach.decided.modifiers)


def not_refused_by_lines(reach: Reach) -> list[Constraint]:
    """That no modifier refuses a request."""
    return [
        not_refused_by(modifier, root)
        for modifier, root in zip(reach.book.modifiers, reach.decided.modifiers, strict=True)
    ]
