"""Groups of models and of meters, and names that a meter, a group and a unit may not share."""

from __future__ import annotations

from collections.abc import Sequence

from pricelang.check.draft import WORDS, Draft
from pricelang.model import book as m
from pricelang.model.space import point_mask
from pricelang.model.units import TIMES, find_unit, singular
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import NOWHERE, Span


def declare_model_groups(draft: Draft, models: tuple[m.Model, ...]) -> None:
    """Declares the groups of models; one whose members are lost is silent."""
    for _, group in draft.statements(t.Group):
        if group.members is None and draft.is_unread("models"):
            draft.lost.add(group.name.text)
        elif group.members is None:
            draft.only(group.endings, WORDS | {"from", "before"}, "a group of models")
            start, end = draft.bounds(group.endings)
            inside = [
                i
                for i, x in enumerate(models)
                if (start is None or x.released >= start) and (end is None or x.released < end)
            ]
            if _free_name(draft, group.name) and draft.declare("group", group.name):
                draft.model_groups[group.name.text] = point_mask(inside)
        elif _is_of_models(draft, group.members):
            if _free_name(draft, group.name) and draft.declare("group", group.name):
                draft.model_groups[group.name.text] = draft.model_mask(group.members)


def _is_of_models(draft: Draft, members: Sequence[t.Name]) -> bool:
    return any(name.text in draft.model_index | draft.model_groups for name in members)


def _free_name(draft: Draft, name: t.Name) -> bool:
    taken = name.text in draft.model_index or any(
        alias.name.text == name.text for _, alias in draft.statements(t.Alias)
    )
    if taken:
        draft.fault("twice", f"`{name.text}` names a model too", name.span)
    return not taken


def named_as_unit(draft: Draft, name: t.Name, message: str) -> None:
    """The fault of a name that a meter or a unit has too, with the place of that."""
    others: list[tuple[Span, str]] = []
    one = singular(name.text)
    if draft.places.get(("meter", name.text), name.span) != name.span:
        others.append((draft.places["meter", name.text], "the meter"))
    elif one in {time.name for time in TIMES}:
        others.append((NOWHERE, f"`{one}` is a unit of time"))
    else:
        named = (unit for _, unit in draft.statements(t.Unit) if singular(unit.name.text) == one)
        counted = (
            meter.unit for _, meter in draft.statements(t.Meter) if singular(meter.unit.text) == one
        )
        others += [(unit.name.span, "the unit") for unit in named]
        others += [(unit.span, f"`{one}` is one of these") for unit in counted][:1]
    draft.fault("twice", f"`{name.text}` {message}", name.span, None, *others)


def declare_meter_groups(draft: Draft) -> None:
    """Declares the groups of meters."""
    for _, group in draft.statements(t.Group):
        name, silenced = group.name.text, draft.silenced
        if (
            group.members is not None
            and not _is_of_models(draft, group.members)
            and name not in draft.model_groups
        ):
            members = draft.meter_set(group.members)
            if not members and draft.silenced > silenced:
                draft.lost.add(name)  # of models or of meters, whose declaration is lost
            elif group.name.text in draft.meter_index or find_unit(group.name.text, draft.units):
                named_as_unit(draft, group.name, "names a meter or a unit too")
            elif draft.declare("group", group.name):
                draft.meter_groups[name] = members
