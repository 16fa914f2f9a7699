"""Counters that may include what others count apart:
the prompt's cache reads and writes taken out of its input.

Whether the cache is inside the input is a matter of the format,
unless the record states a total: that settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from pricelang.usage.counters import Counters
from pricelang.usage.fields import count, shown
from pricelang.usage.records import UsageError

_HELP = (
    "it is not known which of its counters is wrong: correct the record, or price its request by "
    "flags"
)


@frozen
class StatedTotal:
    """The total that a record states. `bare` says that this format may leave the cache out of it,
    so that only a total with the cache in it settles anything.
    """

    path: str
    count: int
    bare: bool = False


def total_of(
    holder: Mapping[str, object], keys: Iterable[str], path: str, *, bare: bool = False
) -> StatedTotal | None:
    """The total that stands under one of `keys`, None where there is none or it is zero.
    Raises `UsageError`.
    """
    for key in keys:
        value, spot = holder.get(key), f"{path}.{key}" if path else key
        number = count(value, spot) if value else 0
        if number:
            return StatedTotal(spot, number, bare)
    return None


def disjoint(
    told: Counters, path: str, *, inside: bool, total: StatedTotal | None = None
) -> Counters:
    """Disjoint counters out of counters as they are told,
    whose input at `path` may include the cache.

    `inside` is what the format says of it; a total that fits one sum alone is the better knowledge.
    Raises `UsageError` where the total fits no sum, and where an input that includes the cache is
    less than the cache: a guess would be a price.
    """
    cache = told.read + told.written
    if total is not None:
        inside = _inside(told, inside, total)
    if not inside or not cache:
        return told
    if cache > told.input:
        raise UsageError(
            "bad_counts",
            f"`{path}` is {shown(told.input)}, less than the {shown(cache)} of its cache "
            "reads and writes",
            "this format counts them inside the input; `--format NAME` says another format",
        )
    return evolve(told, input=told.input - cache)


def _inside(told: Counters, inside: bool, total: StatedTotal) -> bool:
    """Decides whether the cache is inside the input, by a total of the record.
    Raises `UsageError` where it fits neither.
    """
    within, cache = told.input + told.output, told.read + told.written
    if total.count == within:
        return inside if total.bare or not cache else True
    if cache and total.count == within + cache:
        return False
    sums = (
        f"{within:,} with the cache inside the input, and {within + cache:,} with the cache "
        "beside it"
        if cache
        else f"{within:,}"
    )
    raise UsageError(
        "bad_total", f"`{total.path}` is {total.count:,}, and the counters add up to {sums}", _HELP
    )
