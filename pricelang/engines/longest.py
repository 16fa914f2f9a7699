"""The limits of one request, as SQL for rows that name their models; see
`pricelang.evaluate.limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from attrs import evolve, frozen

from pricelang.engines import join_keys as keyed
from pricelang.engines.join_keys import Quantity
from pricelang.engines.unsaid import default_sql
from pricelang.evaluate.limits import ANSWER, WINDOW, Longest
from pricelang.evaluate.rate_table.request_limits import RequestMost
from pricelang.evaluate.rate_table.snapshots import RateSnapshots

Part = TypeVar("Part")
WITHOUT = 2**62
"""More than any request has: the limit of a name that has none."""


@frozen(eq=False)
class Asked:
    """How a row is asked: `named` says whether its model is one of some names, `at` is its instant,
    `values` are those of dimensions that have a column, as SQL, `given` those of all rows.
    `by_name` is a number by the name of the model, where an engine looks that up.
    """

    named: Callable[[Sequence[str]], str]
    at: str
    instant: Callable[[int], str]
    text: Callable[[str], str]
    quantities: Sequence[Quantity]
    given: Mapping[str, str]
    values: Mapping[str, str] = {}
    by_name: Callable[[Mapping[str, int]], str] | None = None


def is_too_long(found: RateSnapshots, asked: Asked) -> str | None:
    """1 where a row has more than any such request, else 0, as SQL;
    None where no limit is known of these meters.

    Most rows are within the least of all limits, and are asked about no other.
    """
    longest, within, beyond = found.longest, [], []
    held = [each for each in longest.held if _lengths(each)]
    answers = [*_groups(held, asked, lambda held: held.answer)]
    lengths = [n for each in held for n in _lengths(each)]
    total = keyed.sum_sql([ANSWER], asked.quantities, max(lengths, default=0))
    if answers and total is not None:
        within.append(f"{total} <= {_least(asked, held, _lengths)}")
        most = _case([(when, _answer(asked, longest)) for when, longest in answers])
        beyond.append(f"{total} > {most}")
    windows = partial(_windows, found)
    held = [each for each in longest.held if windows(each)]
    prompts = [*_groups(held, asked, windows)]
    lengths = [n for _, most in prompts for n in most]
    total = keyed.sum_sql(longest.prompt, asked.quantities, max(lengths, default=0))
    if prompts and total is not None:
        within.append(f"{total} <= {_least(asked, held, lambda each: windows(each) or ())}")
        beyond.append(f"{total} > {_most(found, asked, prompts)}")
    if not beyond:
        return None
    return f"case when {' and '.join(within)} then 0 when {' or '.join(beyond)} then 1 else 0 end"


def _lengths(held: RequestMost) -> tuple[int, ...]:
    """How long an answer may be, by any values."""
    most, named = held.answer or (None, ())
    return tuple(n for n in (most, *(length for _, _, length in named)) if n is not None)


def _least(
    asked: Asked, held: Sequence[RequestMost], lengths: Callable[[RequestMost], Sequence[int]]
) -> str:
    """The least of all limits of a row, as SQL, by its name where that is asked quickly."""
    least: dict[str, int] = {}
    for each in held:
        least[each.name] = min(least.get(each.name, WITHOUT), *lengths(each), WITHOUT)
    return str(min(least.values())) if asked.by_name is None else asked.by_name(least)


def _window_of(found: RateSnapshots, asked: Asked, default: str) -> str:
    """The window of a row that says none, as SQL:
    the default, or the only one in which its prompt fits.
    """
    cases = []
    for when, wider in _groups(found.longest.held, asked, lambda held: held.wider):
        total = keyed.sum_sql(found.longest.prompt, asked.quantities, wider.up_to)
        if total is not None:
            cases.append(
                f"when {when} and {total} > {wider.over} and {total} <= {wider.up_to} then "
                f"{asked.text(wider.window)}"
            )
    return f"case {' '.join(cases)} else {default} end" if cases else default


def with_values(
    found: RateSnapshots,
    asked: Asked,
    columns: Mapping[str, str],
    known: Callable[[str], str] | None = None,
) -> Asked:
    """How a row is asked, with the value of each dimension that has a column:
    what the column says, as `known` tells it, or what a row has that says nothing.
    """
    values = {}
    for name, every in found.dimensions:
        silent = default_sql(name, every[0], columns, asked.given, asked.text)
        if name == WINDOW and silent is not None:
            silent = _window_of(found, asked, silent)
        values[name] = keyed.said_sql(
            columns[name], None if known is None else known(columns[name]), silent
        )
    return evolve(asked, values=values)


def _windows(found: RateSnapshots, held: RequestMost) -> tuple[int, ...] | None:
    """How long a prompt may be in each window; where nothing turns on it,
    one that none is said of may be as in the only one that takes it.
    """
    if (
        held.windows is None
        or not found.longest.window_is_idle
        or held.wider is None
        or held.wider.over > held.windows[0]
    ):
        return held.windows
    return held.wider.up_to, *held.windows[1:]


def _most(found: RateSnapshots, asked: Asked, groups: Sequence[tuple[str, tuple[int, ...]]]) -> str:
    """How long the prompt of a row may be, as SQL."""
    values = next(
        (values for name, values in found.dimensions if name == WINDOW), found.longest.windows
    )
    each = [
        _case([(when, most[found.longest.windows.index(value)]) for when, most in groups])
        for value in values
    ]
    column = asked.values.get(WINDOW)
    if column is None:
        return each[values.index(asked.given.get(WINDOW, found.longest.windows[0]))]
    if len({*each}) == 1:
        return each[0]
    cases = " ".join(
        f"when {column} = {asked.text(value)} then {sql}"
        for value, sql in zip(values, each, strict=True)
    )
    return f"case {cases} end"


def _answer(asked: Asked, longest: Longest) -> str:
    """How long an answer may be, as SQL; NULL where no limit is known."""
    most, named = longest
    cases = []
    for name, value, length in named:
        if name in asked.values:
            cases.append(f"when {asked.values[name]} = {asked.text(value)} then {length}")
        elif asked.given.get(name) == value:
            most = length
            break
    last = "null" if most is None else str(most)
    return f"case {' '.join(cases)} else {last} end" if cases else last


def _case(groups: Sequence[tuple[str, int | str]]) -> str:
    by_number: dict[int | str, list[str]] = {}
    for when, most in groups:
        by_number.setdefault(most, []).append(when)
    return (
        "case "
        + " ".join(f"when {' or '.join(whens)} then {most}" for most, whens in by_number.items())
        + " end"
    )


def _groups(
    every: Sequence[RequestMost], asked: Asked, part: Callable[[RequestMost], Part | None]
) -> Iterator[tuple[str, Part]]:
    """When a row has a limit, as SQL, and that limit:
    names with the same one in the same period together.
    """
    found: dict[tuple[Part, int | None, int | None], list[str]] = {}
    for held in every:
        most = part(held)
        if most is not None:
            found.setdefault((most, held.start, held.end), []).append(held.name)
    for (most, start, end), names in found.items():
        tests = [asked.named(names)]
        tests += [f"{asked.at} >= {asked.instant(start)}"] if start is not None else []
        tests += [f"{asked.at} < {asked.instant(end)}"] if end is not None else []
        yield " and ".join(tests), most
