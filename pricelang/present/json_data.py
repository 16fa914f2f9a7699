"""Values as JSON has them: exact numbers as decimal strings, never by way of a float."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pricelang.present.decimals import plain


def data_of(value: object) -> object:
    """A value for `json.dumps`: fractions and decimals are strings, tuples are lists.

    >>> data_of({"price": Fraction(1, 200_000), "rules": ("batch",), "reads": 2})
    {'price': '0.000005', 'rules': ['batch'], 'reads': 2}
    """
    if isinstance(value, Fraction | Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return {str(name): data_of(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [data_of(one) for one in value]
    return value


def fields_of(thing: object, *names: str) -> dict[str, object]:
    """Some attributes of an object by their names."""
    return {name: data_of(getattr(thing, name)) for name in names}
