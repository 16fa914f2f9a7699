"""Price data off a file, standard input or an installed package:
exact numbers, and a named fault for what is neither.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from pricelang.apps.imports.drafts import Imported, ImportFault
from pricelang.files.packaged import NoPackage, data_file
from pricelang.model.instants import today
from pricelang.usage.io.files import STDIN
from pricelang.usage.io.json_text import Decoder, JsonFault

FORMATS = {"litellm": "LiteLLM", "genai-prices": "genai-prices"}
MAX_BYTES = 100_000_000


def imported(format: str, source: str | None, read: str) -> Imported:
    """The price data of a format as a book, off a file, `-`, or (None) the installed package.

    `read` is the day on which the data was read, for the book's source. Raises `ImportFault` where
    the text is not the format's or the package is not installed, and `OSError` where the file
    cannot be read.
    """
    try:
        return _imported(format, source, read)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ImportFault(
            f"this is not {FORMATS[format]}'s price data: {type(error).__name__} at {error}"
        ) from error


def _imported(format: str, source: str | None, read: str) -> Imported:
    if format == "litellm":
        from pricelang.apps.imports import litellm

        return litellm.imported(
            json_data(text_of(source if source is not None else str(litellm_file()))), read
        )
    from pricelang.apps.imports import genai_prices
    from pricelang.apps.imports.genai_installed import installed

    if source is not None:
        text = text_of(source)
        return genai_prices.imported(
            json_data(text) if text.lstrip()[:1] in ("[", "{") else yaml_data(text), read
        )
    try:
        return genai_prices.imported(installed(), read)
    except ImportError:
        raise ImportFault(
            "genai-prices is not installed; name its `data.json`, or `pip install genai-prices`"
        ) from None


def litellm_file() -> Path:
    """The price map of the installed LiteLLM, which is found and not imported.
    Raises `ImportFault`.
    """
    try:
        return data_file("litellm")
    except NoPackage:
        raise ImportFault(
            "LiteLLM is not installed; name its `model_prices_and_context_window.json`, or `pip "
            "install --no-deps litellm`"
        ) from None


def files_of_package(name: str) -> Mapping[str, str]:
    """The files of the book that the data of an installed package is. Raises `NoPackage`."""
    try:
        return imported(name, None, today()).files
    except ImportFault as fault:
        raise NoPackage(str(fault)) from None


def yaml_data(text: str) -> object:
    """A YAML text with every scalar as it is written, so that no price passes through a float.

    Raises `ImportFault` for no YAML, and where the extra `yaml` is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise ImportFault("YAML needs the extra `yaml`: pip install 'pricelang[yaml]'") from None
    if (
        "*" in text
        and "&" in text
        and any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text))
    ):
        raise ImportFault(
            "YAML with anchors is not read, since a few of them can expand to any amount of text"
        )
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ImportFault(f"not YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ImportFault("not YAML: it is nested too deeply") from None


def json_data(text: str) -> object:
    """A JSON text with exact numbers. Raises `ImportFault`."""
    try:
        return Decoder().value(text)
    except JsonFault as fault:
        raise ImportFault(f"line {fault.line}: {fault.message}") from None


def text_of(source: str) -> str:
    """The text of a file, or of standard input. Raises `ImportFault` and `OSError`."""
    if source == STDIN:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with open(source, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ImportFault(f"the file has more than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFault(f"the file is not UTF-8 from byte {error.start}") from None
