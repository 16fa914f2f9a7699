"""The data of the installed package genai-prices, in the form of its JSON."""

from __future__ import annotations

from typing import Any


def installed() -> list[dict[str, Any]]:
    """The data of the installed package, in the form of its JSON.
    Raises `ImportError` where it is not installed.
    """
    from genai_prices.data import providers

    return [
        {
            "id": provider.id,
            "model_match": _raw_match(provider.model_match) if provider.model_match else None,
            "models": [_raw_model(model) for model in provider.models],
        }
        for provider in providers
    ]


def _raw_model(model: Any) -> dict[str, Any]:
    rows = model.prices if isinstance(model.prices, list) else [model]
    return {
        "id": model.id,
        "match": _raw_match(model.match),
        "prices": [
            {
                "constraint": _raw_constraint(getattr(row, "constraint", None)),
                "prices": _raw_prices(row.prices),
            }
            for row in rows
        ],
        "price_variants": [
            {
                "when": v.when,
                "constraint": _raw_constraint(v.constraint),
                "prices": _raw_prices(v.prices),
            }
            for v in model.price_variants or ()
        ],
    }


def _raw_match(match: Any) -> dict[str, Any]:
    ((name, value),) = vars(match).items()
    kind = name.removesuffix("_")
    return {kind: [_raw_match(each) for each in value] if kind in ("or", "and") else value}


def _raw_constraint(said: Any) -> dict[str, str] | None:
    if said is None:
        return None
    if hasattr(said, "start_date"):
        return {"start_date": said.start_date.isoformat()}
    return {"start_time": said.start_time.isoformat(), "end_time": said.end_time.isoformat()}


def _raw_prices(prices: Any) -> dict[str, Any]:
    return {
        key: {
            "base": value.base,
            "tiers": [{"start": tier.start, "price": tier.price} for tier in value.tiers],
        }
        if hasattr(value, "tiers")
        else value
        for key, value in vars(prices).items()
        if value is not None
    }
