"""The mixes of a workload: requests by their usage, like some records, or as a body to quote."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import evolve, frozen

from pricelang.apps.quote.inputs import subjects_of
from pricelang.apps.quote.mixes import Mix, Share
from pricelang.apps.quote.model import LEVELS, Quote, QuoteLine
from pricelang.apps.quote.scenarios import RequestBody
from pricelang.apps.quote.workload_text import bad, known, number
from pricelang.model.errors import BadRequest
from pricelang.present.text import help_for, shown
from pricelang.usage.reading import read_paths
from pricelang.usage.records import SINGLE, Outcome, Part, Record, Rejected, Skipped

_OWN = ("name", "per_day", "share", "usage", "records", "request", "output", "hits")

Quoter = Callable[[RequestBody, "str | None", "str | None", Mapping[str, str]], Quote]
"""The quote of a request body in a month as the workload writes it,
with its model and dimensions where those are given.
"""


@frozen(eq=False, repr=False)
class WorkloadContext:
    """Where the paths of a workload are seen from, its month, and how its bodies are quoted."""

    folder: str
    month: str | None
    quoter: Quoter | None
    unknown_counters: str


def counts_of(entries: list[Mapping[str, object]], total: Fraction | None) -> list[Fraction]:
    """The requests a day of each entry: its own, or its share of the total."""
    own = [f"requests[{index}]" for index, entry in enumerate(entries) if "per_day" in entry]
    if own and (total is not None or len(own) < len(entries)):
        raise bad(
            "requests a day are given for the whole and for some of its parts",
            "give `per_day` to each of `requests` and not to the whole, or the other way round",
        )
    if own:
        if any("share" in entry for entry in entries):
            raise bad(
                "`share` stands beside `per_day`", "a share is one of the workload's `per_day`"
            )
        return [
            number(entry["per_day"], f"requests[{index}].per_day")
            for index, entry in enumerate(entries)
        ]
    if total is None:
        raise bad(
            "the workload does not say how many requests a day there are",
            "write `per_day`, or give `--per-day`",
        )
    shares = [
        number(entry.get("share", 1), f"requests[{index}].share")
        for index, entry in enumerate(entries)
    ]
    if not sum(shares):
        raise bad("the shares are all zero", None)
    return [total * share / sum(shares) for share in shares]


def mix_of(
    entry: Mapping[str, object], path: str, per_day: Fraction, context: WorkloadContext
) -> Mix:
    """A mix out of its entry; keys that are not its own are dimensions, or `model`."""
    name = entry.get("name", "")
    words = {key: value for key, value in entry.items() if key not in _OWN}
    for key, value in (*words.items(), ("name", name)):
        if not isinstance(value, str) or len(value) > 200:
            raise bad(f"`{path}.{shown(key)}` is not a short text", help_for(key, _OWN))
    texts = {key: str(value) for key, value in words.items()}
    model = texts.pop("model", None)
    label = str(name) or model or path
    if sum(kind in entry for kind in ("usage", "records", "request")) != 1:
        raise bad(
            f"`{path}` needs `usage`, `records` or `request`, and one of them",
            "`usage` maps meters to quantities, `records` is a file of usage records, "
            "`request` one with a request body",
        )
    if "request" in entry:
        return Mix(label, per_day, tuple(_quoted(entry, path, model, texts, context)))
    for key in ("output", "hits"):
        if key in entry:
            raise bad(f"`{path}.{key}` goes with `request`", None)
    if "records" in entry:
        file = _path(entry, "records", path, context)

        def change(part: Part) -> Part:
            return evolve(part, model=part.model or model, dimensions={**texts, **part.dimensions})

        return mix_of_records(
            label, read_paths([file], unknown_counters=context.unknown_counters), per_day, change
        )
    ends = [
        Part(model, None, texts, usage, label, SINGLE)
        for usage in _usages(entry["usage"], f"{path}.usage")
    ]
    return Mix(label, per_day, (Share(Fraction(1), (ends[0], ends[1], ends[2])),))


def mix_of_records(
    name: str,
    outcomes: Iterable[Outcome],
    per_day: Fraction,
    change: Callable[[Part], Part] = lambda part: part,
) -> Mix:
    """A mix like some records: each of them as often as any other.
    Raises `BadRequest` for one that cannot be read.
    """
    records: list[Record] = []
    for outcome in outcomes:
        if isinstance(outcome, Rejected):
            raise BadRequest(outcome.code, f"{outcome.place}: {outcome.message}", help=outcome.help)
        if not isinstance(outcome, Skipped):
            records.append(outcome)
    if not records:
        raise bad(f"`{shown(name)}` has no records", "name a file of usage records")
    weight = Fraction(1, len(records))
    shares = [
        Share(weight, (whole, whole, whole))
        for record in records
        for whole in map(change, record.parts)
    ]
    return Mix(name, per_day, tuple(shares))


def _path(entry: Mapping[str, object], key: str, path: str, context: WorkloadContext) -> str:
    file = entry[key]
    if not isinstance(file, str) or file == "-":
        raise bad(f"`{path}.{key}` is not the path of a file", None)
    return os.path.join(context.folder, file)


def _quoted(
    entry: Mapping[str, object],
    path: str,
    model: str | None,
    texts: Mapping[str, str],
    context: WorkloadContext,
) -> Iterator[Share]:
    """The first call of a request body,
    and the later ones as the share of those that find the cache warm.
    """
    if context.quoter is None:
        raise bad(
            f"`{path}.request` needs a book to be quoted by", "use `Book.workload`, or the command"
        )
    output, hits = _output(entry, path), number(entry.get("hits", 0), f"{path}.hits")
    if hits > 1:
        raise bad(
            f"`{path}.hits` is more than 1",
            "it is the share of calls that find the cache warm, such as 0.9",
        )
    body = evolve(_body(entry, path, context), output=output)
    found = context.quoter(body, context.month, model, texts)
    if hits and found.later is None:
        raise bad(
            f"`{path}.hits`: the request caches nothing",
            "leave it out, or mark what is cached with `cache_control`",
        )
    later = found.later.lines if found.later is not None else ()
    for weight, lines in ((1 - hits, found.lines), (hits, later)):
        if weight:
            low, expected, high = (
                Part(found.model, None, found.dimensions, _usage_of(lines, level), "", SINGLE)
                for level in LEVELS
            )
            yield Share(weight, (low, expected, high))


def _usage_of(lines: Iterable[QuoteLine], level: str) -> dict[str, object]:
    return {line.meter: Fraction(getattr(line.quantity, level)) for line in lines}


def _output(entry: Mapping[str, object], path: str) -> int | None:
    output = entry.get("output")
    if output is None:
        return None
    if isinstance(output, bool) or not isinstance(output, int) or not 0 <= output < 10**12:
        raise bad(f"`{path}.output` is not a number of tokens", None)
    return output


def _body(entry: Mapping[str, object], path: str, context: WorkloadContext) -> RequestBody:
    """The request body in the file that an entry names."""
    file = _path(entry, "request", path, context)
    body = next((each for each in subjects_of([file], None) if isinstance(each, RequestBody)), None)
    if body is None:
        raise bad(
            f"`{path}.request`: `{shown(file)}` has no request body",
            "a request body has `messages` and `max_tokens`",
        )
    return body


def _usages(value: object, path: str) -> list[dict[str, object]]:
    """The least, the expected and the most usage; a quantity that is a table has all three."""
    if not isinstance(value, Mapping) or not value:
        raise bad(
            f"`{path}` is not a table of meters and quantities",
            "such as `usage = { input = 2000, output = 400 }`",
        )
    found: list[dict[str, object]] = [{}, {}, {}]
    for meter, quantity in value.items():
        if isinstance(quantity, Mapping):
            known(quantity, LEVELS, f"{path}.{shown(meter)}")
            if set(quantity) != set(LEVELS):
                raise bad(f"`{path}.{shown(meter)}` needs `low`, `expected` and `high`", None)
            _in_order(quantity, f"{path}.{shown(meter)}")
        for index, level in enumerate(LEVELS):
            one = quantity[level] if isinstance(quantity, Mapping) else quantity
            if isinstance(one, bool) or not isinstance(one, int | Decimal | str | list):
                raise bad(
                    f"`{path}.{shown(meter)}` is not a quantity",
                    "a quantity is a number, a text such as `90 minutes`, or a table of low, "
                    "expected and high",
                )
            found[index][str(meter)] = one
    return found


def _in_order(quantity: Mapping[str, object], path: str) -> None:
    """Numbers are in order; what has a unit is told by the price."""
    numbers = [quantity[level] for level in LEVELS]
    plain = [number for number in numbers if isinstance(number, int | Decimal)]
    if len(plain) == len(numbers) and plain != sorted(plain):
        raise bad(f"`{path}` is not in order: low, expected, high", None)
