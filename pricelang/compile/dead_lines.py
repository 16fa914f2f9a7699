"""Lines that never decide:
whatever a book says is said of some request that exists and that nothing else decides first.
"""

from __future__ import annotations

import itertools
from typing import get_args

from attrs import evolve

from pricelang.check.draft import span_of
from pricelang.compile.dead_charges import check_charge_lines
from pricelang.compile.dead_prices import check_derivations, check_rates
from pricelang.compile.reach import Dead, Reach, scopes_and_origins
from pricelang.compile.reasons import check_reasons
from pricelang.model import book as m
from pricelang.model import rule_kinds as k
from pricelang.model.diagrams import Group, Slot, place_of, root_of, slots_of
from pricelang.model.requests import NO, is_yes
from pricelang.model.rules import name_of, origin_of, rules_of, scope_of
from pricelang.model.space import day, meet
from pricelang.syntax import tree as t


def check_reach(reach: Reach) -> None:
    """Adds a fault for each line, but those of modifiers and exclusions, that decides nothing for
    any request that exists, and for each two that give other reasons for one request, between which
    the order of a file would decide.
    """
    if not reach.book.models:
        return
    reach.draft.deciding("the rules cut", reach.draft.layers[-1].header.span)
    _aliases(reach)
    lines = _lines_of(reach.book)
    for group in get_args(Group):
        _check_group(reach, group, {slot: lines[slot] for slot in lines if slot.group == group})


def _lines_of(book: m.Book) -> dict[Slot, list[k.Rule]]:
    """The rules of each diagram of a book."""
    lines: dict[Slot, list[k.Rule]] = {slot: [] for slot in slots_of(book)}
    for rule in rules_of(book):
        place = place_of(rule)
        if place is not None:
            lines[place[0]].append(rule)
    return lines


def _check_group(reach: Reach, group: Group, lines: dict[Slot, list[k.Rule]]) -> None:
    # a value that is refused with a reason is no dead one
    alone = Reach(reach.draft, evolve(reach.book, refusals=()), reach.compiled)
    match group:
        case "value":
            _values(alone)
        case "meter":
            _meters(alone)
        case "price":
            check_rates(reach)
        case "derivation":
            check_derivations(reach)
        case "charge":
            check_charge_lines(reach)
        case "modifier" | "exclusion":
            pass  # what holds of several rules at once is `modifier_lines` and `exclusions`
        case "refusal":
            _reasons(alone, "a refusal", lines)
        case "free":
            _reasons(reach, "a `free`", lines)
        case "limit":
            _each(reach, "a line of `{}`", lines)
        case "rounding":
            _each(reach, "a rounding of `{}`", lines)
        case "conversion":
            _each(reach, "a conversion to {}", lines)
        case _:
            _each(reach, f"a {group}", lines)


def _reasons(reach: Reach, what: str, lines: dict[Slot, list[k.Rule]]) -> None:
    """Lines that say why, of a diagram each."""
    for slot, rules in lines.items():
        reasons = [([scope_of(rule)], origin_of(rule)) for rule in rules]
        check_reasons(reach, what, root_of(reach.held, slot), reasons)


def _each(reach: Reach, what: str, lines: dict[Slot, list[k.Rule]]) -> None:
    """Lines that hold whatever others of their diagram say."""
    for slot, rules in lines.items():
        reached: dict[int, set[int]] = {}
        for tag, rule in enumerate(rules):
            origin = origin_of(rule)
            layer = reach.layer(origin)
            if layer not in reached:
                leaves = reach.leaves(root_of(reach.decided, slot), layer)
                reached[layer] = {*itertools.chain(*leaves)}
            if tag not in reached[layer]:
                name = name_of(reach.book, rule)
                reach.say(what.format(name), reach.dead([scope_of(rule)], layer), origin)


# ---- names ---------------------------------------------------------------------------------------


def _aliases(reach: Reach) -> None:
    for alias in reach.book.aliases:
        model = reach.book.models[alias.model]
        if alias.end is not None and alias.end <= model.released:
            dead = Dead(
                f"it ends before `{model.name}` is released",
                ((span_of(model.origin), f"released on {day(model.released)}"),),
            )
            reach.say(f"the alias `{alias.name}`", dead, alias.origin)


def _values(reach: Reach) -> None:
    """The lines of a value, but for those by which a contract allows more."""
    allowed = {
        (span.file, span.line, span.column)
        for _, statement in reach.draft.statements(t.AllowValue)
        for span in (statement.span,)
    }
    requests = reach.requests
    exist = requests.forest.points(requests.existing[0], requests.forest.leaf(NO))
    for number, dimension in enumerate(reach.book.dimensions):
        axis = requests.space.axis(number)
        for index, value in enumerate(dimension.values):
            offers = {
                tag: offer
                for tag, offer in enumerate(value.offers)
                if (offer.origin.file, offer.origin.line, offer.origin.column) not in allowed
            }
            if len(offers) < 2 and exist[axis] >> index & 1:
                continue
            leaves = requests.reached(
                reach.held.values[number][index],
                [requests.within(((axis, 1 << index),)), requests.existing],
            )
            kept = {*offers}
            for tag, offer in reversed(offers.items()):
                others = kept - {tag}
                if any(tag in leaf and others.isdisjoint(leaf) for leaf in leaves):
                    continue
                scope = meet(offer.scope, ((axis, 1 << index),))
                hiders = scopes_and_origins(offers[other] for other in sorted(others))
                dead = reach.dead([scope] if scope is not None else [], 0, hiders)
                reach.say(f"a line of {dimension.name} `{value.name}`", dead, offer.origin)
                kept.remove(tag)


def _meters(reach: Reach) -> None:
    requests = reach.requests
    for meter, root in zip(reach.book.meters, reach.decided.meters, strict=True):
        if requests.find([(root, is_yes), requests.existing]) is None:
            dead = reach.dead([offer.scope for offer in meter.offers], 0)
            reach.say(f"the meter `{meter.name}`", dead, meter.origin)
