"""What was worked out when the package was built, and came with it: in its folder `compiled`, on
the disk or in an archive. A checkout has none.
"""

from __future__ import annotations

import os
from typing import Any

FOLDER = "compiled"
CODE = "code"
"""The file that says of which code the package is."""
_PACKAGE = os.path.dirname(os.path.dirname(__file__))


def is_shipped(path: str) -> bool:
    """Decides whether a file is of a book whose compiled form came with the package: that is what
    prices, whatever is written into the file.
    """
    own = os.path.join(os.path.realpath(_PACKAGE), "")
    return os.path.realpath(path).startswith(own) and shipped(CODE) is not None


def shipped(name: str) -> str | None:
    """The text of a file that came with the package, or None."""
    if not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        return None
    path = os.path.join(_PACKAGE, FOLDER, name)
    try:
        if os.path.isdir(_PACKAGE):
            with open(path, "rb") as stream:
                return stream.read().decode("ascii")
        loader: Any = globals()["__loader__"]  # that of the archive
        return str(loader.get_data(path), "ascii")
    except (OSError, ValueError):
        return None
