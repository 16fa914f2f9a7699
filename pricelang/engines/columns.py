"""The columns of a table that hold the model, the instant, dimensions and meters: by name, or by a
mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from pricelang.engines.counts import Count, is_quoted, read_difference, settled
from pricelang.model.book import Book
from pricelang.model.errors import BadRequest, UnknownName
from pricelang.present.text import help_for, shown

OWN = ("pl_", "r_pl_")
"""How the names begin of the columns that engines add to those of the usage."""


@frozen
class Columns:
    """The columns of a table of usage.
    `dimensions` and `meters` are pairs of a name of the book and a column.

    `model` and `at` are None where one value holds for all rows. `rest` are the columns that
    say nothing to the book. `counts` says of meters what is to be taken from their columns.
    """

    model: str | None
    at: str | None
    dimensions: tuple[tuple[str, str], ...]
    meters: tuple[tuple[str, str], ...]
    rest: tuple[str, ...]
    counts: Mapping[str, Count] = {}


@frozen
class Fixed:
    """What holds for every row: a model, a day or instant, values of dimensions."""

    model: str | None = None
    at: str | None = None
    dimensions: Mapping[str, str] = {}


def read_mapping(path: str | Path) -> dict[str, str]:
    """The mapping of a TOML file:
    under `[columns]`, `NAME = "column"` for `model`, `at`, dimensions and meters.

    Raises `BadRequest` (`bad_mapping`) for anything else.
    """
    from pricelang.usage.io.toml_text import BadText, read_settings

    try:
        found = read_settings(path).get("columns")
    except BadText as error:
        raise BadRequest(
            "bad_mapping", f"the mapping `{shown(path)}` cannot be read: {error}"
        ) from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise BadRequest(
            "bad_mapping",
            f"the mapping `{shown(path)}` has no table `[columns]` of names and columns",
            help="write `[columns]` and below it lines such as `input = "
            '"prompt_tokens-cached_tokens"`',
        )
    return {str(key): value for key, value in found.items()}


def columns_of(
    book: Book, present: Sequence[str], mapping: Mapping[str, str], fixed: Fixed
) -> Columns:
    """What the columns of a table mean: those of a mapping, and for every other name of the book
    the column so called, in whatever case: to SQL `Input` is `input`, and a meter that is
    overlooked would cost nothing.

    Raises `UnknownName` for a name the book does not have, `BadRequest` (`no_column`) for a column
    that is not there, a table without model, instant or meters, and a name that is said twice,
    (`bad_column`) for a column named like an engine's own.
    """
    _check_own(present)
    dimensions = [dimension.name for dimension in book.dimensions]
    meters = [meter.name for meter in book.meters]
    known = ["model", "at", *dimensions, *meters]
    parted = {
        name: (text,) if text in present or name not in meters else read_difference(text)
        for name, text in mapping.items()
    }
    _check_mapping(known, present, parted)
    firsts = {name: parts[0] for name, parts in parted.items()}
    named = ((name, firsts.get(name) or _called(name, present)) for name in known)
    found = {name: column for name, column in named if column is not None}
    found |= _counted(book, present, found)
    _check_whole(found, fixed)
    _check_twice(found, firsts, fixed)
    _check_fixed(dimensions, fixed)
    pairs = _pairs(meters, found)
    sure = (name for name, text in mapping.items() if text not in present and is_quoted(text))
    said = {name: Count(parts[1:]) for name, parts in parted.items() if len(parts) > 1}
    counts = settled(book, pairs, present, said, frozenset(sure))
    used = {*found.values(), *(column for count in counts.values() for column in count.taken)}
    return Columns(
        found.get("model"),
        found.get("at"),
        tuple((name, found[name]) for name in dimensions if name in found),
        tuple(pairs),
        tuple(column for column in present if column not in used),
        counts,
    )


def _counted(
    book: Book, present: Sequence[str], found: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """For a meter without a column, the column of the counter that it counts.
    Raises `BadRequest` (`bad_mapping`) where two columns are of one meter.
    """
    for meter in book.meters:
        if meter.name in found:
            continue
        named = (_called(counter, present) for counter in meter.counts if counter not in found)
        columns = [column for column in named if column is not None]
        if len(columns) > 1:
            both = " and ".join(f"`{shown(column)}`" for column in columns)
            raise BadRequest(
                "bad_mapping",
                f"the columns {both} are all counted by `{meter.name}`",
                help=f"make one column of their sum, and map it: `--map {meter.name}=COLUMN`",
            )
        yield from ((meter.name, column) for column in columns)


def _check_own(present: Sequence[str]) -> None:
    for column in present:
        if column.lower().startswith(OWN):
            raise BadRequest(
                "bad_column",
                f"the usage has a column `{shown(column)}`, a name that pricing needs for itself",
                help="rename it: no column may begin with "
                + " or ".join(f"`{start}`" for start in OWN),
            )


def _check_mapping(
    known: Sequence[str], present: Sequence[str], parted: Mapping[str, Sequence[str]]
) -> None:
    """That a mapping has names of the book, and columns that are there."""
    for name, column in ((name, part) for name, parts in parted.items() for part in parts):
        if name not in known:
            raise UnknownName(
                "unknown_name",
                f"the mapping names `{shown(name)}`, which is not a name of the book",
                help=help_for(name, known, "names"),
            )
        if column not in present:
            raise BadRequest(
                "no_column",
                f"there is no column `{shown(column)}` for `{name}`",
                help=help_for(column, present, "columns"),
            )


def _check_whole(found: Mapping[str, str], fixed: Fixed) -> None:
    """That each row has a model and an instant."""
    for name, what, value in (("model", "model", fixed.model), ("at", "instant", fixed.at)):
        if name not in found and value is None:
            raise BadRequest(
                "no_column",
                f"no column says the {what} of a row",
                help=f"name one (`--map {name}=COLUMN`), or give one for all rows (`--{name}`)",
            )


def _check_twice(found: Mapping[str, str], mapping: Mapping[str, str], fixed: Fixed) -> None:
    """That no column has two names, and no name a column and a value for all rows."""
    for name, mapped in mapping.items():
        other = mapped.lower()
        if other != name and found.get(other) == mapped:
            raise BadRequest(
                "bad_mapping",
                f"the column `{shown(mapped)}` would count as `{name}` and as `{other}`",
                help=f"map `{other}` to a column of its own, or rename this one",
            )
    whole = [name for name in ("model", "at") if getattr(fixed, name) is not None]
    twice = [name for name in (*whole, *fixed.dimensions) if name in found]
    if twice:
        raise BadRequest(
            "bad_mapping",
            f"`{twice[0]}` has a column and is given for all rows too",
            help="leave one of them out",
        )


def _pairs(meters: Sequence[str], found: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each meter with the column that counts it. Raises `BadRequest` where there is none."""
    pairs = [(name, found[name]) for name in meters if name in found]
    if not pairs:
        raise BadRequest(
            "no_column", "no column counts a meter of the book", help="meters: " + ", ".join(meters)
        )
    return pairs


def _check_fixed(dimensions: Sequence[str], fixed: Fixed) -> None:
    for name in fixed.dimensions:
        if name not in dimensions:
            raise UnknownName(
                "unknown_dimension",
                f"unknown dimension `{shown(name)}`",
                help=help_for(name, dimensions),
            )


def no_quantities(meter: str, column: str, kind: str) -> BadRequest:
    """The error of a column of a type that holds no quantities of a meter."""
    return BadRequest(
        "bad_column",
        f"the column `{shown(column)}` is of type {kind.lower()}, which holds no quantities of "
        f"`{meter}`",
        help="make it an integer, a decimal or a text",
    )


def _called(name: str, present: Sequence[str]) -> str | None:
    """The column of a name: the one so called, or the only one that is but for its case."""
    alike = [column for column in present if column.lower() == name]
    return name if name in alike else alike[0] if len(alike) == 1 else None
