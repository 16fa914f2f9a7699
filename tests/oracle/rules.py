"""What exists, and which rules take effect or refuse: steps 1 to 5."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from attrs import evolve

from pricelang.syntax import tree as t
from tests.oracle.case import Case, Refused, texts
from tests.oracle.scopes import holds, meets


def dimension_values(case: Case, given: Mapping[str, str]) -> dict[str, str]:
    """Every dimension's value: as given, by default, or by the clock. That of tiers is the first,
    of an account that has used nothing, unless it is given.
    """
    defaults = {d.name.text: d.default.text for d in case.all(t.Dimension)}
    defaults |= {tiers.name.text: tiers.tiers[0].name.text for tiers in case.all(t.Tiers)}
    values = {name: given.get(name, default) for name, default in defaults.items()}
    for dimension in case.all(t.Dimension):
        for line in dimension.lines:
            if (
                line.clock
                and on_clock(case.at, line.clock)
                and holds(evolve(case, values=values), line.endings)
            ):
                values[dimension.name.text] = line.values[0].text
    return values


def on_clock(at: int, clock: t.Clock) -> bool:
    """Whether an instant is in a window, as the clocks of the zone show it: one that passes midnight
    belongs to the day on which it begins.
    """
    zone = ZoneInfo(clock.zone.text if clock.zone is not None else "UTC")
    now = datetime.fromtimestamp(at, UTC).astimezone(zone)
    minutes, days = now.hour * 60 + now.minute, weekdays(clock)
    today, yesterday = now.weekday() in days, (now.weekday() - 1) % 7 in days
    if not clock.windows:
        return today
    for window in clock.windows:
        start, end = window.start.minutes, window.end.minutes
        if start < end:
            if today and start <= minutes < end:
                return True
        elif (today and minutes >= start) or (yesterday and minutes < end):
            return True
    return False


def weekdays(clock: t.Clock) -> set[int]:
    """The days of a clock, Monday being 0."""
    week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    groups = {"weekdays": week[:5], "weekends": week[5:]}
    named = [day for name in clock.days for day in groups.get(name.text, [name.text])]
    return {week.index(day) for day in named or week}


def missing(case: Case, given: Mapping[str, str]) -> str | None:
    """What the request asks for and is not offered."""
    dimensions = {d.name.text: d for d in case.all(t.Dimension)}
    ladders = {tiers.name.text: tiers for tiers in case.all(t.Tiers)}
    for name in given:
        if name in ladders:
            continue
        if name not in dimensions or any(line.clock for line in dimensions[name].lines):
            return name
    for name, value in case.values.items():
        if name in ladders:
            first, *later = texts(tier.name for tier in ladders[name].tiers)
            there = value in later and holds(case, ladders[name].endings)
            if value != first and not there:
                return f"{name} {value}"
            continue
        lines = [line.endings for line in dimensions[name].lines if value in texts(line.values)]
        lines += [
            a.endings
            for a in case.all(t.AllowValue)
            if (a.dimension.text, a.value.text) == (name, value)
        ]
        if not any(holds(case, scope) for scope in lines):
            return f"{name} {value}"
    for name in case.usage:
        known = [meter for meter in case.all(t.Meter) if name in texts(meter.names)]
        if not known or (
            sum(case.uses(name)) > 0 and not any(holds(case, meter.endings) for meter in known)
        ):
            return name
    return None


def effects(
    case: Case, modifier: t.Multiplier | t.Surcharge
) -> list[t.Factors | t.Addition] | None:
    """What a multiplier or surcharge does to the request:
    nothing, its factors or additions, or None for a refusal.
    """
    if not holds(case, modifier.endings) or not meets(case, modifier.when):
        return []
    fitting = fitting_lines(case, modifier)
    chosen = [line.effect for line in fitting if not line.otherwise] or [
        line.effect for line in fitting
    ]
    outcomes = {effect.kind for effect in chosen if isinstance(effect, t.Outcome)}
    if outcomes:
        return None if "refuse" in outcomes else []
    return [effect for effect in chosen if not isinstance(effect, t.Outcome)]


def fitting_lines(case: Case, modifier: t.Multiplier | t.Surcharge) -> list[t.ModifierLine]:
    """The lines whose scope takes in the request."""
    lines = list(modifier.lines)
    for line in modifier.lines:
        if line.endings.then is not None:  # `… before D then OUTCOME`: a second line, from D on
            after = evolve(line.endings, start=line.endings.end, end=None, then=None)
            lines.append(evolve(line, effect=line.endings.then, endings=after))
    return [line for line in lines if holds(case, line.endings)]


def refusal(case: Case) -> Refused | None:
    for refuse in case.all(t.Refuse):
        if holds(case, refuse.endings):
            return Refused(refuse.endings.because.text if refuse.endings.because else "", "refuse")
    active: set[str] = set()
    both: list[t.Multiplier | t.Surcharge] = [*case.all(t.Multiplier), *case.all(t.Surcharge)]
    for modifier in both:
        found = effects(case, modifier)
        if found is None:
            return Refused(
                modifier.name.text,
                "multiplier" if isinstance(modifier, t.Multiplier) else "surcharge",
            )
        active |= {modifier.name.text} if found else set()
    allowed = [{a.left.text, a.right.text} for a in case.all(t.AllowPair) if holds(case, a.endings)]
    for exclude in case.all(t.Exclude):
        names = [exclude.left.text] + ([exclude.right.text] if exclude.right else [])
        if set(names) <= active and holds(case, exclude.endings) and set(names) not in allowed:
            return Refused(" with ".join(names), "exclude")
    return None
