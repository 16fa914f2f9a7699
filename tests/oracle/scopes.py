"""Units, and what a scope takes in: names of meters and models, periods, conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from pricelang.syntax import tree as t
from tests.oracle.case import Case, S, Statements, Unclear, of_kind, only, texts

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def same_unit(left: str, right: str) -> bool:
    return left == right or any(a in (b + "s", b + "es") for a, b in ((left, right), (right, left)))


def unit_size(case: Case, name: str) -> tuple[str, Fraction]:
    """The smallest unit of this sort, and how many of them one is."""
    for unit in case.all(t.Unit):
        if same_unit(unit.name.text, name):
            smallest, size = unit_size(case, unit.of.text)
            return smallest, size * unit.number.value
    seconds = next((n for known, n in SECONDS.items() if same_unit(known, name)), None)
    return ("second", Fraction(seconds)) if seconds else (name, Fraction(1))


def in_meter_unit(case: Case, number: t.Number | None, unit: t.Name, meter: str) -> Fraction:
    """`number unit` (`5 minutes`, `1,000 searches`, `MTok`) in the unit of a meter."""
    counted = next(m.unit.text for m in case.all(t.Meter) if meter in texts(m.names))
    (left, size), (right, other) = unit_size(case, unit.text), unit_size(case, counted)
    if not same_unit(left, right):
        raise Unclear(f"`{unit.text}` does not measure `{meter}`")
    return (number.value if number else 1) * size / other


def meters_of(case: Case, names: Iterable[str]) -> set[str]:
    """The meters that names stand for:
    a meter itself, a group's members, or all that is counted in a unit.
    """
    meters = {name: meter.unit.text for meter in case.all(t.Meter) for name in texts(meter.names)}
    groups = {
        group.name.text: texts(group.members)
        for group in case.all(t.Group)
        if group.members is not None
    }
    found: set[str] = set()
    for name in names:
        if name in meters:
            found.add(name)
        elif name in groups:
            found |= meters_of(case, groups[name])
        else:
            found |= {meter for meter, unit in meters.items() if same_unit(unit, name)}
    return found


def rows(table: t.TableOfCells) -> list[dict[str, t.Cell]]:
    return [
        dict(zip(map(cell_name, table.header.cells), row.cells, strict=True)) for row in table.rows
    ]


def cell_name(cell: t.Cell) -> str:
    return cell.value.text if isinstance(cell.value, t.Name) else ""


def released(case: Case, model: str) -> list[int]:
    """The days of release of a model, one for each row that lists it."""
    listed = [
        row
        for table in case.all(t.Models)
        for row in rows(table.table)
        if cell_name(row["model"]) == model
    ]
    return [
        row["released"].value.seconds for row in listed if isinstance(row["released"].value, t.Date)
    ]


def resolve(case: Case, name: str) -> str:
    """The id behind a name at the request's instant; an id is its own."""
    named = [a for a in case.all(t.Alias) if a.name.text == name and in_period(case.at, a.endings)]
    if released(case, name):
        return name
    if named:
        return only(named, f"the alias `{name}`").model.text
    fits = [
        (len(re.sub("[*#]", "", a.name.text)), a.name.text.count("#"), a.model.text)
        for a in case.all(t.Alias)
        if isinstance(a.name, t.Text)
        and re.fullmatch(
            re.escape(a.name.text).replace(r"\*", "[^/]*").replace(r"\#", "[0-9]"), name, re.I
        )
    ]
    return max(fits)[2] if fits else name


def names_model(case: Case, name: str) -> bool:
    """Whether a name in `for` stands for the request's model:
    its id, an alias of the day, or a group.
    """
    for group in case.all(t.Group):
        if group.name.text == name and group.members is not None:
            return any(names_model(case, member) for member in texts(group.members))
        if group.name.text == name:
            days = released(case, case.model)
            return any(in_period(day, group.endings) for day in days) and takes_model(
                case, group.endings
            )
    return resolve(case, name) == case.model


def takes_model(case: Case, scope: t.Endings) -> bool:
    named = not scope.models or any(names_model(case, name) for name in texts(scope.models))
    return named and not any(names_model(case, name) for name in texts(scope.except_models))


def in_period(at: int, scope: t.Endings) -> bool:
    return (scope.start is None or scope.start.seconds <= at) and (
        scope.end is None or at < scope.end.seconds
    )


def meets(case: Case, tests: Iterable[t.Test]) -> bool:
    """Whether the request meets every test of a condition."""
    for test in tests:
        if isinstance(test, t.IsTest):
            if case.values[test.dimension.text] not in texts(test.values):
                return False
        else:
            total = sum(sum(case.uses(meter)) for meter in meters_of(case, texts(test.meters)))
            if (total > test.limit.value) != test.over:
                return False
    return True


def holds(case: Case, scope: t.Endings) -> bool:
    """Whether a scope takes in the request."""
    return in_period(case.at, scope) and takes_model(case, scope) and meets(case, scope.when)


def holding(case: Case, layer: Statements, kind: type[S]) -> list[S]:
    """The statements of a kind that hold for the request."""
    return [statement for statement in of_kind(layer, kind) if holds(case, statement.endings)]
