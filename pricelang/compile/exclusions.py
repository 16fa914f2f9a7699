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
        label, span = exclusion.label(names), span_of(exclusion.origin)
        draft.deciding(f"the exclusion of `{label}` cuts", span)
        for other in book.exclusions[:number]:
            _check_twice(reach, exclusion, other, label)
        meeting = _meeting(reach, exclusion)
        if reach.requests.find([meeting, reach.requests.existing]) is None:
            draft.fault(
                "never_decides",
                f"the exclusion of `{label}` never decides: they never both have effect",
                span,
                severity=_severity(reach, [meeting]),
            )
            kept.remove(exclusion)
            continue
        layer = reach.layer(exclusion.origin)
        others = [
            x for x in kept if _pair(x) != _pair(exclusion) and reach.layer(x.origin) <= layer
        ]
        elsewhere = [*not_refused_by_lines(reach), *(_not_excluded(reach, x) for x in others)]
        if reach.requests.find([meeting, *elsewhere, reach.let_through(layer)]) is None:
            places = (
                ((span_of(others[0].origin), "refuses some of them"),) if len(others) == 1 else ()
            )
            draft.fault(
                "never_decides",
                f"the exclusion of `{label}` never decides: other rules refuse every "
                "request that it would",
                span,
                None,
                *places,
                severity=_severity(reach, [meeting, *elsewhere]),
            )
            kept.remove(exclusion)


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
