"""The price of a meter before factors, from tables, derivations and charges: step 7."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve, frozen

from pricelang.syntax import tree as t
from tests.oracle.case import Case, L, Statements, Unclear, of_kind, only, texts
from tests.oracle.scopes import cell_name, holding, holds, in_meter_unit, in_period, meters_of, rows


@frozen
class Rate:
    """Price of one unit of a meter,
    and how many units the book prices together (1,000,000 in a table per MTok).
    """

    price: Fraction
    together: Fraction = Fraction(1)
    free: bool = False


def money_rate(case: Case, money: t.Money, per: t.Per, meter: str) -> Rate:
    together = in_meter_unit(case, per.number, per.unit, meter)
    return Rate(money.value / together, together)


def cells(
    case: Case, layer: Statements, meter: str, conditional: bool
) -> list[tuple[t.Cell, t.Rates]]:
    """The latest cell of each condition that a layer's tables have for the meter,
    with its table.
    """
    begun: dict[object, list[tuple[int, t.Cell, t.Rates]]] = {}
    for table in of_kind(layer, t.Rates):
        scope = table.endings
        if table.withdrawn or not holds(case, evolve(scope, start=None, end=None)):
            continue
        for row in rows(table.table):
            named = {name: cell_name(row[name]) for name in case.values if name in row}
            named = {name: value for name, value in named.items() if value}  # `*` is any
            if any(case.values[name] != value for name, value in named.items()):
                continue
            if bool(scope.when or named) != conditional:
                continue
            dates = [row["from"].value if "from" in row else None, scope.start]
            start = max((date.seconds for date in dates if isinstance(date, t.Date)), default=-1)
            priced = (
                cell_name(row["model"]) == case.model
                and meter in row
                and row[meter].kind != "blank"
            )
            if priced and start <= case.at:
                condition = frozenset(scope.when), frozenset(named.items())
                begun.setdefault(condition, []).append((start, row[meter], table))
    latest = [
        row
        for found in begun.values()
        for row in found
        if row[0] == max(start for start, *_ in found)
    ]
    return [(cell, table) for _, cell, table in latest if in_period(case.at, table.endings)]


def derivations(case: Case, layer: Statements, meter: str) -> list[t.Derive | t.DeriveLine]:
    """The lines that derive the meter's price:
    of each statement the exceptions that hold, or else its main line.
    """
    found: list[t.Derive | t.DeriveLine] = []
    for derive in holding(case, layer, t.Derive):
        if derive.meter.text == meter:
            found += [line for line in derive.exceptions if holds(case, line.endings)] or [derive]
    return found


def base_rate(case: Case, meter: str) -> Rate | None:
    """The price of a meter before factors; None where it is not offered."""
    charged = charge_rate(case, meter)
    if charged is not None:
        return charged
    what = f"the price of `{meter}`"
    found = case.decisive(
        what, lambda layer: cells(case, layer, meter, True) or cells(case, layer, meter, False)
    )
    if found is None or found[0].kind == "not_offered":
        return None
    cell, table = found
    derive = case.decisive(f"what derives `{meter}`", lambda layer: derivations(case, layer, meter))
    if isinstance(cell.value, t.Money) and (cell.instead_of is not None or derive is None):
        return money_rate(case, cell.value, table.per, meter)
    if derive is None:
        raise Unclear(f"nothing derives `{meter}`")
    other = base_rate(case, derive.of.text)
    together = in_meter_unit(case, table.per.number, table.per.unit, meter)
    factor = amended(case, meter, meter, Rate(derive.factor.value)).price
    return Rate(factor * other.price, together) if other else None


def charge_lines(case: Case, layer: Statements, meter: str, kind: type[L]) -> list[L]:
    """The lines of a kind that hold in the meter's charge."""
    lines = [
        line
        for charge in holding(case, layer, t.Charge)
        if charge.name.text == meter
        for line in charge.lines
    ]
    return [line for line in lines if isinstance(line, kind) and holds(case, line.endings)]


def charge_rate(case: Case, meter: str) -> Rate | None:
    """The price of a meter with a charge; of a graduated charge, its first tier."""
    if any(charge_lines(case, layer, meter, t.ChargeFree) for layer in case.layers):
        return Rate(Fraction(0), free=True)

    def best(layer: Statements) -> list[t.ChargePrice]:
        found = [
            line for line in charge_lines(case, layer, meter, t.ChargePrice) if line.after is None
        ]
        ranks = [(line.instead_of is not None, bool(line.endings.when)) for line in found]
        return [line for line, rank in zip(found, ranks, strict=True) if rank == max(ranks)]

    line = case.decisive(f"the price of `{meter}`", best)
    return (
        amended(case, meter, meter, money_rate(case, line.money, line.per, meter)) if line else None
    )


def paid(factor: t.FactorClause, number: t.Number) -> Fraction:
    """What part of the price is paid: `x 0.75` and `25% off` are three quarters."""
    return 1 - number.value if factor.off else number.value


def amended(case: Case, name: str, meter: str, now: Rate) -> Rate:
    """A price or a factor of the rule `name` on a meter, after what contracts put in its place."""
    for layer in case.layers:
        found = []
        for amend in holding(case, layer, t.Amend):
            for line in amend.lines if amend.name.text == name else ():
                new = line.effect
                if isinstance(new, t.Factors) and holds(case, line.endings):
                    named = [f for f in new.factors if meter in meters_of(case, texts(f.meters))]
                    named = [
                        f
                        for f in named
                        if f.instead_of is None or paid(f, f.instead_of) == now.price
                    ]
                    found += [Rate(paid(f, f.number)) for f in named]
                elif isinstance(new, t.DerivedFactor) and holds(case, line.endings):
                    found += [Rate(new.number.value)]
                elif isinstance(new, t.ChargePrice) and holds(case, line.endings):
                    old = (
                        money_rate(case, new.instead_of, new.per, meter) if new.instead_of else now
                    )
                    found += (
                        [money_rate(case, new.money, new.per, meter)]
                        if old.price == now.price
                        else []
                    )
        now = only(found, f"what amends `{name}`") if found else now
    return now
