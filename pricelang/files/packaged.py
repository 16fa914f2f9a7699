"""Books that are made of the data of other packages: by name, each made once for each state of its
package and kept with the user's cache as files of a book.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from pricelang.files.cache import cache_folder, digest, fingerprint, is_own

PACKAGES = {"genai-prices": "genai_prices", "litellm": "litellm"}
"""The books, each with the package whose data it is made of."""
_DATA = {"genai-prices": "data.py", "litellm": "model_prices_and_context_window_backup.json"}
_IMPORTER = "pricelang.apps.imports.reading"
"""What makes the files: found by its name when there is a book to make, as a format is."""
EXTRA = "pip install 'pricelang[providers]'"
_BOOKS = "books"
_made: dict[str, Path] = {}


class NoPackage(Exception):
    """A book whose package is not installed, or has no data that can be read."""


def packaged_book(name: str) -> Path:
    """The folder of a book of `PACKAGES`. Raises `NoPackage`."""
    key = digest(f"{fingerprint('apps/imports')}:{name}:".encode() + _data(name))
    cache = cache_folder()
    found = _made.get(key) if cache is None else Path(cache) / _BOOKS / key[:16] / name
    if found is not None and _is_whole(found):
        return found
    made: Callable[[str], Mapping[str, str]] = import_module(_IMPORTER).files_of_package
    files = made(name)
    if found is None:
        from tempfile import mkdtemp

        found = _made[key] = Path(mkdtemp(prefix="pricelang-")) / name
    return _written(found, files)


def is_packaged(path: str) -> bool:
    """Decides whether a file is of a book that is made of the data of another package."""
    cache = cache_folder()
    folders = [str(book.parent) for book in _made.values()]
    if cache is not None:
        folders.append(os.path.join(cache, _BOOKS))
    real = os.path.realpath(path)
    return any(real.startswith(os.path.join(os.path.realpath(one), "")) for one in folders)


def data_file(name: str) -> Path:
    """The data of a package, which is found and not imported. Raises `NoPackage`."""
    from importlib.util import find_spec

    spec = find_spec(PACKAGES[name])
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / _DATA[name]
        if path.is_file():
            return path
    raise NoPackage(f"the package `{name}` is not installed, whose data this book is made of")


def _data(name: str) -> bytes:
    try:
        return data_file(name).read_bytes()
    except OSError as error:
        raise NoPackage(f"the data of `{name}` cannot be read: {error.strerror}") from None


def _is_whole(folder: Path) -> bool:
    """Decides whether a folder holds a book that is the user's own: it is written whole or not."""
    try:
        return (folder / "book.price").is_file() and is_own(os.stat(folder))
    except OSError:
        return False


def _written(folder: Path, files: Mapping[str, str]) -> Path:
    """Writes a book whole, beside its place first; where that cannot be, for this process alone."""
    import shutil
    from tempfile import mkdtemp

    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = Path(mkdtemp(dir=folder.parent, prefix="part-"))
    except OSError:
        part = Path(mkdtemp(prefix="pricelang-"))
        folder = part.parent / f"{part.name}-book" / folder.name
        folder.parent.mkdir(mode=0o700)
    for name, text in files.items():
        (part / name).write_text(text, encoding="utf-8", newline="\n")
    try:
        os.replace(part, folder)
    except OSError:  # another process was first
        shutil.rmtree(part, ignore_errors=True)
    return folder
