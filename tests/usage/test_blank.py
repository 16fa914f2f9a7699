"""A blank text says nothing, in every format: no model, no instant, no value of a dimension."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from pricelang.usage.formats import registry as formats
from pricelang.usage.formats.known_formats import ALIASES, FORMATS
from pricelang.usage.records import Part, Record, Rejected

from .helpers import outcomes, records, sample_values
from .test_any_format import FILES

BLANK = ("", "  ")
MAY_SAY = (
    "service_tier",
    "speed",
    "inference_geo",
    "context_window",
    "endpoint",
    "platform",
    "region",
    "location",
    "model",
    "at",
    "timestamp",
)
FREE = ("admin-cost",)
"""Reports of costs have no requests."""


def texts(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of the texts in a value; of a list, those of its first items."""
    if isinstance(value, str):
        yield path
    for key, inner in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value[:2])
        if isinstance(value, list)
        else ()
    ):
        yield from texts(inner, (*path, key))


def changed(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    """A copy with another value at a path."""
    found = holder = copy.deepcopy(value)
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return found


def said(value: Any) -> list[list[tuple[object, ...]]] | None:
    """What the requests of a value say and use; None where one of them is refused."""
    found = outcomes(value)
    if any(isinstance(one, Rejected) for one in found):
        return None
    return [
        [
            (part.model, part.at, dict(part.dimensions), part.unsaid, dict(part.usage))
            for part in one.parts
        ]
        for one in records(found)
    ]


def parts(value: Any) -> Iterator[tuple[str, Part]]:
    for one in records(outcomes(value)):
        for part in one.parts:
            yield one.format, part


def test_a_blank_text_is_no_text() -> None:
    """In each sample, each text in turn."""
    seen: set[str] = set()
    for path in FILES:
        for value in sample_values(path)[:4] if path.suffix != ".sse" else ():
            if len(json.dumps(value)) > 8_000:
                continue
            for spot in texts(value):
                without = said(changed(value, spot, None))
                for blank in BLANK:
                    with_blank = changed(value, spot, blank)
                    for format, part in parts(with_blank):
                        seen.add(format)
                        assert all(
                            word is None or word.strip()
                            for word in (part.model, part.at, *part.dimensions.values())
                        ), (path.name, spot)
                    found = said(with_blank)
                    assert found is None or without is None or found == without, (
                        path.name,
                        spot,
                        blank,
                    )
    assert set(FORMATS) - {one.name for one in ALIASES} - seen <= {*FREE, "sse"}


def test_a_blank_word_more_changes_nothing() -> None:
    for path in FILES:
        for value in sample_values(path)[:2] if path.suffix != ".sse" else ():
            for holder in (
                (),
                ("usage",),
                ("message", "usage"),
                ("response",),
                ("request",),
                ("metadata",),
                ("attributes",),
            ):
                inner = value
                for key in holder:
                    inner = inner.get(key) if isinstance(inner, dict) else None
                if not isinstance(inner, dict):
                    continue
                right = said(value)
                if holder == ("usage",) and any(
                    format == "canonical" for format, _ in parts(value)
                ):
                    continue  # there it is a meter
                for name in MAY_SAY:
                    if name not in inner and right is not None:
                        for blank in BLANK:
                            found = said(changed(value, (*holder, name), blank))
                            assert found == right or found is None, (path.name, holder, name)


@pytest.mark.parametrize("blank", BLANK)
def test_a_format_from_outside_says_nothing_by_it_either(
    blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Part("m", None, {"speed": blank, "tier": "x"}, {"input": 1})
    outside = SimpleNamespace(
        FORMAT="brain",
        known=lambda value: "brain" in value,
        outcomes=lambda value, place: [Record((part,), place, "brain")],
    )
    monkeypatch.setattr(
        formats,
        "_PLUGINS",
        {"brain": SimpleNamespace(name="brain", value="x", load=lambda: outside)},
    )
    (found,) = outcomes({"brain": 1})
    assert isinstance(found, Record)
    assert found.parts[0].dimensions == {"tier": "x"}
