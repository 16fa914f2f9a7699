"""Where the grammar and the bundled books lie: inside the installed package, which may be an
archive, or beside it in a checkout.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pricelang.files.places import Place

PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
OUTSIDE = ("grammar", "rules")
"""The folders that are beside the package in a checkout."""


def folder_of(name: str) -> Place:
    """The folder `grammar` or `rules`."""
    from pathlib import Path

    if not os.path.isdir(PACKAGE):
        from importlib.resources import files

        return files("pricelang").joinpath(name)
    inside = os.path.join(PACKAGE, name)
    return Path(inside if os.path.isdir(inside) else os.path.join(os.path.dirname(PACKAGE), name))


def grammar_path() -> Place:
    """The Lark grammar."""
    return folder_of("grammar").joinpath("pricelang.lark")


def playground_page() -> Place:
    """The page of the playground."""
    if os.path.isdir(os.path.join(PACKAGE, "playground")) or not os.path.isdir(PACKAGE):
        return folder_of("playground")
    return folder_of("integrations").joinpath("playground")


def rules_folder() -> Place:
    """The folder of the bundled books, one folder a book."""
    return folder_of("rules")
