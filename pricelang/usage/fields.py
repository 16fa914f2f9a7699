"""Checked reading of single fields of a record: counts, words, objects;
each fault names the key.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from pricelang.model.notes import Note
from pricelang.usage.records import Place, UsageError

if TYPE_CHECKING:
    from typing_extensions import TypeIs

MAX_DIGITS = 18
_TOO_LARGE = 10**MAX_DIGITS
MAX_WORD = 200
_LONG_CONTEXT_MARK = "[1m]"


_DIGITS = re.compile(r"[0-9]+\Z", re.ASCII)
_OTHERS = frozenset((str, int, list, type(None), bool, Decimal))
"""What else JSON has."""


def is_object(value: object) -> TypeIs[Mapping[str, object]]:
    """Decides whether a value is an object, as JSON calls it: a `dict` or any other mapping.

    To ask for a mapping takes ten times as long as to ask for a type,
    so it is asked of what no JSON gave alone.
    """
    kind = type(value)
    return kind is dict or (kind not in _OTHERS and isinstance(value, Mapping))


def shown(text: object, limit: int = 60) -> str:
    """The user's own words in backticks:
    cut at `limit` characters, what cannot be printed replaced by `�`.
    """
    return f"`{clean(str(text), limit)}`"


def clean(text: str, limit: int = MAX_WORD) -> str:
    """`text` fit for a message or an id: at most `limit` characters, each one printable."""
    cut = text[:limit]
    if not cut.isprintable():
        cut = "".join(
            letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut
        )
    return cut if len(text) <= limit else cut + "…"


def named_path(path: str, name: object) -> str:
    """The path of what stands at `path` under a name that somebody gave, such as a model's.

    >>> named_path("models", "my\\nmodel")
    'models.my�model'
    """
    return f"{path}.{clean(str(name), 60)}"


def type_name(value: object) -> str:
    """What JSON calls the type of `value`, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | Decimal | float):
        return "a float" if isinstance(value, float) else "a number"
    if isinstance(value, str):
        return "a string"
    return (
        "an object"
        if is_object(value)
        else "a list"
        if isinstance(value, list | tuple)
        else "unreadable"
    )


def wrong_type(path: str, value: object, expected: str) -> UsageError:
    """The fault for a value of another type than `expected`."""
    return UsageError("wrong_type", f"`{path}` is {type_name(value)}, not {expected}")


def writes_count(value: object) -> TypeIs[str]:
    """Decides whether a value is a text that writes a count: digits alone, without a sign, a mark
    of thousands or a blank.
    """
    return isinstance(value, str) and len(value) <= MAX_WORD and _DIGITS.match(value) is not None


def count(value: object, path: str) -> int:
    """A count of tokens or uses: a whole number of at least zero and at most 18 digits.

    A text of digits alone is that number, for protobuf and BigQuery write whole numbers so.

    >>> count(Decimal("1e3"), "usage.input_tokens"), count("12", "usage.input_tokens")
    (1000, 12)

    Raises `UsageError` that names `path` for another type (a float included),
    a negative, fractional or huge number, and any other text.
    """
    if type(value) is int:
        if 0 <= value < _TOO_LARGE:
            return value
        number = value
    elif isinstance(value, Decimal):
        number = _whole(value, path)
    elif writes_count(value):
        number = int(value)
    else:
        number = _index(value, path)
    if number < 0:
        raise UsageError(
            "negative_count", f"`{path}` is {_digits(number)}, and a count is never negative"
        )
    if number >= _TOO_LARGE:
        raise UsageError("too_large", f"`{path}` has more than {MAX_DIGITS} digits")
    return number


def _index(value: object, path: str) -> int:
    """The number of a type that stands for a whole one, such as those of numpy."""
    if isinstance(value, bool) or not hasattr(value, "dtype"):
        raise wrong_type(path, value, "a whole number")
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise wrong_type(path, value, "a whole number") from None


def _whole(number: Decimal, path: str) -> int:
    if not number:
        return 0
    # The size is checked first: turning 1e999999999 into an integer would take all memory.
    if not number.is_finite() or number.adjusted() >= MAX_DIGITS:
        raise UsageError("too_large", f"`{path}` is {shown(number)}, more than {MAX_DIGITS} digits")
    if number != number.to_integral_value():
        raise UsageError(
            "fractional_count", f"`{path}` is {shown(number)}, and a count has no fraction"
        )
    return int(number)


