"""OTLP as JSON writes it: lists of keys and typed values, and what of them reports group by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pricelang.usage.fields import clean, is_object, shown, wrong_type
from pricelang.usage.records import UsageError

_ATTRIBUTES = {
    "session": ("session.id", "gen_ai.conversation.id"),
    "user": ("user.id", "enduser.id", "user.email"),
    "workspace": ("anthropic.workspace.id",),
    "organization": ("anthropic.organization.id", "organization.id"),
    "agent": ("gen_ai.agent.name",),
    "source": ("query_source",),
}


_NESTED = ("llm", "gen_ai", "openinference")
_COUNTED = re.compile(r"(?:tokens?|usage|count)\b|_tokens?_|\.tokens?[._]", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,18}\Z", re.ASCII)


def list_in(holder: Mapping[str, object], key: str) -> list[object]:
    """The list under a key, empty where there is none. Raises `UsageError`."""
    value = holder.get(key)
    if value is None or isinstance(value, list):
        return value or []
    raise wrong_type(key, value, "a list")


def attributes_of(holder: Mapping[str, object]) -> dict[str, object]:
    """The attributes of a span: an object, or OTLP's list of keys and typed values.
    Phoenix keeps those of each family as objects inside objects.
    """
    given = holder.get("attributes")
    if is_object(given):
        if not any(is_object(given.get(name)) for name in _NESTED):
            return dict(given)
        return dict(_flat(given, ""))
    found = {}
    for item in given if isinstance(given, list) else ():
        key = item.get("key") if is_object(item) else None
        if isinstance(key, str):
            found[key] = _typed(item.get("value"), key)
    return found


def _flat(given: Mapping[str, object], start: str) -> Iterator[tuple[str, object]]:
    for key, value in given.items():
        if is_object(value):
            yield from _flat(value, f"{start}{key}.")
        else:
            yield start + key, value


def numbers_of(own: Mapping[str, object]) -> Mapping[str, object]:
    """Attributes with their counts as numbers: maps of texts and some exporters write the digits.

    >>> numbers_of({"gen_ai.usage.input_tokens": "12", "session.id": "12"})
    {'gen_ai.usage.input_tokens': 12, 'session.id': '12'}
    """
    texts = [
        key
        for key, value in own.items()
        if type(value) is str and _DIGITS.match(value) and _COUNTED.search(key)
    ]
    return {**own, **{key: int(str(own[key])) for key in texts}} if texts else own


def _typed(value: object, key: str) -> object:
    if not is_object(value):
        return value
    if "intValue" in value:
        number = value["intValue"]
        if (
            isinstance(number, str)
            and number.lstrip("-").isascii()
            and number.lstrip("-").isdigit()
            and len(number) < 40
        ):
            return int(number)
        if type(number) is int:
            return number
        raise UsageError("wrong_type", f"`{clean(key)}` has an `intValue` of {shown(number)}")
    return next(
        (value[name] for name in ("stringValue", "doubleValue", "boolValue") if name in value), None
    )


def shown_attributes(own: Mapping[str, object], resource: Mapping[str, object]) -> dict[str, str]:
    """What a span carries beside its counts, by the names that reports group by."""
    attributes = {}
    for name, keys in _ATTRIBUTES.items():
        for key in keys:
            found = own.get(key) or resource.get(key)
            if found:
                attributes[name] = clean(str(found))
                break
    service = own.get("service.name") or resource.get("service.name")
    if isinstance(service, str) and service:
        attributes["service"] = clean(service)
    return attributes
