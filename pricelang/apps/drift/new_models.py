"""Models that sources name and a book does not have: one for all the ids under which it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from pricelang.apps.drift.difference import Difference
from pricelang.apps.drift.source_data import SourceData, SourcePrice
from pricelang.apps.drift.written_days import day_in
from pricelang.usage.model_spelling import Spelled, spelled
from pricelang.usage.platforms import named


@frozen
class UnknownModel:
    """A model under the plainest of its ids, or under its only one with a day, of which the
    plainest is then another name. `prices` are those of one of each meter for a plain request, as
    the first source has them; `disputes` say on what sources differ, and `released` the day that a
    source gives, if any.
    """

    name: str
    aliases: tuple[str, ...]
    ids: tuple[str, ...]
    sources: tuple[str, ...]
    prices: Mapping[str, Fraction]
    disputes: tuple[str, ...]
    released: str


def unknown_models(
    differences: Iterable[Difference], sources: Sequence[SourceData]
) -> list[UnknownModel]:
    """The models of the ids that a book does not have and that are of a known form."""
    ids: dict[Spelled, list[Difference]] = {}
    for each in differences:
        parts = _parts(each.id) if each.kind == "model" and not each.model else None
        if parts is not None and _is_plainly_unknown(each):
            ids.setdefault(parts, []).append(each)
    return [_model(parts, found, sources) for parts, found in ids.items()]


def _is_plainly_unknown(difference: Difference) -> bool:
    """Decides whether nothing more is said of an id than that its model is not known."""
    id = difference.id
    return difference.ours in (f"the book has no model `{id}`", f"unknown model `{id}`")


def parts_of(name: str) -> Spelled | None:
    """The parts of a name: those of Claude's, and for any other what stands before its version."""
    if not name.startswith("claude"):
        return Spelled((name.rstrip("0123456789.-"), name), (0,))
    return spelled(name)


def _parts(id: str) -> Spelled | None:
    """The parts of the name in an id; None where one of its pieces is not known, or it moves."""
    said = named(id)
    if said.model is None or said.odd or said.seller:
        return None
    parts = parts_of(said.model)
    if parts is None or not parts.words or not parts.version or parts.moves:
        return None
    return evolve(parts, day="")


def _model(
    parts: Spelled, found: Sequence[Difference], sources: Sequence[SourceData]
) -> UnknownModel:
    ids = tuple(dict.fromkeys(each.id for each in found))
    names = sorted({named(id).model or id for id in ids}, key=_plainness)
    dated = [name for name in names if (read := parts_of(name)) is not None and read.day]
    plain = [name for name in names if name not in dated]
    name = dated[0] if len(dated) == 1 or not plain else plain[0]
    of_model = [source for source in sources if source.name in {each.source for each in found}]
    said: dict[str, dict[Fraction, str]] = {}
    for source in of_model:
        for price in source.prices:
            if _parts(price.id) == parts and _is_plain(price):
                said.setdefault(price.meter, {}).setdefault(price.amount, source.name)
    return UnknownModel(
        name,
        tuple(plain[:1]) if name in dated else (),
        ids,
        tuple(source.name for source in of_model),
        {meter: next(iter(amounts)) for meter, amounts in said.items()},
        tuple(
            f"{' and '.join(amounts.values())} differ on {meter}"
            for meter, amounts in said.items()
            if len(amounts) > 1
        ),
        _released(parts, of_model),
    )


def _plainness(name: str) -> tuple[bool, bool, int, str]:
    """The order of names: family before version, no points, few letters."""
    return re.match(r"[a-z]+-[0-9]", name) is not None, "." in name, len(name), name


def _is_plain(price: SourcePrice) -> bool:
    return not (price.said or price.above or price.start or named(price.id).dimensions)


def _released(parts: Spelled, sources: Sequence[SourceData]) -> str:
    """The day that a source gives for the release, or under which its notes name the model
    first.
    """
    days = [
        date.day
        for source in sources
        for date in source.dates
        if date.kind == "released" and _parts(date.id) == parts
    ]
    entries = [
        day_in(name.place)
        for source in sources
        for name in source.names
        if _parts(name.id) == parts and name.place.startswith("the entry of ")
    ]
    return min([*days, *filter(None, entries)], default="")
