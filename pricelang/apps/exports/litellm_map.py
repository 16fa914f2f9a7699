"""A book's prices of one day as entries of LiteLLM's price map."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pricelang.apps.exports.prices import (
    REQUESTS,
    Bands,
    Exported,
    ModelPrices,
    Watched,
    prices_on,
    ratio,
    size_of,
    unit_of,
)
from pricelang.apps.imports import litellm_fields as f
from pricelang.apps.imports.drafts import Unsaid
from pricelang.apps.price_book import PriceBook
from pricelang.model.instants import Instant
from pricelang.present.decimals import exact as decimal_of
from pricelang.present.exact_text import json_text

SYNONYMS = {"cache_write_5m": "cache_write", "web_search": "web_searches", REQUESTS: "requests"}
"""Meters of books of one's own by the name of the meter that an imported book has."""

_SEARCHES, _SIZES = "web_searches", ("low", "medium", "high")
_FACTORS = {(dimension, value): field for field, (dimension, value, _) in f.UPLIFTS.items()}
_SPECIFIC = ("us", "fast")


def exported(
    book: PriceBook, at: Instant | None, provider: str, watched: Watched = iter
) -> Exported:
    """The entries, the file and what it cannot say.
    `watched` passes the models on, and may show how far it is.
    """
    entries: dict[str, dict[str, Any]] = {}
    unsaid: list[Unsaid] = []
    models = 0
    for model in watched(prices_on(book, at)):
        writer = _Writer(book, model, provider)
        entry = writer.entry()
        unsaid += model.unsaid
        if entry is not None:
            models += 1
            entries[model.name] = entry
            entries |= {
                alias: {"alias_of": model.name, "litellm_provider": provider}
                for alias in model.aliases
            }
    return Exported(entries, json_text(entries) + "\n", unsaid, models)


