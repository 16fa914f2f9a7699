"""Other names of models: one at a time in a period, and patterns for families of ids."""

from __future__ import annotations

from pricelang.check.draft import WORDS, Draft
from pricelang.model import book as m
from pricelang.model.families import own_characters
from pricelang.syntax import tree as t

FEWEST = 3
"""How many characters of a pattern must stand for themselves."""
Period = tuple[int | None, int | None]


def declare_aliases(draft: Draft) -> None:
    """Declares every alias; two of one name may not hold at once."""
    periods: dict[str, list[Period]] = {}
    for _, statement in draft.statements(t.Alias):
        name, pattern = statement.name, isinstance(statement.name, t.Text)
        draft.only(statement.endings, WORDS | {"from", "before"}, "an alias")
        if isinstance(name, t.Text):
            _check_pattern(draft, statement, name)
        model = draft.model_index.get(statement.model.text)
        if model is None:
            draft.unknown("model", statement.model, draft.model_index)
            continue
        if name.text in draft.model_index:
            draft.fault("twice", f"`{name.text}` is a model already", name.span)
        period = draft.bounds(statement.endings)
        if any(_overlap(period, other) for other in periods.get(name.text, ())):
            draft.fault(
                "overlap",
                f"alias `{name.text}` stands for two models at once",
                name.span,
                "end one with `before` where the other begins",
                (draft.places[("alias", name.text)], "the other"),
            )
        periods.setdefault(name.text, []).append(period)
        draft.places.setdefault(("alias", name.text), name.span)
        origin = draft.origin(statement.span, statement.endings)
        draft.aliases.append(m.Alias(name.text, model, *period, pattern, origin))


def _overlap(left: Period, right: Period) -> bool:
    far = 1 << 62
    return max(left[0] or -far, right[0] or -far) < min(
        left[1] if left[1] is not None else far, right[1] if right[1] is not None else far
    )


def _check_pattern(draft: Draft, statement: t.Alias, name: t.Text) -> None:
    """Reports a pattern that could be any id, and one with a period."""
    start, end = statement.endings.start, statement.endings.end
    for date in (start, end):
        if date is not None:
            draft.fault(
                "pattern",
                "an alias with a pattern has no period",
                date.span,
                "the ids of a family are those of one model: name an id that moves by itself",
            )
    if own_characters(name.text) < FEWEST:
        draft.fault(
            "pattern",
            f"`{name.text}` would be the id of too many models",
            name.span,
            f"a pattern has {FEWEST} characters at least beside `*` (any text) and `#` (a digit)",
        )
    if any(letter.isspace() or not letter.isprintable() for letter in name.text):
        draft.fault("pattern", "the id of a model has no blanks", name.span)
