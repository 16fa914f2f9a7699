"""Objects as plain mappings, by ways that are found once a type."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from pricelang.usage.live import plain as plain_module
from pricelang.usage.live.plain import plain_of
from pricelang.usage.live.usage_of import usage_of
from pricelang.usage.records import UsageError

USAGE = {"input_tokens": 3, "output_tokens": 1}


def test_what_is_plain_is_not_copied() -> None:
    value = {"model": "m", "usage": {"input": 1, "each": [1, 2]}, "none": []}
    assert plain_of(value) is value


def test_what_is_given_stays_as_it_is() -> None:
    value = {"model": "m", "usage": MappingProxyType(USAGE)}
    assert plain_of(value) == {"model": "m", "usage": USAGE}
    assert type(value["usage"]) is MappingProxyType


def test_fields_that_are_left_out_are_as_by_default() -> None:
    @dataclasses.dataclass
    class Usage:
        input_tokens: int = 0
        output_tokens: int = 0

    usage = Usage(3, 1)
    usage.__dict__.pop("output_tokens")
    assert plain_of(usage) == {"input_tokens": 3, "output_tokens": 0}


def test_the_types_of_a_program_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_module, "_MANY", 3)
    for number in range(10):
        made = dataclasses.make_dataclass(f"Made{number}", ["usage"])
        assert plain_of(made((number, made(number)))) == {"usage": [number, {"usage": number}]}
    assert len(plain_module.WAYS) <= 4


def test_fields_that_are_no_mapping() -> None:
    class Dumped:
        def model_dump(self) -> list[int]:
            return [1]

    with pytest.raises(UsageError) as caught:
        usage_of(Dumped())
    assert caught.value.code == "wrong_type"
