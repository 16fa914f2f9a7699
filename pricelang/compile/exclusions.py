"""Exclusions: each is of modifiers that could have effect together, refuses what nothing else does,
is declared once for each request, and leaves its modifiers some request to change.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.check.draft import span_of
from pricelang.compile.decisions import effective, not_refused_by, where_excluded
from pricelang.compile.reach import Reach
from pricelang.model import book as m
from pricelang.model.requests import is_no, is_yes
from pricelang.solver.answers import Meets
from pricelang.solver.witness_search import Constraint


def check_exclusions(reach: Reach) -> None:
    """Adds a fault for each exclusion whose modifiers never have effect together, that refuses
    what other rules do, or that is declared twice for a request; and for each modifier of which
    exclusions refuse every request.
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
    for index, modifier in enumerate(book.modifiers):
        _check_left(reach, modifier, [x for x in kept if index in x.sides])


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


def _check_left(reach: Reach, modifier: m.Modifier, exclusions: Sequence[m.Exclusion]) -> None:
    """Exclusions of a modifier's own book and of those below leave it a request to change. It is a
    warning where they do not, since a contract may allow some.
    """
    layer = reach.layer(modifier.origin)
    own = [x for x in exclusions if reach.layer(x.origin) <= layer]
    root = reach.decided.modifiers[reach.book.modifiers.index(modifier)]
    effect: list[Constraint] = [
        (root, Meets(effective(modifier))),
        *not_refused_by_lines(reach),
        reach.let_through(layer),
    ]
    left = [*effect, *(_not_excluded(reach, x) for x in own)]
    if not own or reach.requests.find(left) is not None or reach.requests.find(effect) is None:
        return
    reach.draft.fault(
        "never_decides",
        f"`{modifier.name}` never has effect: exclusions refuse every request that it would change",
        span_of(modifier.origin),
        "take it away, or narrow what excludes it",
        *(
            (span_of(x.origin), "refuses them" if len(own) == 1 else "refuses some")
            for x in own[:2]
        ),
        severity="warning",
    )


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
