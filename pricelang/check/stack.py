"""Exclusions between modifiers, and the stack: the order in which modifiers and limits apply."""

from __future__ import annotations

from collections.abc import Collection

from pricelang.check.amendments import allow_pairs
from pricelang.check.draft import SCOPED, WORDS, Draft, span_of
from pricelang.model import book as m
from pricelang.syntax import tree as t


def read_exclusions(draft: Draft, modifiers: list[m.Modifier]) -> list[m.Exclusion]:
    """All exclusions, with what contracts allow again."""
    found: list[m.Exclusion] = []
    for layer, statement in draft.statements(t.Exclude):
        draft.only(statement.endings, SCOPED | WORDS, "an exclusion")
        left = draft.modifier(statement.left)
        right = draft.modifier(statement.right) if statement.right is not None else None
        if left is not None and left == right:
            message = f"`{statement.left.text}` is excluded with itself"
            draft.fault("never_decides", message, statement.span)
        draft.needs_reason("an exclusion", statement.span, statement.endings)
        if left is not None and (right is None) == (statement.right is None):
            scope = draft.scope(statement.endings, layer)
            origin = draft.origin(statement.span, statement.endings)
            found.append(m.Exclusion(left, right, scope, (), origin))
    allow_pairs(draft, modifiers, found)
    return found


def in_order(exclusions: list[m.Exclusion], stack: list[m.Member]) -> list[m.Exclusion]:
    """Exclusions in the order of the stack, pairs first: the first that holds refuses a request."""
    places = {index: place for place, (kind, index) in enumerate(stack) if kind == "modifier"}

    def key(exclusion: m.Exclusion) -> tuple[int, ...]:
        right = places.get(exclusion.right, 0) if exclusion.right is not None else len(stack)
        return tuple(sorted((places.get(exclusion.left, 0), right)))

    return sorted(exclusions, key=key)


def read_stack(draft: Draft, modifiers: list[m.Modifier], limits: list[m.Limit]) -> list[m.Member]:
    """The order of multipliers, surcharges and limits on unit prices.

    Each is ("modifier" or "limit", index). What no stack names comes last, in order of name; that
    is a fault unless everything is a factor.
    """
    on_price = {
        limit.name for limit in limits if any(line.target == "unit_price" for line in limit.lines)
    }
    order = _written_order(draft, on_price)
    rest = sorted({x.name for x in modifiers} - set(order)) + sorted(on_price - set(order))
    alone = len(modifiers) + len(on_price) == 1
    if rest and not alone and (on_price or any(x.kind != "multiplier" for x in modifiers)):
        spans = [statement.span for _, statement in draft.statements(t.Stack)]
        origins = [x.origin for x in modifiers] + [x.origin for x in limits]
        spans += map(span_of, origins)
        draft.fault(
            "stack",
            "the order matters here, and the stack does not name "
            + ", ".join(f"`{name}`" for name in rest),
            spans[0],
            "write the whole order, such as `stack " + ", ".join(order + rest) + "`",
        )
    return [
        ("modifier", draft.modifier_index[name])
        if name in draft.modifier_index
        else ("limit", draft.limit_index[name])
        for name in order + rest
    ]


def _written_order(draft: Draft, on_price: Collection[str]) -> list[str]:
    """The names in all stacks, in their order."""
    order: list[str] = []
    known = [*draft.modifier_index, *draft.limit_index]
    for _, statement in draft.statements(t.Stack):
        place = _place_after(draft, statement.after, order)
        for name in statement.names:
            if name.text in order:
                message = f"`{name.text}` appears twice in the stack"
                draft.fault("twice", message, name.span)
            elif name.text not in known:
                draft.unknown("modifier", name, known)
            elif name.text not in draft.modifier_index and name.text not in on_price:
                message = f"`{name.text}` limits no unit price and has no place in the stack"
                draft.fault("stack", message, name.span)
            else:
                order.insert(place, name.text)
                place += 1
    return order


def _place_after(draft: Draft, after: t.Name | None, order: list[str]) -> int:
    """Where the names of a stack go: after a modifier of the stacks before it, or at the end."""
    if after is not None and after.text in order:
        return order.index(after.text) + 1
    if after is not None and after.text in draft.modifier_index | draft.limit_index:
        message = f"`{after.text}` is in no stack before this one"
        draft.fault("stack", message, after.span)
    elif after is not None:
        draft.unknown("modifier", after, order)
    return len(order)
