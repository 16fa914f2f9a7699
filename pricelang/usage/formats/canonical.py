"""A canonical record to a request: the model, the date,
dimensions at the top, meters under `usage`.

It is known by `usage` at the top with no `message`, no `type`, and no counters of the Messages API
in it. Which meters and dimensions exist is for the price book to say; here only the form is
checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pricelang.usage.fields import (
    optional_object,
    require_object,
    shown,
    type_name,
    word,
    wrong_type,
)
from pricelang.usage.records import SINGLE, SUM, Part, Place, Record, UsageError

FORMAT = "canonical"
MAX_EXPONENT = 30
_OWN = frozenset(("model", "at", "usage", "record", "each", "id", "attributes", "position"))


def record(value: Mapping[str, object], place: Place) -> Record:
    """The record of `{"model", "at", DIMENSION: VALUE…, "usage":
    {METER: QUANTITY}, "attributes": {NAME: VALUE…}}`.

    `"record": "sum"` says that the quantities add up several requests, `"each":
    ["prompt over 200000"]` what holds for each of them, and `"position": {"volume": "9,400 MTok"}`
    what tiers have counted before. Raises `UsageError` that names the key.
    """
    usage = require_object(value.get("usage"), "usage")
    dimensions = {}
    for key, given in value.items():
        if key not in _OWN:
            path = word(key, "the key of a dimension") or ""
            if given is None:
                raise wrong_type(path, given, "a string")
            dimension = word(given, path)
            if dimension is not None:  # a blank text says nothing
                dimensions[path] = dimension
    kind = value.get("record", SINGLE)
    if kind not in (SINGLE, SUM):
        raise UsageError(
            "unknown_value", f"`record` is {shown(kind)}", "`record` is `sum`, or is left out"
        )
    part = Part(
        model=word(value.get("model"), "model"),
        at=word(value.get("at"), "at"),
        dimensions=dimensions,
        usage={
            word(meter, "the name of a meter") or "": _quantity(given, meter)
            for meter, given in usage.items()
        },
        kind=SUM if kind == SUM else SINGLE,
        sides=_sides(value.get("each"), kind == SUM),
        position=_position(value),
    )
    return Record((part,), place, FORMAT, attributes=_attributes(value))


def _attributes(value: Mapping[str, object]) -> dict[str, str]:
    """What the record says besides, as words; one that is null is left out."""
    given = optional_object(value, "attributes", "") or {}
    found = {
        word(name, "the name of an attribute") or "": word(text, f"attributes.{shown(name)[1:-1]}")
        for name, text in given.items()
    }
    return {name: text for name, text in found.items() if text is not None}


def _position(value: Mapping[str, object]) -> dict[str, object]:
    """What ladders of tiers have counted before, by their names."""
    given = optional_object(value, "position", "") or {}
    return {
        word(name, "the name of tiers") or "": _one(count, f"position.{shown(name)[1:-1]}")
        for name, count in given.items()
    }


def _quantity(value: object, meter: str) -> object:
    path = f"usage.{meter}"
    if isinstance(value, list | tuple):
        return [_one(item, f"{path}[{index}]") for index, item in enumerate(value)]
    return _one(value, path)


def _one(value: object, path: str) -> object:
    if isinstance(value, str):
        return word(value, path) or ""
    if type(value) is int and abs(value) < 10**MAX_EXPONENT:
        return value
    if isinstance(value, Decimal) and value.is_finite():
        exponent = value.as_tuple().exponent
        # An exponent is a few characters that can stand for gigabytes of digits:
        # it is stopped at the door.
        if (
            isinstance(exponent, int)
            and abs(value.adjusted()) < MAX_EXPONENT
            and abs(exponent) <= MAX_EXPONENT
        ):
            return value
    if type(value) is int or isinstance(value, Decimal):
        raise UsageError(
            "too_large", f"`{path}` is {_number(value)}, out of the range of quantities"
        )
    raise UsageError(
        "wrong_type",
        f"`{path}` is {type_name(value)}, not a quantity",
        "a quantity is a number, a text like `90 minutes`, or a list of them",
    )


def _number(value: int | Decimal) -> str:
    # Python refuses to write very long integers.
    return shown(value) if isinstance(value, Decimal) else "an integer of more than 30 digits"


def _sides(value: object, is_sum: bool) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple):
        raise wrong_type("each", value, "a list of strings")
    if not is_sum:
        raise UsageError(
            "bad_each",
            "`each` applies only to a sum of requests",
            'add `"record": "sum"`, or leave it out',
        )
    sides = []
    for index, item in enumerate(value):
        if not isinstance(item, str):
            raise wrong_type(f"each[{index}]", item, "a string")
        sides.append(word(item, f"each[{index}]") or "")
    return tuple(sides)
