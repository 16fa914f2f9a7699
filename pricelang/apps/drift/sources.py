"""A source by its name or its file: an installed package, a saved page, a catalogue, a list of
prices.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from pricelang.apps.drift.anthropic_source import anthropic_data, package_folder
from pricelang.apps.drift.catalogue_source import catalogue_data
from pricelang.apps.drift.genai_source import genai_data
from pricelang.apps.drift.litellm_source import litellm_data
from pricelang.apps.drift.page_source import PageReader
from pricelang.apps.drift.source_data import SourceData, SourceFault, kin_of
from pricelang.apps.imports.drafts import ImportFault
from pricelang.apps.imports.reading import json_data, litellm_file, text_of, yaml_data
from pricelang.model import book as m
from pricelang.present.text import help_for, shown

PACKAGES = ("litellm", "genai-prices", "anthropic")
"""The sources that are installed packages."""
_PAGES = {".md": True, ".markdown": True, ".html": False, ".htm": False}


def source_data(book: m.Book, source: str) -> SourceData:
    """What a source says of the models of a book. Raises `SourceFault` for a source that is not
    there or cannot be read, and `OSError`.
    """
    kin = kin_of(frozenset(model.name for model in book.models))
    try:
        if source in PACKAGES and not Path(source).is_file():
            found = _package(source, kin)
        else:
            found = _file(book, Path(source), kin)
    except (ImportFault, SourceFault) as fault:
        name, text = shown(Path(source).name), str(fault)
        raise SourceFault(text if name in text else f"`{name}`: {text}") from None
    except csv.Error as error:
        raise SourceFault(f"`{shown(source)}` cannot be read as CSV: {error}") from None
    found.keep_currency(book.currency)
    return found


def _package(name: str, kin: frozenset[str]) -> SourceData:
    if name == "litellm":
        return litellm_data(json_data(text_of(str(litellm_file()))), kin)
    if name == "anthropic":
        return anthropic_data(package_folder(), kin)
    from pricelang.apps.imports.genai_installed import installed

    try:
        return genai_data(installed(), kin)
    except ImportError:
        raise SourceFault(
            "genai-prices is not installed; name its `data.json`, or `pip install genai-prices`"
        ) from None


def _file(book: m.Book, path: Path, kin: frozenset[str]) -> SourceData:
    readers: dict[str, Callable[[str], SourceData]] = {
        ".json": lambda text: _list(json_data(text), kin, path.name),
        ".yml": lambda text: _list(yaml_data(text), kin, path.name),
        ".yaml": lambda text: _list(yaml_data(text), kin, path.name),
        ".csv": lambda text: catalogue_data(text, book, kin, path.name),
    }
    suffix = path.suffix.lower()
    if not path.is_file():
        help = help_for(str(path), PACKAGES)()
        raise SourceFault(
            f"`{shown(path)}` is no file and no package that can be compared; "
            + (help or f"packages: {', '.join(PACKAGES)}")
        )
    if suffix in _PAGES:
        return PageReader(book, kin, path.name).read(text_of(str(path)), _PAGES[suffix])
    if suffix not in readers:
        raise SourceFault(
            f"`{shown(path.name)}` is of no kind that is known: name a file that ends in "
            f"{', '.join([*_PAGES, *readers])}"
        )
    return readers[suffix](text_of(str(path)))


def _list(data: object, kin: frozenset[str], name: str) -> SourceData:
    """A list of prices in the form of LiteLLM or of genai-prices."""
    if isinstance(data, dict) and "models" not in data and "providers" not in data:
        return litellm_data(data, kin, name)
    providers = data.get("providers", [data]) if isinstance(data, dict) else data
    return genai_data(providers, kin, name)