class _Writer:
    """The entry of one model."""

    def __init__(self, book: PriceBook, model: ModelPrices, provider: str) -> None:
        self.book, self.model, self.provider = book, model, provider
        self.entry_so_far: dict[str, Any] = {}

    def entry(self) -> dict[str, Any] | None:
        """The entry, or None where nothing of it can be said."""
        model = self.model
        if not model.standard and not any((f.TIER, tier) in model.values for tier in f.SUFFIX_OF):
            model.miss("", "", "no price unless a dimension is said that LiteLLM does not have")
            return None
        standard = self._lengths(self._known(model.standard))
        self._write(standard, f.STANDARD, [], {})
        steps = [above for above, _ in standard if above]
        for (dimension, value), bands in model.values.items():
            if dimension == f.TIER and value in f.SUFFIX_OF:
                self._write(
                    self._lengths(self._known(bands)),
                    value,
                    steps,
                    dict(standard[0][1]) if standard else {},
                )
            elif not self._special(dimension, value, bands):
                self._changes(dimension, value, bands)
        self._pools()
        if not self.entry_so_far:
            return None
        said: dict[str, Any] = {"litellm_provider": self.provider}
        if (
            "input_cost_per_token" in self.entry_so_far
            and "output_cost_per_token" in self.entry_so_far
        ):
            said["mode"] = "chat"
        if model.retired is not None:
            said["deprecation_date"] = model.retired[:10]
        return {**dict(sorted(self.entry_so_far.items())), **said}

    # ---- plain fields ----

    def _known(self, bands: Bands) -> Bands:
        """The prices under LiteLLM's names; those that it has no field for are noted, once."""
        found: Bands = []
        for above, prices in bands:
            named: dict[str, Fraction] = {}
            for meter, price in prices.items():
                name = SYNONYMS.get(meter, meter)
                measure = f.MEASURES.get(name)
                size = size_of(self.book, meter)
                if measure is None and name.startswith("guardrail_"):
                    named[name] = price
                elif measure is None or (
                    measure.unit in ("tokens", "seconds")
                    and measure.unit != unit_of(self.book, meter) + "s"
                ):
                    self._once(
                        meter,
                        str(decimal_of(price) or price),
                        "LiteLLM has no field for this meter",
                    )
                elif decimal_of(price / size) is None:
                    self._once(meter, str(price / size), "no finite decimal says this price")
                else:
                    named[name] = price / size
            found.append((above, named))
        return found

    def _lengths(self, bands: Bands) -> Bands:
        """The bands, where their length is that of LiteLLM's whole prompt."""
        if len(bands) < 2:
            return bands
        counted = {SYNONYMS.get(meter, meter) for meter in self.model.summed}
        priced = {meter for _, prices in bands for meter in prices if meter in f.PROMPT}
        if counted - set(f.PROMPT) or priced - counted:
            self._once(
                "threshold",
                " + ".join(self.model.summed),
                "LiteLLM's thresholds are on the whole prompt",
            )
            return bands[:1]
        for meter in bands[0][1]:
            if any(meter not in prices for _, prices in bands):
                self._once(
                    meter,
                    "",
                    "has no price for some lengths of prompt, and LiteLLM would take that of "
                    "the others",
                )
        return bands

    def _write(
        self, bands: Bands, tier: str, steps: list[int], fallback: Mapping[str, Fraction]
    ) -> None:
        """The fields of a tier. Where the standard price has a step,
        a tier says its own, for else LiteLLM takes that one.
        """
        edges = sorted({above for above, _ in bands} | set(steps))
        last: dict[str, Fraction] = {}
        for above in edges:
            prices = next((held for start, held in reversed(bands) if start <= above), {})
            for meter, price in prices.items():
                if above and price == last.get(meter) and tier == f.STANDARD:
                    continue
                if meter == _SEARCHES or meter.startswith("guardrail_"):
                    self._grouped(meter, price, tier, above)
                else:
                    self.entry_so_far[f.field_name(meter, tier, above)] = decimal_of(price)
            last = prices
        if tier != "batch":
            for meter in fallback.keys() - (bands[0][1].keys() if bands else ()):
                if meter in f.METER_OF.values() and tier != f.STANDARD:
                    self._once(
                        f"{f.TIER} {tier}",
                        meter,
                        "has no price here, and LiteLLM would take the standard one",
                    )

    def _grouped(self, meter: str, price: Fraction, tier: str, above: int) -> None:
        if tier != f.STANDARD or above:
            return
        amount = decimal_of(price)
        if meter == _SEARCHES:
            block = self.entry_so_far.setdefault("search_context_cost_per_query", {})
            for size in _SIZES:
                block.setdefault(f"search_context_size_{size}", amount)
        else:
            first, *rest = meter.removeprefix("guardrail_").split("_")
            unit = first + "".join(word.title() for word in rest)
            self.entry_so_far.setdefault("guardrail_cost_per_unit", {})[unit] = amount

    # ---- values of dimensions ----

    def _special(self, dimension: str, value: str, bands: Bands) -> bool:
        """Fields for values of some dimensions:
        factors, and sizes of pictures, of videos and of search contexts.
        """
        prices = bands[0][1]
        if (dimension, value) in _FACTORS and self.model.standard:
            tokens = [
                {m: p for m, p in held.items() if unit_of(self.book, m) == "token"}
                for held in (self.model.standard[0][1], prices)
            ]
            factor = ratio(*tokens)
            rest = {m: p for m, p in prices.items() if m not in tokens[1]}
            same = rest == {
                m: p for m, p in self.model.standard[0][1].items() if m not in tokens[0]
            }
            amount = decimal_of(factor) if factor is not None and same else None
            if amount is None or amount == 1:
                return amount is not None
            field = _FACTORS[dimension, value]
            if field in _SPECIFIC:
                self.entry_so_far.setdefault("provider_specific_entry", {})[field] = amount
            else:
                self.entry_so_far[field] = amount
            return True
        named = {SYNONYMS.get(meter, meter): price for meter, price in prices.items()}
        if dimension == f.SIZE and "output_pictures" in named:
            self.entry_so_far["output_cost_per_image_" + value.removesuffix("px")] = decimal_of(
                named["output_pictures"]
            )
            return True
        if dimension == f.RESOLUTION and "output_time" in named:
            self.entry_so_far[f"output_cost_per_second_{value}"] = decimal_of(named["output_time"])
            return True
        if dimension == f.SEARCH and _SEARCHES in named:
            block = self.entry_so_far.setdefault("search_context_cost_per_query", {})
            block[f"search_context_size_{value}"] = decimal_of(named[_SEARCHES])
            return True
        return False

    def _changes(self, dimension: str, value: str, bands: Bands) -> None:
        if bands != self.model.standard:
            self.model.miss(
                f"{dimension} {value}", "", "other prices, and LiteLLM has no field for them"
            )

    def _pools(self) -> None:
        for meter, pool in self.model.pools.items():
            if SYNONYMS.get(meter, meter) == _SEARCHES and pool.period in ("day", "month"):
                group = f"{self.book.name}-{pool.number}"
                self.entry_so_far["search_free_requests"] = {
                    "count": Decimal(int(pool.count)),
                    "period": pool.period,
                    "shared_group": group,
                }
            else:
                self.model.miss(meter, str(decimal_of(pool.count)), f"free in each {pool.period}")

    def _once(self, field: str, value: str, reason: str) -> None:
        if not any(each.field == field and each.reason == reason for each in self.model.unsaid):
            self.model.miss(field, value, reason)
