"""Where the grammar and the bundled books lie:
inside the installed package, or beside it in a checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def folder_of(name: str) -> str:
    """The folder `grammar` or `rules`, as text."""
    inside = os.path.join(_PACKAGE, name)
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_PACKAGE), name)


def grammar_path() -> Path:
    """The Lark grammar."""
    return Path(folder_of("grammar")) / "pricelang.lark"


def rules_folder() -> Path:
    """The folder of the bundled books, one folder a book."""
    return Path(folder_of("rules"))
