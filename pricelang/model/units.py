"""Units of meters: names in singular and plural, times that convert,
and which units are counted in whole numbers.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from fractions import Fraction

from pricelang.model.instants import DAY
from pricelang.model.names import SECOND, Unit

_TIMES = {
    "millisecond": Fraction(1, 1000),
    "second": Fraction(1),
    "minute": Fraction(60),
    "hour": Fraction(3600),
    "day": Fraction(DAY),
}
_CONTINUOUS = re.compile(
    r"(?:^|_)(?:(?:kilo|mega|giga|tera)?bytes?|.*_(?:second|minute|hour|day|week|month|year))$"
)

TIMES = tuple(Unit(name, SECOND, size) for name, size in _TIMES.items())


@functools.lru_cache(maxsize=1_000)
def singular(name: str) -> str:
    """The singular of a unit's name, by the regular English endings.

    >>> [singular(name) for name in ("tokens", "searches", "hours", "gigabyte_months", "MTok")]
    ['token', 'search', 'hour', 'gigabyte_month', 'MTok']
    """
    if re.search(r"(?:ch|sh|ss|x)es$", name):
        return name[:-2]
    if re.search(r"[^aeious]ies$", name):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > 2 else name


def plural(name: str) -> str:
    """The plural of a unit's name: `tokens`, `searches`, `queries`."""
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if re.search(r"(?:ch|sh|s|x)$", name) else "s")


def unit_behind(quantity: Fraction | int, name: str) -> str:
    """The name of a unit as it stands behind a quantity.

    >>> unit_behind(1, "token"), unit_behind(2, "search")
    ('token', 'searches')
    """
    return name if quantity == 1 else plural(name)


def find_unit(name: str, units: Iterable[Unit]) -> Unit | None:
    """The unit of a name in singular or plural."""
    wanted = {name, singular(name)}
    return next((unit for unit in units if unit.name in wanted), None)


def counted_whole(unit: Unit) -> bool:
    """Decides whether a meter in this unit takes whole numbers only:
    all but times, sizes in bytes, and something times a time.
    """
    return not unit.is_time and not _CONTINUOUS.match(unit.kind)
