"""Ladders of tiers of two books, as parts of bills: what a month costs turns on its counters."""

from __future__ import annotations

from collections.abc import Iterator

from pricelang.model import rule_kinds as k
from pricelang.verify.against.bill_part import NEW, OLD, BillPart, live, places_of
from pricelang.verify.diff.joint_rules import JointRules
from pricelang.verify.diff.tier_changes import Terms, ladder_terms


def ladder_parts(rules: JointRules) -> Iterator[BillPart]:
    """Ladders of both books by which a month may be in other tiers: those that differ, and those
    whose counts may. Where both count the same units, or one book has no such ladder, each unit has
    a tier, and the prices of all tiers say all.
    """
    theirs, ours = (ladder_terms(side.book) for side in (rules.old, rules.new))
    places = places_of(rules, "account", k.LadderRule)
    for name in (name for name in ours if name in theirs):
        same = ours[name] == theirs[name] and _offered_alike(rules, name)
        if not same or not _counts_alike(rules, ours[name]):
            root = live(rules, [], lambda leaves: "either")
            yield BillPart(f"the tiers of `{name}`", "account", root, places, turns=same)


def _offered_alike(rules: JointRules, name: str) -> bool:
    """Decides whether both books have the tiers for the same usage."""
    own = rules.own("value")
    place = next(n for n, one in enumerate(rules.joint.dimensions) if one.name == name)
    keys = [key for key in own[NEW] if key[0] == place]
    return all(own[NEW][key] == own[OLD][key] for key in keys)


def _counts_alike(rules: JointRules, terms: Terms) -> bool:
    """Decides whether both books count the same: not what is spent, and the same units billed."""
    _, spend, *_ = terms
    if spend:
        return False
    theirs, ours = rules.pair("free")
    charges = (pair for (_, term), pair in rules.pairs("charge").items() if term != "tiers")
    return theirs == ours and all(was == now for was, now in charges)
