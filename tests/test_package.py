"""The package as a program imports it: its public names, and what an import costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pricelang

ROOT = Path(__file__).resolve().parents[1]


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = (
        "import sys, pricelang; print(sorted(name for name in sys.modules if name.split('.')[0] in "
        "('pricelang', 'attr', 'attrs', 'click', 'lark'))); from pricelang import *; "
        "print(set(pricelang.__all__) <= set(dir(pricelang)), load().name, Refused.__name__, hasattr(pricelang, 'nothing'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "['pricelang']\nTrue anthropic Refused False\n"


@pytest.mark.parametrize("name", pricelang.__all__)
def test_every_public_name_is_where_it_says(name: str) -> None:
    if name == "export":  # the one that is a module: what it holds are the exports of a book
        assert pricelang.export is sys.modules["pricelang.apps.exports"]
    else:
        assert getattr(pricelang, name).__name__ == name
