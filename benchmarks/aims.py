"""Whether a figure meets its aim, by the words of the aim."""

from __future__ import annotations

import re
from collections.abc import Mapping

UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}
AIM = re.compile(r"(?P<number>[0-9.]+)(?: (?P<unit>µs|ms|s|MB)| times (?P<other>.+))?")
MET, MISSED = "met", "missed"


def verdict(aim: str, seconds: float, peak: int, others: Mapping[str, float]) -> str:
    """`met` or `missed`; nothing where a row has no aim, such as a rival. An aim is a time, a peak
    of memory (`200 MB`), a number of times the first of the `others`, or `3 times` one of them,
    which is named by a part of its name. `others` are seconds by name.

    >>> verdict("1.2 µs", 1.1e-6, 0, {})
    'met'
    >>> verdict("3 times `report`", 10.0, 0, {"plain": 1.0, "a `report`": 3.0})
    'missed'
    """
    found = AIM.fullmatch(aim)
    if found is None:
        return ""
    number, unit, other = float(found["number"]), found["unit"], found["other"]
    if unit == "MB":
        return MET if peak <= number * 1024 else MISSED
    if unit is not None:
        return MET if seconds <= number * UNITS[unit] else MISSED
    bases = [each for name, each in others.items() if other is None or other in name]
    if not bases:
        raise ValueError(f"no row is meant by the aim {aim!r}")
    return MET if seconds <= number * bases[0] else MISSED
