"""What is shown of a refused value is read again as the value."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.io.json_text import Decoder, written

DECIMALS = st.builds(
    Decimal, st.from_regex(r"-?[0-9]{1,30}\.[0-9]{1,30}(e[-+]?[0-9])?", fullmatch=True)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | DECIMALS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_as_the_same(value: object) -> None:
    again = Decoder().value(written(value))
    assert again == value
    assert repr(again) == repr(value)
