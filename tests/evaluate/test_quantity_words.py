"""A quantity of a kind that is not read says what to give instead."""

from __future__ import annotations

import pytest

import pricelang


@pytest.mark.parametrize("value", [True, 5.0, b"5", {}, [None]])
def test_what_to_give_instead(value: object) -> None:
    with pytest.raises(pricelang.BadRequest) as caught:
        pricelang.load().total(model="claude-opus-4-7", at="2026-04-17", usage={"input": value})
    assert caught.value.code == "bad_quantity"
    assert caught.value.help == "give a whole number, a `Decimal`, or a string"
