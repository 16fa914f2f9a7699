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
    """

    named: Callable[[Sequence[str]], str]
    at: str
    instant: Callable[[int], str]
    text: Callable[[str], str]
    quantities: Sequence[Quantity]
    given: Mapping[str, str]
    values: Mapping[str, str] = {}


@frozen
class Most:
    """What a row has of some meters, and how many of them one request has at `most`, both as SQL.
    The `least` of it is by the names of models: a row within that needs no other question.
    """

    total: str
    most: str
    least: Mapping[str, int]

    def beyond(self) -> str:
        """Whether a row has more, as SQL."""
        return f"{self.total} > {self.most}"


def is_too_long(found: RateSnapshots, asked: Asked) -> str | None:
    """1 where a row has more than any such request, else 0, as SQL;
    None where no limit is known of these meters.

    Most rows are within the least of all limits, and are asked about no other.
    """
    held = most_of_rows(found, asked)
    if not held:
        return None
    within = " and ".join(f"{each.total} <= {min(each.least.values())}" for each in held)
    beyond = " or ".join(each.beyond() for each in held)
    return f"case when {within} then 0 when {beyond} then 1 else 0 end"


def most_of_rows(found: RateSnapshots, asked: Asked) -> list[Most]:
    """What a row that is one request has at most: of its answer, and of its prompt."""
    longest, windows = found.longest, partial(_windows, found)
    answers = [*_groups(longest.held, asked, lambda held: held.answer)]
    prompts = [*_groups(longest.held, asked, windows)]
    every: list[Most] = []
    if answers:
        lengths = [(held.name, _lengths(held)) for held in longest.held]
        most = _case([(when, _answer(asked, answer)) for when, answer in answers])
        every += _most_of([ANSWER], asked, most, lengths)
    if prompts:
        lengths = [(held.name, windows(held) or ()) for held in longest.held]
        every += _most_of(longest.prompt, asked, _in_windows(found, asked, prompts), lengths)
    return every


def _most_of(
    meters: Sequence[str], asked: Asked, most: str, lengths: Sequence[tuple[str, tuple[int, ...]]]
) -> Iterator[Most]:
    """What a row has at most of some meters, where it may have any,
    by all lengths that names may have.
    """
    least: dict[str, int] = {}
    for name, held in lengths:
        for length in held:
            least[name] = min(length, least.get(name, length))
    total = keyed.sum_sql(meters, asked.quantities, max(n for _, held in lengths for n in held))
    if total is not None:
        yield Most(total, most, least)


def _lengths(held: RequestMost) -> tuple[int, ...]:
    """How long an answer may be, by any values."""
    most, named = held.answer or (None, ())
    return tuple(n for n in (most, *(length for _, _, length in named)) if n is not None)


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


def silent_values(
    found: RateSnapshots, asked: Asked, columns: Mapping[str, str]
) -> dict[str, str | None]:
    """What a row has of each dimension whose column says nothing; None where it is to be said."""
    silent: dict[str, str | None] = {}
    for name, every in found.dimensions:
        default = default_sql(name, every[0], columns, asked.given, asked.text)
        if name == WINDOW and default is not None:
            default = _window_of(found, asked, default)
        silent[name] = default
    return silent


def with_values(
    found: RateSnapshots,
    asked: Asked,
    columns: Mapping[str, str],
    known: Callable[[str], str] | None = None,
) -> Asked:
    """How a row is asked, with the value of each dimension that has a column:
    what the column says, as `known` tells it, or what a row has that says nothing.
    """
    values = {
        name: keyed.said_sql(columns[name], None if known is None else known(columns[name]), silent)
        for name, silent in silent_values(found, asked, columns).items()
    }
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


def _in_windows(
    found: RateSnapshots, asked: Asked, groups: Sequence[tuple[str, tuple[int, ...]]]
) -> str:
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