def _digits(number: int) -> str:
    return shown(number) if number > -(10**40) else "`-…`"


def optional_count(holder: Mapping[str, object], key: str, path: str) -> int:
    """The count under `key`, zero where the key is absent or null. `path` names the holder."""
    value = holder.get(key)
    if type(value) is int and 0 <= value < _TOO_LARGE:
        return value
    return 0 if value is None else count(value, f"{path}.{key}")


def required_count(holder: Mapping[str, object], key: str, path: str) -> int:
    """The count under `key`;
    absent or null is an error, because a missing counter must not become a price of zero.
    """
    value = holder.get(key)
    if type(value) is int and 0 <= value < _TOO_LARGE:
        return value
    if value is None:
        raise UsageError("missing_key", f"`{path}.{key}` is missing")
    return count(value, f"{path}.{key}")


def count_in(value: object, key: str, path: str) -> int:
    """The count that stands under `key` of the object at `path`."""
    # Nearly all counts are in order, and the whole path is for the others.
    return (
        value if type(value) is int and 0 <= value < _TOO_LARGE else count(value, f"{path}.{key}")
    )


def optional_object(
    holder: Mapping[str, object], key: str, path: str
) -> Mapping[str, object] | None:
    """The object under `key`, None where it is absent or null."""
    value = holder.get(key)
    if value is None or is_object(value):
        return value
    raise wrong_type(f"{path}.{key}" if path else key, value, "an object")


def require_object(value: object, path: str) -> Mapping[str, object]:
    """`value` as an object, or a `UsageError` that names `path`."""
    if is_object(value):
        return value
    if value is None:
        raise UsageError("missing_key", f"`{path}` is missing")
    raise wrong_type(path, value, "an object")


def word(value: object, path: str) -> str | None:
    """A short printable string (a model, a date, a value of a dimension),
    None where it is null or blank: that says nothing.

    Line ends, control characters and lone surrogates are errors:
    such a word would break the reports that show it.
    """
    if (
        type(value) is str
        and 0 < len(value) <= MAX_WORD
        and value.isprintable()
        and value[0] != " "
    ):
        return value  # nearly all
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type(path, value, "a string")
    if len(value) > MAX_WORD:
        raise UsageError("bad_word", f"`{path}` has {len(value)} characters, more than {MAX_WORD}")
    if not value.isprintable():
        raise UsageError(
            "bad_word", f"`{path}` is {shown(value)}, with characters that cannot be printed"
        )
    return value if value and not value.isspace() else None


def first_said(holder: Mapping[str, object], keys: Iterable[str]) -> object:
    """The first value under one of several names that says something; None where none does.

    >>> first_said({"traceId": " ", "trace_id": "t-1"}, ("traceId", "trace_id"))
    't-1'
    """
    for key in keys:
        value = holder.get(key)
        if value is not None and not (isinstance(value, str) and not value.strip()):
            return value
    return None


def placed(place: Place, id: object) -> Place:
    """A place with the id that a record has of its own, where it is a text."""
    return Place(place.file, place.line, clean(id)) if isinstance(id, str) and id else place


def model_id(value: object, path: str, notes: list[Note]) -> str | None:
    """A model id without the `[1m]` that Claude Code appends;
    the mark is noted, for it prices nothing.
    """
    model = word(value, path)
    if not model:
        return None
    plain = without_mark(model)
    if plain != model:
        notes.append(mark_note(model))
    return plain or None


def without_mark(id: str) -> str:
    """A model id without the `[1m]` that Claude Code appends, in either case."""
    size = len(_LONG_CONTEXT_MARK)
    return id[:-size] if id.endswith("]") and id[-size:].lower() == _LONG_CONTEXT_MARK else id


def mark_note(id: str) -> Note:
    """What is to be known about a model id with such a mark."""
    return Note(
        "long_context_mark",
        f"`[1m]` left out of the model id {shown(id)}: it does not say how the requests were "
        "billed",
    )


def named_attributes(given: Mapping[str, object]) -> dict[str, str]:
    """The texts of a record that reports group by, fit to be shown; what is no text is left out."""
    return {name: clean(text) for name, text in given.items() if isinstance(text, str) and text}
