"""The registry: names, order, and formats from outside, broken ones included."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from pricelang.usage.formats import registry as formats
from pricelang.usage.formats.known_formats import KNOWN, Format
from pricelang.usage.reading import read
from pricelang.usage.records import Part, Record, Rejected, UsageError

from .helpers import outcomes


class Point:
    """An entry point that gives an object, or raises."""

    def __init__(self, name: str, found: object) -> None:
        self.name, self.value, self._found = name, f"package:{name}", found

    def load(self) -> object:
        """What the entry point names."""
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


def _outcomes(value: Any, place: Any) -> list[Record]:
    return [Record((Part(value["brain"], None, {}, {"input": value["thoughts"]}),), place, "brain")]


BRAIN = SimpleNamespace(FORMAT="brain", known=lambda value: "brain" in value, outcomes=_outcomes)


@pytest.fixture
def outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Formats from outside, as if a package had brought them."""
    monkeypatch.setattr(
        formats, "_PLUGINS", {name: Point(name, found) for name, found in request.param.items()}
    )
    return


@pytest.mark.parametrize("outside", [{"brain": BRAIN}], indirect=True)
def test_a_format_from_outside_is_known_by_shape_and_by_name(outside: None) -> None:
    for format in (None, "brain"):
        (found,) = outcomes({"brain": "m", "thoughts": 3}, format)
        assert isinstance(found, Record)
        assert (found.format, found.parts[0].usage) == ("brain", {"input": 3})
    (refused,) = outcomes({"x": 1})
    assert isinstance(refused, Rejected)
    assert refused.help is not None
    assert refused.help.endswith(", brain")


@pytest.mark.parametrize(
    ("outside", "message"),
    [
        (
            {"brain": ImportError("no module named x")},
            "the format `brain` from outside cannot be loaded: ImportError: no module named x",
        ),
        (
            {"brain": SimpleNamespace(known=lambda value: True)},
            "the format `brain` from outside has no `FORMAT`, `outcomes`",
        ),
    ],
    indirect=["outside"],
)
def test_a_broken_format_from_outside_is_named(outside: None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read("", "x", "brain")
    assert (caught.value.code, caught.value.message) == ("broken_format", message)
    assert (
        caught.value.help
        == "it is the entry point `brain = package:brain` of `pricelang.formats`: repair or uninstall its package"
    )
    (refused,) = outcomes({"x": 1})
    assert isinstance(refused, Rejected)
    assert refused.code == "broken_format"


@pytest.mark.parametrize("outside", [{"brain": BRAIN}], indirect=True)
def test_a_format_from_outside_that_fails_refuses_its_record_alone(outside: None) -> None:
    first, second = outcomes([{"brain": "m"}, {"brain": "m", "thoughts": 3}])
    assert isinstance(first, Rejected)
    assert (first.code, first.message) == (
        "broken_format",
        "the format `brain` from outside failed on a record: KeyError: 'thoughts'",
    )
    assert isinstance(second, Record)


@pytest.mark.parametrize("format", KNOWN, ids=lambda format: format.name)
def test_a_module_states_its_name_and_how_it_is_known(format: Format) -> None:
    module = import_module(f"pricelang.usage.formats.{format.module}")
    assert format.name == module.FORMAT
    assert module.known({}) is False
    assert hasattr(module, "outcomes") or hasattr(module, "start")
