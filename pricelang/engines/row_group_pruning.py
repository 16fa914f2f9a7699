"""Parts of Parquet files that lie between two changes of price, by the statistics that the files
keep.

Usage is written in order of time, so nearly every row group lies within one.
Its rows need no look at their instants, which are the largest column there is, and all different.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pricelang.engines.names import literal, literals, quoted

if TYPE_CHECKING:
    from pricelang.engines.duck import Job

MAX_PARTS = 64
"""Parts that a query is made of; usage that has more is in no order of time."""
KINDS = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "DATE")


@frozen
class RowRange:
    """Rows of the usage, as SQL, and the version that all of them lie in;
    None where it takes their instants to tell.
    """

    sql: str
    version: int | None


def parts_of(job: Job, cuts: Sequence[int]) -> tuple[RowRange, ...]:
    """The usage of a job in parts by the version between
    `cuts` (UTC seconds) that their rows lie in.
    """
    whole = (RowRange(job.source.sql, None),)
    at = job.columns.at
    readable = job.source.is_parquet and at is not None and job.types[at] in KINDS
    taken = "file_row_number" in map(str.lower, job.source.names)
    if not cuts or at is None or not readable or taken:
        return whole
    files = literals(job.source.paths)
    folders = _folders(job, files) if _are_alike(job, files) else None
    if folders is None:
        return whole
    groups = _row_groups(job, at, files)
    stretches = [(file, rows, _version(cuts, *ends)) for file, rows, *ends in groups]
    if sum(rows for _, rows, _ in stretches) != job.rows:
        return whole
    found = tuple(_parts(stretches, folders))
    known = len(found) <= MAX_PARTS and any(part.version is not None for part in found)
    return found if known else whole


def _are_alike(job: Job, files: str) -> bool:
    """Whether a column of one file is one of all, and of the same type."""
    schemas = (
        "select list((name, type, converted_type, logical_type, repetition_type)) from "
        f"parquet_schema({files}) group by file_name"
    )
    found = job.connection.execute(f"select count(distinct columns(*)) from ({schemas})").fetchall()
    return found == [(1,)]


def _row_groups(job: Job, at: str, files: str) -> list[tuple[Any, ...]]:
    """The file of each row group, its number of rows, the ends of its instants, and how many rows
    have none.
    """
    ends = [
        f"epoch_us(try_cast({end} as {job.types[at]}))"
        for end in ("stats_min_value", "stats_max_value")
    ]
    return job.connection.execute(
        f"select file_name, row_group_num_rows, {', '.join(ends)}, stats_null_count from "
        f"parquet_metadata({files}) "
        f"where path_in_schema = {literal(quoted(at) if '.' in at else at)} order by "
        "file_name, row_group_id"
    ).fetchall()


def _version(
    cuts: Sequence[int], first: int | None, last: int | None, nulls: int | None
) -> int | None:
    if first is None or last is None or nulls != 0:
        return None
    low, high = (bisect_right(cuts, end // 1_000_000) for end in (first, last))
    return low if low == high else None


def _folders(job: Job, files: str) -> str | None:
    """How a file is read alone so that the columns that its folders say (`team=01/usage.parquet`)
    are those that they are of all files together; None where such a folder takes the place of a
    column of the files.
    """
    ((paths, own),) = job.connection.execute(
        f"select list(distinct file_name), list(distinct lower(name)) from parquet_schema({files})"
    ).fetchall()
    said = {
        folder.partition("=")[0].lower()
        for path in paths
        for folder in re.split(r"[/\\]", path)[:-1]
        if "=" in folder
    }
    if said & set(own):
        return None
    kinds = [
        f"{literal(name)}: {kind}" for name, kind in job.source.columns if name.lower() in said
    ]
    return (
        f"hive_partitioning = true, hive_types = {{{', '.join(kinds)}}}"
        if kinds
        else "hive_partitioning = false"
    )


def _parts(stretches: Sequence[tuple[str, int, int | None]], folders: str) -> Iterator[RowRange]:
    """Whole files of one version together; of the others the stretches of rows."""
    whole: dict[int, list[str]] = {}
    for file, groups in itertools.groupby(stretches, key=lambda found: found[0]):
        sizes = [
            (version, sum(rows for _, rows, _ in same))
            for version, same in itertools.groupby(groups, key=lambda found: found[2])
        ]
        if len(sizes) == 1 and sizes[0][0] is not None:
            whole.setdefault(sizes[0][0], []).append(file)
            continue
        read, start = f"read_parquet({literal(file)}, file_row_number = true, {folders})", 0
        for version, size in sizes:
            yield RowRange(
                f"select * from {read} where file_row_number >= {start} and file_row_number "
                f"< {start + size}",
                version,
            )
            start += size
    for version, files in whole.items():
        yield RowRange(f"select * from read_parquet({literals(files)}, {folders})", version)
