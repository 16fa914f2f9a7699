"""A book's prices of one day as a provider of genai-prices, in the form of its YAML files."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pricelang.apps.exports.prices import (
    REQUESTS,
    Bands,
    Exported,
    ModelPrices,
    Watched,
    prices_on,
    size_of,
    unit_of,
)
from pricelang.apps.imports.drafts import Unsaid
from pricelang.apps.imports.genai_names import measure_of, price_key_of
from pricelang.apps.price_book import PriceBook
from pricelang.model.clock import UTC
from pricelang.model.instants import Instant
from pricelang.present.decimals import exact as decimal_of
from pricelang.present.exact_text import yaml_text

SYNONYMS = {"cache_write_5m": "cache_write", "web_search": "web_searches", REQUESTS: REQUESTS}
"""Meters of books of one's own by the name of the meter that an imported book has."""

_MODALITIES = ("", "text_", "audio_", "image_", "video_")
KEYS = frozenset(
    [f"{way}_{kind}mtok" for way in ("input", "output") for kind in _MODALITIES]
    + [
        f"cache_{kind}{what}_mtok"
        for kind in _MODALITIES
        for what in ("read", "write", "write_5m", "write_1h")
    ]
    + [f"input_{kind}tool_mtok" for kind in _MODALITIES]
    + [f"output_{kind}{what}_mtok" for kind in _MODALITIES for what in ("reasoning", "citation")]
    + [
        "input_mchars",
        "input_text_messages_kcount",
        "audio_hours",
        "input_audio_hours",
        "output_audio_hours",
        "input_gpixels",
    ]
    + [
        "input_document_kpages",
        "input_annotated_document_kpages",
        "requests_kcount",
        "code_executions_kcount",
    ]
    + [f"{what}_searches_kcount" for what in ("rerank", "web", "social", "storage")]
)
"""The prices that genai-prices knows."""

Prices = dict[str, Any]


def exported(
    book: PriceBook, at: Instant | None, provider: str, watched: Watched = iter
) -> Exported:
    """The provider, the file and what it cannot say.
    `watched` passes the models on, and may show how far it is.
    """
    models: list[dict[str, Any]] = []
    unsaid: list[Unsaid] = []
    for model in watched(prices_on(book, at)):
        entry = _model(book, model)
        unsaid += model.unsaid
        if entry is not None:
            models.append(entry)
    entries = {"name": book.title, "id": provider, "api_pattern": "", "models": models}
    return Exported(entries, yaml_text(entries), unsaid, len(models))


def _model(book: PriceBook, model: ModelPrices) -> dict[str, Any] | None:
    if not model.standard:
        model.miss(
            "",
            "",
            "no price unless a dimension is said, and genai-prices has a standard one always",
        )
        return None
    standard = _prices(book, model, model.standard)
    if not standard:
        return None
    clocked, variants = _values(book, model, standard)
    for meter, pool in model.pools.items():
        model.miss(meter, str(decimal_of(pool.count)), f"free in each {pool.period}")
    if clocked and variants:
        model.miss("hours", "", "the hours and a context at once")
    names = [{"equals": name} for name in (model.name, *model.aliases)]
    entry: dict[str, Any] = {
        "id": model.name,
        "match": names[0] if len(names) == 1 else {"or": names},
    }
    if model.retired is not None:
        entry["price_comments"] = f"Retired on {model.retired[:10]}."
    entry["prices"] = [{"prices": standard}, *clocked] if clocked else standard
    return {**entry, "price_variants": variants} if variants else entry


def _values(
    book: PriceBook, model: ModelPrices, standard: Prices
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The other prices of some hours, and those where a dimension has another value."""
    clocked: list[dict[str, Any]] = []
    variants: list[dict[str, Any]] = []
    for (dimension, value), bands in model.values.items():
        prices = _prices(book, model, bands)
        clocks = model.clocks.get((dimension, value))
        if missing := standard.keys() - prices.keys():
            model.miss(
                f"{dimension} {value}",
                ", ".join(sorted(missing)),
                "has no price here, and genai-prices would take the standard one",
            )
        if clocks is not None:
            if prices != standard and all(one.is_daily and one.zone == UTC for one in clocks):
                clocked += [
                    {
                        "constraint": {"start_time": _clock(a), "end_time": _clock(b)},
                        "prices": prices,
                    }
                    for clock in clocks
                    for a, b in clock.windows
                ]
            elif prices != standard:
                model.miss(dimension, value, "hours of some days, or of a zone that is not UTC")
        elif other := {key: price for key, price in prices.items() if price != standard.get(key)}:
            variants.append({"when": {dimension: value}, "prices": other})
    return clocked, variants


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}:00Z"


def _prices(book: PriceBook, model: ModelPrices, bands: Bands) -> Prices:
    """The prices under genai-prices' keys, for as many as each is written for,
    with a tier for each length of prompt.
    """
    whole = {meter for _, prices in bands for meter in prices if meter in _prompt(book)}
    if len(bands) > 1 and not whole <= set(model.summed) <= set(_prompt(book)):
        _once(
            model,
            "threshold",
            " + ".join(model.summed),
            "genai-prices' tiers are on the whole prompt",
        )
        bands = bands[:1]
    found: Prices = {}
    for meter in bands[0][1] if bands else ():
        key = _key(book, meter)
        if key is None:
            _once(
                model,
                meter,
                str(decimal_of(bands[0][1][meter]) or bands[0][1][meter]),
                "genai-prices has no price of this kind",
            )
            continue
        steps = [(above, prices[meter]) for above, prices in bands if meter in prices]
        if len(steps) < len(bands):
            _once(model, meter, "", "has no price for some lengths of prompt")
        amounts = [(above, decimal_of(price * _scale(book, meter, key))) for above, price in steps]
        if any(amount is None for _, amount in amounts):
            _once(model, meter, str(bands[0][1][meter]), "no finite decimal says this price")
        elif len({amount for _, amount in amounts}) == 1:
            found[key] = amounts[0][1]
        else:
            tiers = [{"start": above, "price": amount} for above, amount in amounts[1:]]
            found[key] = {"base": amounts[0][1], "tiers": tiers}
    return found


def _prompt(book: PriceBook) -> tuple[str, ...]:
    return tuple(
        meter.name
        for meter in book.checked.meters
        if meter.kind == "token" and meter.name.startswith(("input", "cache"))
    )


def _key(book: PriceBook, meter: str) -> str | None:
    name = SYNONYMS.get(meter, meter)
    kind = unit_of(book, meter)
    key = price_key_of(
        name,
        {
            "token": "tokens",
            "character": "characters",
            "pixel": "pixels",
            "second": "seconds",
            "page": "pages",
        }.get(kind, name),
    )
    return key if key in KEYS else None


def _scale(book: PriceBook, meter: str, key: str) -> Fraction:
    measure = measure_of(key)
    assert measure is not None, key
    return measure.size / size_of(book, meter)


def _once(model: ModelPrices, field: str, value: str, reason: str) -> None:
    if not any(each.field == field and each.reason == reason for each in model.unsaid):
        model.miss(field, value, reason)
