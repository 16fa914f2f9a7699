"""The examples in docstrings are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import pricelang

MODULES = [
    found.name
    for found in pkgutil.walk_packages(pricelang.__path__, "pricelang.")
    if not found.name.endswith("__main__")
]


def test_some_modules_have_examples() -> None:
    assert len(MODULES) > 80


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, verbose=False)
    assert not failed
