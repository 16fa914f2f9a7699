"""What genai-prices says of the models of a book: each id that its match clauses spell out,
with what holds from which day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from pricelang.apps.drift.source_data import (
    METERS,
    OTHER_KIND,
    SourceData,
    SourceFault,
    SourceName,
    SourcePrice,
)
from pricelang.apps.imports.drafts import FIRST_DAY, ImportFault
from pricelang.apps.imports.genai_names import STANDARD
from pricelang.apps.imports.genai_sets import sets_of
from pricelang.apps.imports.genai_work import GenaiWork, PriceSet
from pricelang.usage.platform_names import named_platform
from pricelang.usage.platforms import named

_SAID = {("processing", "batch"): ("service_tier", "batch")}
"""What genai-prices calls a condition, by the dimension and value of a book."""
# Ids of Bedrock are grouped by the endpoint, which the name of a group says.
_GROUPS = {"global.": "global", "regional.": "regional"}
_OWN = ("anthropic", "openrouter")


def genai_data(providers: object, kin: frozenset[str], name: str = "genai-prices") -> SourceData:
    """The models in whose id a word of `kin` stands. Raises `SourceFault`."""
    if not isinstance(providers, list):
        raise SourceFault("genai-prices' data is a list of providers, each with its `models`")
    data = SourceData(name)
    for provider in providers:
        models = provider.get("models") if isinstance(provider, dict) else None
        for model in models if isinstance(models, list) else ():
            id = str(model.get("id", "")) if isinstance(model, dict) else ""
            if any(word in id.lower() for word in kin):
                _add(data, str(provider.get("id")), model)
            else:
                data.passed_over[OTHER_KIND] += 1
    return data


def _add(data: SourceData, provider: str, model: Mapping[str, Any]) -> None:
    work = GenaiWork(routes=[])
    try:
        sets = list(sets_of(work, str(model["id"]), model))
    except (AttributeError, KeyError, TypeError, ValueError, ImportFault):
        data.passed_over["a model that is not in the form of the others"] += 1
        return
    group = _said_by_group(provider, str(model["id"]))
    place = f"{provider}: {model['id']}"
    prices = list(_prices(sets))
    for id in _ids(provider, model, group):
        own = named(id).dimensions
        said = {name: value for name, value in group.items() if name not in own}
        data.names.append(SourceName(id, place, said))
        data.prices += [
            evolve(price, id=id, place=place, said={**said, **price.said}) for price in prices
        ]
    for unsaid in work.imported.listed:
        data.passed_over[f"{unsaid.field}: {unsaid.reason}"] += 1


def _prices(sets: Sequence[PriceSet]) -> Iterator[SourcePrice]:
    """The prices of a model without its ids. A later set of the same context stands instead of an
    earlier one, so that each has a price for all lengths of prompts that any of them tells apart.
    """
    for context in dict.fromkeys(one.context for one in sets):
        held = [one for one in sets if one.context == context]
        said = dict(_SAID.get(pair, pair) for pair in context if pair[1] != STANDARD)
        for meter in dict.fromkeys(meter for one in held for meter in one.prices):
            tiers = [(one.when.start, one.prices[meter]) for one in held if meter in one.prices]
            for above in sorted({length for _, some in tiers for length, _ in some}):
                for start, some in tiers:
                    amount = [amount for length, amount in some if length <= above][-1]
                    day = "" if start == FIRST_DAY else start
                    yield SourcePrice("", METERS.get(meter, meter), amount, "", said, above, day)


def _said_by_group(provider: str, id: str) -> dict[str, str]:
    """What the provider of a model says, and the group in which it stands."""
    platform = named_platform(provider)
    group = next((value for start, value in _GROUPS.items() if id.startswith(start)), None)
    found = {"platform": platform} if platform else {}
    return {**found, "endpoint": group} if platform and group else found


def _ids(provider: str, model: Mapping[str, Any], said: Mapping[str, str]) -> list[str]:
    """The ids that a model spells out: its own, where that is no name of a group, and the texts of
    its clauses but those that only go on from another.
    """
    own = [] if said.get("endpoint") else [str(model["id"])]
    texts = sorted({*own, *_texts(model.get("match") or {})}, key=lambda text: (len(text), text))
    kept: list[str] = []
    for text in texts:
        if not any(text.startswith((one + "-v", one + "@")) for one in kept):
            kept.append(text)
    ids = [text.rstrip("@") for text in kept]
    if said.get("platform") or provider in _OWN:
        return list(dict.fromkeys(ids))
    return list(dict.fromkeys(f"{provider}/{id}" for id in ids))


def _texts(match: Mapping[str, Any]) -> Iterator[str]:
    for kind, value in match.items():
        if kind in ("or", "and"):
            for clause in value:
                yield from _texts(clause)
        elif kind != "regex":
            yield str(value)
