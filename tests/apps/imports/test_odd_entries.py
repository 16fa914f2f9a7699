"""Odd entries of price data are listed with a reason, and the book of the others has no fault."""

from __future__ import annotations

import contextlib
import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricelang.apps.imports import genai_prices, litellm
from pricelang.apps.imports.drafts import Imported, ImportFault
from pricelang.apps.imports.settling import faults_of
from tests.apps.imports import FILES, READ, book_of, cost

FINE = {
    "litellm_provider": "acme",
    "input_cost_per_token": "0.000001",
    "output_cost_per_token": "0.000002",
}
ODD_LITELLM: dict[str, dict[str, Any]] = {
    "overlap": {
        "tiered_pricing": [
            {"range": [0, 100], "input_cost_per_token": "1"},
            {"range": [50, 200], "input_cost_per_token": "2"},
        ]
    },
    "backwards": {"tiered_pricing": [{"range": [200, 100], "input_cost_per_token": "1"}]},
    "same": {
        "tiered_pricing": [
            {"range": [0, 100], "input_cost_per_token": "1"},
            {"range": [0, 100], "input_cost_per_token": "2"},
        ]
    },
    "list": {"tiered_pricing": 7},
    "hours": {
        **FINE,
        "off_peak_pricing": {"hours_utc": "25:00-99:00", "input_cost_per_token": "1"},
    },
    "weekday": {
        **FINE,
        "off_peak_pricing": {"windows": [{"hours_utc": "01:00-02:00", "weekdays": [9]}]},
    },
    "date": {**FINE, "deprecation_date": "2026-02-30"},
    "early": {**FINE, "deprecation_date": "0001-01-01"},
    "late": {**FINE, "deprecation_date": "9999-12-31"},
    "deep": {**FINE, "search_context_cost_per_query": {"search_context_size_low": [[[]]]}},
}


@pytest.mark.parametrize("name", ODD_LITELLM)
def test_an_odd_entry_of_litellm_is_listed(name: str) -> None:
    found = litellm.imported(
        {"good": FINE, name: ODD_LITELLM[name], "alias": {"alias_of": name}}, READ
    )
    check(found)
    assert cost(book_of(found), "good", input=1_000_000) == "1"


def price(**more: Any) -> dict[str, Any]:
    return {"prices": {"input_mtok": "1", "output_mtok": "2"}, **more}


ODD_GENAI: dict[str, dict[str, Any]] = {
    "no date": {"id": "x", "prices": [price(), price(constraint={"start_date": "2026-13-01"})]},
    "no text": {"id": "x", "prices": [price(), price(constraint={"start_date": 20260101})]},
    "far": {"id": "x", "prices": [price(), price(constraint={"start_date": "9999-12-31"})]},
    "first with a date": {"id": "x", "prices": [price(constraint={"start_date": "2026-05-01"})]},
    "numbers": {
        "id": "x",
        "prices": {"input_mtok": "1"},
        "price_variants": [{"when": {"quality": 2}, "prices": {"input_mtok": "2"}}],
    },
    "odd names": {
        "id": "x",
        "prices": {"input_mtok": "1"},
        "price_variants": [{"when": {"1": "=", "": ""}, "prices": {"input_mtok": "2"}}],
    },
    "two values": {
        "id": "x",
        "prices": {"input_mtok": "1"},
        "price_variants": [{"when": {"a-b": "free"}, "prices": {"input_mtok": "2"}}],
    },
    "tiers": {
        "id": "x",
        "prices": {
            "input_mtok": {
                "base": "1",
                "tiers": [
                    {"start": -5, "price": "2"},
                    {"start": 7, "price": "3"},
                    {"start": 7, "price": "4"},
                ],
            }
        },
    },
    "hours": {
        "id": "x",
        "prices": [price(), price(constraint={"start_time": "25:61", "end_time": "nan"})],
    },
    "a clock of its own": {
        "id": "x",
        "prices": {"input_mtok": "1"},
        "price_variants": [{"when": {"hours": "x"}, "prices": {"input_mtok": "2"}}],
    },
}


@pytest.mark.parametrize("name", ODD_GENAI)
def test_an_odd_model_of_genai_prices_is_listed(name: str) -> None:
    good = {"id": "good", "prices": {"input_mtok": "1", "output_mtok": "2"}}
    found = genai_prices.imported([{"id": "acme", "models": [good, ODD_GENAI[name]]}], READ)
    check(found)
    assert cost(book_of(found), "acme/good", input=1_000_000) == "1"


@pytest.mark.parametrize("odd", [5, None, "x", [FINE]])
def test_what_is_no_object_is_listed_beside_the_others(odd: Any) -> None:
    found = litellm.imported({"good": FINE, "odd": odd}, READ)
    check(found)
    assert [(each.model, each.reason) for each in found.listed] == [
        ("odd", "an entry is an object")
    ]
    provider = {
        "id": "acme",
        "models": [{"id": "good", "prices": {"input_mtok": "1", "output_mtok": "2"}}],
    }
    for broken in (odd, {"id": "b"}, {"id": "b", "models": odd}):
        if not (isinstance(broken, dict) and isinstance(broken.get("models"), list)):
            both = genai_prices.imported([broken, provider], READ)
            check(both)
            assert len(both.listed) == 1
            assert cost(book_of(both), "acme/good", input=1_000_000) == "1"


def test_a_retirement_that_is_no_date_is_listed() -> None:
    found = litellm.imported({"good": {**FINE, "deprecation_date": "2026-02-31"}}, READ)
    check(found)
    assert [(each.model, each.field, each.value) for each in found.listed] == [
        ("good", "deprecation_date", "2026-02-31")
    ]


def check(found: Imported) -> None:
    """The book has no fault, and nothing is dropped."""
    assert not faults_of(found.files)
    assert found.adds_up
    assert all(each.reason for each in found.listed)


TEXTS = st.sampled_from(
    [
        "",
        "x",
        "=1",
        "2026-02-30",
        "9999-12-31",
        "99:99",
        "-1",
        "1e400",
        "nan",
        "free",
        "when",
        "\x00",
        "a\nb",
        '"',
        "é",
    ]
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**20),
    TEXTS,
    st.lists(st.integers(-1, 9), max_size=3),
    st.just({}),
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [place for key, inner in items for place in [(*at, key), *_places(inner, (*at, key))]]


def _mutated(data: Any, draw: Any) -> Any:
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 4))):
        places = _places(data)
        *above, last = places[draw(st.integers(0, len(places) - 1))]
        holder = data
        for key in above:
            holder = holder[key]
        how = draw(st.sampled_from(["value", "drop", "key"]))
        if how == "value":
            holder[last] = draw(VALUES)
        elif how == "drop":
            del holder[last]
        elif isinstance(holder, dict):
            holder[draw(TEXTS)] = holder.pop(last)
    return data


@pytest.mark.parametrize("format", ["litellm", "genai-prices"])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_changed_data_become_a_sound_book_or_a_named_error(
    format: str, data: st.DataObject
) -> None:
    importer = litellm.imported if format == "litellm" else genai_prices.imported
    with contextlib.suppress(ImportFault):
        check(
            importer(
                _mutated(
                    json.loads(Path(FILES[format]).read_text(), parse_float=Decimal), data.draw
                ),
                READ,
            )
        )
