"""What a source lacks: models in use that it does not name, and prices of those that it names,
where it has the same one of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pricelang.apps.drift.difference import Difference
from pricelang.apps.drift.known_ids import Known, key_of
from pricelang.apps.drift.probe import Probe
from pricelang.apps.drift.source_data import SourceData
from pricelang.apps.drift.usual_amounts import UsualAmounts
from pricelang.model import book as m
from pricelang.model.errors import PriceError
from pricelang.model.instants import written


def lacking(
    probe: Probe, amounts: UsualAmounts, data: SourceData, known: Known
) -> Iterator[Difference]:
    """What is in use on the day of a probe, and not in a source."""
    if not data.whole:
        return
    named = {asked.model.name for asked in known.values()}
    for model in _in_use(probe):
        if model.name not in named:
            yield _difference(data, model, "", "not named", "in use", {})
    yield from _lacking_prices(probe, amounts, data, known)


def _in_use(probe: Probe) -> Iterator[m.Model]:
    for model in probe.book.checked.models:
        retired = written(model.retired) if model.retired is not None else "9999"
        if written(model.released) <= probe.at < retired:
            yield model


def _lacking_prices(
    probe: Probe, amounts: UsualAmounts, data: SourceData, known: Known
) -> Iterator[Difference]:
    """A price under a condition that moves nothing in the book is not missed."""
    has: dict[str, set[tuple[str, tuple[tuple[str, str], ...]]]] = {}
    for price in data.prices:
        asked = known.get(key_of(price))
        if asked is not None and not asked.dimensions and not price.above:
            key = price.meter, tuple(sorted(price.said.items()))
            has.setdefault(asked.model.name, set()).add(key)
    every = list(dict.fromkeys(key for keys in has.values() for key in sorted(keys)))
    for model in _in_use(probe):
        for meter, pairs in every if model.name in has else ():
            said = dict(pairs)
            amount = (
                None if (meter, pairs) in has[model.name] else _price(probe, model, said, meter)
            )
            if amount is not None and not (said and amount == _price(probe, model, {}, meter)):
                ours = amounts.words(amount, meter)
                yield _difference(data, model, meter, "no price", ours, said)


def _price(probe: Probe, model: m.Model, said: Mapping[str, str], meter: str) -> Fraction | None:
    try:
        return probe.price(model, said, meter, 0, probe.at)
    except PriceError:
        return None


def _difference(
    data: SourceData, model: m.Model, meter: str, theirs: str, ours: str, said: Mapping[str, str]
) -> Difference:
    return Difference("lacks", data.name, model.name, model.name, meter, theirs, ours, "", said)
