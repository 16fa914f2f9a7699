"""What is worked out when the package is built, so that the first price of an installed one waits
for no parser and needs no cache: see `pricelang.files.shipped`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from pricelang.check.entries import bundled_books
from pricelang.check.files import key_of, read_layers
from pricelang.compile.book import book_of_layers
from pricelang.compile.store import dump_shipped
from pricelang.files.bundled import OUTSIDE, PACKAGE
from pricelang.files.cache import fingerprint
from pricelang.files.shipped import CODE


def files_to_ship() -> Iterator[tuple[str, str]]:
    """The files that come with the package, each with its text. Raises `BookError`."""
    folders = {os.path.relpath(folder, PACKAGE) for folder, _, files in os.walk(PACKAGE) if files}
    yield CODE, fingerprint(*sorted(folders), *OUTSIDE)
    for name in bundled_books():
        layers = read_layers(name)
        yield f"{name}.book", dump_shipped(book_of_layers(layers), key_of(layers))
