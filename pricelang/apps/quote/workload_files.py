"""A workload out of a TOML or JSON file, or of usage records:
which requests there are a day, and what each uses.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from fractions import Fraction

from attrs import evolve, frozen

from pricelang.apps.quote.inputs import outcomes_from
from pricelang.apps.quote.mixes import Mix
from pricelang.apps.quote.workload_mixes import (
    Quoter,
    WorkloadContext,
    counts_of,
    mix_of,
    mix_of_records,
)
from pricelang.apps.quote.workload_text import MAX_FILE, bad, is_plan, known, number, parsed
from pricelang.usage.records import Part

PLANS = (".toml", ".json")
"""The endings of workload files; a JSON file without `requests` at its top is one of records."""

MAX_MIXES = 1_000
_TOP = ("month", "per_day", "requests")


@frozen(eq=False, repr=False)
class WorkloadPlan:
    """A workload as it was read: its month as written, or None, and its mixes."""

    month: str | None
    mixes: tuple[Mix, ...]


def read_plan(
    text: str | bytes,
    folder: str = "",
    per_day: Fraction | None = None,
    quoter: Quoter | None = None,
    unknown_counters: str = "refuse",
) -> WorkloadPlan:
    """The workload of a TOML text, or of a JSON text, which begins with `{`.

    `per_day` stands instead of the text's own. Paths in it are seen from `folder`; `quoter` is for
    request bodies, and `unknown_counters` for its records, as `read_paths` takes it. Raises
    `BadRequest` (`bad_workload`) that names the key, and the `PriceError` of a request body.

    >>> plan = read_plan(
    ...     'per_day = 100\\n[[requests]]\\nmodel = "claude-opus-5"\\nusage = { input = 2000 }'
    ... )
    >>> plan.mixes[0].per_day, plan.mixes[0].shares[0].ends[0].usage
    (Fraction(100, 1), {'input': 2000})
    """
    value = parsed(text)
    known(value, _TOP, "")
    entries, month = _entries(value.get("requests")), value.get("month")
    if month is not None and not isinstance(month, str):
        raise bad("`month` is not a text", 'write `month = "2026-11"`')
    total = per_day
    if total is None and "per_day" in value:
        total = number(value["per_day"], "per_day")
    context = WorkloadContext(folder, month, quoter, unknown_counters)
    mixes = (
        mix_of(entry, f"requests[{index}]", count, context)
        for index, (entry, count) in enumerate(zip(entries, counts_of(entries, total), strict=True))
    )
    return WorkloadPlan(month, tuple(mixes))


def _entries(value: object) -> list[Mapping[str, object]]:
    """The tables of the kinds of requests."""
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(entry, Mapping) for entry in value)
    ):
        raise bad(
            "`requests` is not a list of one request or more",
            "write a table `[[requests]]` for each kind of request",
        )
    if len(value) > MAX_MIXES:
        raise bad(f"`requests` has more than {MAX_MIXES:,} entries", "add up those that are alike")
    return value


def plan_from(
    requests: object,
    per_day: Fraction | None,
    model: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    quoter: Quoter | None = None,
    unknown_counters: str = "refuse",
) -> WorkloadPlan:
    """The workload that a program gives: its text, the path of its file,
    or records in any form that `compare` takes.

    `model` and `dimensions` hold where a request says nothing;
    `unknown_counters` is for records, as `read_paths` takes it. Raises `BadRequest`.
    """

    def filled(part: Part) -> Part:
        values = {**(dimensions or {}), **part.dimensions}
        return evolve(
            part, model=part.model if part.model is not None else model, dimensions=values
        )

    path = os.fspath(requests) if isinstance(requests, str | os.PathLike) else None
    data: str | bytes | None = None
    folder = ""
    if isinstance(requests, str) and "\n" in requests:
        data = requests
    elif path is not None and path.endswith(PLANS):
        data, folder = _plan_of_file(path), os.path.dirname(path)
    if data is None:
        if per_day is None:
            raise bad("records do not say how many requests a day there are", "give `per_day`")
        outcomes = outcomes_from(requests, unknown_counters)
        name = path if path is not None else model or "requests"
        return WorkloadPlan(None, (mix_of_records(name, outcomes, per_day, filled),))
    plan = read_plan(data, folder, per_day, quoter, unknown_counters)
    return evolve(plan, mixes=tuple(_filled(mix, filled) for mix in plan.mixes))


def _filled(mix: Mix, filled: Callable[[Part], Part]) -> Mix:
    shares = []
    for share in mix.shares:
        low, expected, high = map(filled, share.ends)
        shares.append(evolve(share, ends=(low, expected, high)))
    return evolve(mix, shares=tuple(shares))


def _plan_of_file(path: str) -> bytes | None:
    """The text of a workload's file; None where a JSON file is one of records. Raises `OSError`."""
    with open(path, "rb") as stream:
        data = stream.read(MAX_FILE + 1)
    return data if path.endswith(PLANS[0]) or (len(data) <= MAX_FILE and is_plan(data)) else None
