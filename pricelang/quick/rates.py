"""The rates of combinations as earlier runs left them in the user's cache,
and when they still hold.

A kept combination is a model, a day and values as they were asked for, and the meters used. It says
of which text of the book and of which code it is; where either changed, it holds no longer. Kept
files are few: a combination has a slot by its hash, and the next combination of that slot takes its
place.
"""

from __future__ import annotations

import json
import os
import stat

from pricelang.files.bundled import folder_of
from pricelang.files.cache import cache_folder, digest, fingerprint, keep, read_own
from pricelang.files.content_hash import MAX_BYTES, content_key, text_of
from pricelang.usage.request_flags import DEFAULT_BOOK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

FORMAT = 2
MAX_VARIANTS = 8
ENTRY = "book.price"


class Line:
    """What a meter's line says:
    `coefficient` is the amount of one in units of the rates, the rest is printed as it is.
    """

    __slots__ = ("coefficient", "json", "price", "rules", "units")

    def __init__(
        self, coefficient: int, json: dict[str, Any], units: Sequence[str], price: str, rules: str
    ) -> None:
        self.coefficient, self.json, self.units, self.price, self.rules = (
            coefficient,
            json,
            units,
            price,
            rules,
        )


class Rates:
    """The rates of a combination on one side of each threshold.

    An amount is the sum of coefficients times quantities, over `10**places`. `sides` are (meters,
    more than, up to): for which sums of quantities these rates hold. `columns` are the meters as a
    table of records orders them.
    """

    __slots__ = ("columns", "currency", "lines", "model", "notes", "places", "sides", "title")

    def __init__(
        self,
        model: str,
        title: str,
        currency: str,
        places: int,
        notes: list[dict[str, str]],
        columns: list[str],
        sides: list[tuple[list[str], int | None, int | None]],
        lines: dict[str, Line],
    ) -> None:
        self.model, self.title, self.currency, self.places = model, title, currency, places
        self.notes, self.columns, self.sides, self.lines = notes, columns, sides, lines

    def hold(self, usage: Mapping[str, int]) -> bool:
        """Whether quantities are on the side of each threshold that these rates are of."""
        for meters, over, up_to in self.sides:
            amount = sum(usage.get(meter, 0) for meter in meters)
            if (over is not None and amount <= over) or (up_to is not None and amount > up_to):
                return False
        return True

    def to_data(self) -> dict[str, Any]:
        """The rates as JSON can hold them."""
        lines = {
            name: [line.coefficient, line.json, list(line.units), line.price, line.rules]
            for name, line in self.lines.items()
        }
        own = {name: getattr(self, name) for name in self.__slots__}
        return {**own, "lines": lines}


def rates_of(data: dict[str, Any]) -> Rates:
    """The rates of such data. Raises an exception of some kind for anything else;
    runs nothing of it.
    """
    data = {**data, "lines": {str(name): Line(*line) for name, line in data["lines"].items()}}
    return Rates(**{str(name): value for name, value in data.items()})


class Slot:
    """Where a combination is kept: a file, and the key that it must say it is of."""

    __slots__ = ("key", "path")

    def __init__(self, path: str, key: list[Any]) -> None:
        self.path, self.key = path, key

    def read(self, book: str | None = None) -> dict[str, Any] | None:
        """What is kept for the combination, or None; with `book`, only what is of that text."""
        text = read_own(self.path)
        if text is None:
            return None
        found = json.loads(text)
        if (
            not isinstance(found, dict)
            or found.get("key") != self.key
            or (book is not None and found.get("book") != book)
        ):
            return None
        return found


def slot_of(
    model: str, at: str, dated: bool, dimensions: Mapping[str, str], meters: Sequence[str]
) -> Slot | None:
    """The slot of a combination, or None where there is no cache.
    `at` is the day or instant as asked for; where none was, it is today and not `dated`.
    """
    folder = cache_folder()
    if folder is None:
        return None
    key = [
        FORMAT,
        _code(),
        model,
        at,
        dated,
        sorted([name, value] for name, value in dimensions.items()),
        list(meters),
    ]
    name = digest(json.dumps(key).encode())[:3]
    return Slot(os.path.join(folder, f"price-{name}.json"), key)


def kept_rates(slot: Slot, usage: Mapping[str, int]) -> Rates | None:
    """The rates kept for a request, if there are any and the book is what it was."""
    found = slot.read()
    if found is None or content_of(found["files"]) != found["book"]:
        return None
    return next((rates for rates in map(rates_of, found["variants"]) if rates.hold(usage)), None)


def keep_rates(
    slot: Slot, rates: Rates, book: str, files: Sequence[str], usage: Mapping[str, int]
) -> None:
    """Keeps the rates of a request beside those of other sides;
    `files` and `book` say of which text they are.
    """
    try:
        before = slot.read(book)
        others = (
            [old for old in before["variants"] if not rates_of(old).hold(usage)]
            if before is not None
            else []
        )
    except Exception:  # a file that somebody broke: what is in it is not missed
        others = []
    body = {
        "key": slot.key,
        "book": book,
        "files": list(files),
        "variants": [rates.to_data(), *others][:MAX_VARIANTS],
    }
    keep(slot.path, json.dumps(body))


def content_of(files: Sequence[str]) -> str | None:
    """The key of the text of the usual book,
    if it is made of these files (the entry first) and no others can come in.

    What a book includes is decided by the text of its files and by where links lead:
    so there may be no links.
    """
    folder = os.path.join(folder_of("rules"), DEFAULT_BOOK)
    prefix = os.path.basename(os.path.realpath(folder))
    texts = []
    folders: set[str] = set()
    if files[0] != ENTRY:
        return None
    for name in files:
        *above, _ = name.split("/")
        folders.update("/".join(above[:count]) for count in range(1, len(above) + 1))
        if ".." in above or name.startswith("/"):
            return None
        path = os.path.join(folder, name)
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            return None
        texts.append((f"{prefix}/{name}", text_of(data)))
    if not all(stat.S_ISDIR(os.lstat(os.path.join(folder, name)).st_mode) for name in folders):
        return None
    return content_key(texts)


def _code() -> str:
    """A word that changes with any code that an answer depends on."""
    packages = (
        "",
        "syntax",
        "model",
        "check",
        "solver",
        "compile",
        "evaluate",
        "usage",
        "usage/io",
        "usage/formats",
        "apps",
        "present",
        "files",
        "cli",
        "quick",
        folder_of("grammar"),
    )
    return digest(fingerprint(*packages).encode())
