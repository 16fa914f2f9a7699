"""A part within what surrounds it: it keeps all that it says, and takes what it does not."""

from __future__ import annotations

from typing import Any

from attrs import fields

from pricelang.usage.records import SINGLE, SUM, Part, within

FULL: dict[str, Any] = {
    "model": "m",
    "at": "2026-01-01",
    "dimensions": {"speed": "fast"},
    "usage": {"input": 3},
    "label": "iteration 2",
    "kind": SUM,
    "sides": ("prompt over 200000",),
    "attributes": {"key": "k"},
    "unsaid": ("endpoint",),
    "least": {"input": 1},
    "position": {"volume": 5},
}


def test_the_part_says_more_than_what_surrounds_it() -> None:
    part = within(Part(**FULL), {"speed": "standard", "platform": "bedrock"})
    assert part.dimensions == {"speed": "fast", "platform": "bedrock"}
    assert within(Part("m"), {"speed": "standard"}).dimensions == {"speed": "standard"}


def test_all_else_is_kept() -> None:
    """Whatever a part is made of:
    a field that is left out would change an amount without a word.
    """
    assert set(FULL) == {field.name for field in fields(Part)}
    part, plain = Part(**FULL), Part("m")
    for field in fields(Part):
        assert getattr(part, field.name) != getattr(plain, field.name) or field.name == "model"
        if field.name != "dimensions":
            assert getattr(within(part, {}), field.name) == FULL[field.name]
            assert getattr(within(part, {"speed": "x"}, "other"), field.name) == (
                "other" if field.name == "model" else FULL[field.name]
            )
    assert within(part, {}) == part


def test_another_model_only_where_one_is_given() -> None:
    assert [within(Part("m"), {}, name).model for name in (None, "n")] == ["m", "n"]
    assert within(Part(None), {}, "n").model == "n"
    given = {"speed": "fast"}
    part = Part("m", None, given, {"input": 1}, kind=SINGLE)
    within(part, {"platform": "vertex"}, "n")
    assert (part.model, part.dimensions, given) == ("m", {"speed": "fast"}, {"speed": "fast"})
