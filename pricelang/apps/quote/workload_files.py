"""A workload out of a TOML or JSON file, or of usage records:
which requests there are a day, and what each uses.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import evolve, frozen

from pricelang.apps.quote.inputs import outcomes_from, subjects_of
from pricelang.apps.quote.mixes import LEVELS, Mix, Share
from pricelang.apps.quote.model import Quote
from pricelang.apps.quote.scenarios import RequestBody
from pricelang.model.errors import BadRequest
from pricelang.present.text import did_you_mean, shown
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.io.toml_text import BadText, parsed_toml
from pricelang.usage.reading import read_paths
from pricelang.usage.records import SINGLE, Outcome, Part, Record, Rejected, Skipped

PLANS = (".toml", ".json")
"""The endings of workload files; a JSON file without `requests` at its top is one of records."""

MAX_FILE = 2**20
MAX_MIXES = 1_000
MAX_PER_DAY = 10**12
MAX_DIGITS = 30
_TOP = ("month", "per_day", "requests")
_OWN = ("name", "per_day", "share", "usage", "records", "request", "output", "hits")


@frozen(eq=False, repr=False)
class WorkloadPlan:
    """A workload as it was read: its month as written, or None, and its mixes."""

    month: str | None
    mixes: tuple[Mix, ...]


Quoter = Callable[[RequestBody, "str | None", "str | None", Mapping[str, str]], Quote]
"""The quote of a request body in a month as the workload writes it,
with its model and dimensions where those are given.
"""


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
    value = _parsed(text)
    _known(value, _TOP, "")
    entries = value.get("requests")
    if (
        not isinstance(entries, list)
        or not entries
        or not all(isinstance(entry, Mapping) for entry in entries)
    ):
        raise _bad(
            "`requests` is not a list of one request or more",
            "write a table `[[requests]]` for each kind of request",
        )
    if len(entries) > MAX_MIXES:
        raise _bad(f"`requests` has more than {MAX_MIXES:,} entries", "add up those that are alike")
    month = value.get("month")
    if month is not None and not isinstance(month, str):
        raise _bad("`month` is not a text", 'write `month = "2026-11"`')
    total = (
        per_day
        if per_day is not None
        else _number(value["per_day"], "per_day")
        if "per_day" in value
        else None
    )
    counts = _counts(entries, total)
    context = _Context(folder, month, quoter, unknown_counters)
    return WorkloadPlan(
        month,
        tuple(
            _mix(entry, f"requests[{index}]", count, context)
            for index, (entry, count) in enumerate(zip(entries, counts, strict=True))
        ),
    )


@frozen(eq=False, repr=False)
class _Context:
    folder: str
    month: str | None
    quoter: Quoter | None
    unknown_counters: str


def is_plan(text: str | bytes) -> bool:
    """Whether a text is a workload and no record: it has `requests` at the top."""
    try:
        return "requests" in _parsed(text)
    except BadRequest:
        return False


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
        raise _bad(f"`{shown(name)}` has no records", "name a file of usage records")
    weight = Fraction(1, len(records))
    shares = [
        Share(weight, (whole, whole, whole))
        for record in records
        for whole in map(change, record.parts)
    ]
    return Mix(name, per_day, tuple(shares))


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
        return evolve(
            part,
            model=part.model if part.model is not None else model,
            dimensions={**(dimensions or {}), **part.dimensions},
        )

    if isinstance(requests, str) and "\n" in requests:
        plan = read_plan(requests, "", per_day, quoter, unknown_counters)
    elif (
        isinstance(requests, str | os.PathLike)
        and os.fspath(requests).endswith(PLANS)
        and (data := _plan_of_file(os.fspath(requests))) is not None
    ):
        plan = read_plan(
            data, os.path.dirname(os.fspath(requests)), per_day, quoter, unknown_counters
        )
    elif per_day is None:
        raise _bad("records do not say how many requests a day there are", "give `per_day`")
    else:
        name = (
            os.fspath(requests) if isinstance(requests, str | os.PathLike) else model or "requests"
        )
        return WorkloadPlan(
            None,
            (mix_of_records(name, outcomes_from(requests, unknown_counters), per_day, filled),),
        )
    return WorkloadPlan(
        plan.month,
        tuple(
            evolve(mix, shares=tuple(_filled(share, filled) for share in mix.shares))
            for mix in plan.mixes
        ),
    )


def _filled(share: Share, filled: Callable[[Part], Part]) -> Share:
    low, expected, high = map(filled, share.ends)
    return evolve(share, ends=(low, expected, high))


def _plan_of_file(path: str) -> bytes | None:
    """The text of a workload's file; None where a JSON file is one of records. Raises `OSError`."""
    with open(path, "rb") as stream:
        data = stream.read(MAX_FILE + 1)
    return data if path.endswith(PLANS[0]) or (len(data) <= MAX_FILE and is_plan(data)) else None


# ---- the text ------------------------------------------------------------------------------------


def _parsed(text: str | bytes) -> Mapping[str, object]:
    if len(text) > MAX_FILE:
        raise _bad(
            f"the workload is longer than {MAX_FILE:,} characters",
            "put usage records into a file of their own, and name it with `records`",
        )
    try:
        whole = text if isinstance(text, str) else text.decode("utf-8-sig")
        value = (
            Decoder().value(whole)
            if whole.lstrip().startswith("{")
            else parsed_toml(whole, _decimal)
        )
    except UnicodeDecodeError:
        raise _bad("the workload is not UTF-8", None) from None
    except JsonFault as fault:
        raise _bad(
            f"the workload is not JSON that can be read: {fault.message}, line {fault.line}",
            fault.help,
        ) from None
    except BadText as error:
        raise _bad(
            f"the workload is not TOML that can be read: {error}",
            "a workload has `per_day` and a table `[[requests]]` for each kind of request",
        ) from None
    return value if isinstance(value, Mapping) else {}


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


def _mix(entry: Mapping[str, object], path: str, per_day: Fraction, context: _Context) -> Mix:
    """A mix out of its entry; keys that are not its own are dimensions, or `model`."""
    name = entry.get("name", "")
    words = {key: value for key, value in entry.items() if key not in _OWN}
    for key, value in (*words.items(), ("name", name)):
        if not isinstance(value, str) or len(value) > 200:
            raise _bad(f"`{path}.{shown(key)}` is not a short text", did_you_mean(key, _OWN))
    texts = {key: str(value) for key, value in words.items()}
    model = texts.pop("model", None)
    label = str(name) or model or path
    if sum(kind in entry for kind in ("usage", "records", "request")) != 1:
        raise _bad(
            f"`{path}` needs `usage`, `records` or `request`, and one of them",
            "`usage` maps meters to quantities, `records` is a file of usage records, "
            "`request` one with a request body",
        )
    if "request" in entry:
        return Mix(label, per_day, tuple(_quoted(entry, path, model, texts, context)))
    for key in ("output", "hits"):
        if key in entry:
            raise _bad(f"`{path}.{key}` goes with `request`", None)
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


def _path(entry: Mapping[str, object], key: str, path: str, context: _Context) -> str:
    file = entry[key]
    if not isinstance(file, str) or file == "-":
        raise _bad(f"`{path}.{key}` is not the path of a file", None)
    return os.path.join(context.folder, file)


def _quoted(
    entry: Mapping[str, object],
    path: str,
    model: str | None,
    texts: Mapping[str, str],
    context: _Context,
) -> Iterator[Share]:
    """The first call of a request body,
    and the later ones as the share of those that find the cache warm.
    """
    if context.quoter is None:
        raise _bad(
            f"`{path}.request` needs a book to be quoted by", "use `Book.workload`, or the command"
        )
    output = entry.get("output")
    if output is not None and (
        isinstance(output, bool) or not isinstance(output, int) or not 0 <= output < 10**12
    ):
        raise _bad(f"`{path}.output` is not a number of tokens", None)
    hits = _number(entry.get("hits", 0), f"{path}.hits")
    if hits > 1:
        raise _bad(
            f"`{path}.hits` is more than 1",
            "it is the share of calls that find the cache warm, such as 0.9",
        )
    file = _path(entry, "request", path, context)
    body = next((each for each in subjects_of([file], None) if isinstance(each, RequestBody)), None)
    if body is None:
        raise _bad(
            f"`{path}.request`: `{shown(file)}` has no request body",
            "a request body has `messages` and `max_tokens`",
        )
    found = context.quoter(evolve(body, output=output), context.month, model, texts)
    if hits and found.later is None:
        raise _bad(
            f"`{path}.hits`: the request caches nothing",
            "leave it out, or mark what is cached with `cache_control`",
        )
    for weight, lines in (
        (1 - hits, found.lines),
        (hits, found.later.lines if found.later is not None else ()),
    ):
        if weight:
            usages = (
                {line.meter: Fraction(getattr(line.quantity, level)) for line in lines}
                for level in LEVELS
            )
            low, expected, high = (
                Part(found.model, None, found.dimensions, dict(usage), "", SINGLE)
                for usage in usages
            )
            yield Share(weight, (low, expected, high))


def _usages(value: object, path: str) -> list[dict[str, object]]:
    """The least, the expected and the most usage; a quantity that is a table has all three."""
    if not isinstance(value, Mapping) or not value:
        raise _bad(
            f"`{path}` is not a table of meters and quantities",
            "such as `usage = { input = 2000, output = 400 }`",
        )
    found: list[dict[str, object]] = [{}, {}, {}]
    for meter, quantity in value.items():
        if isinstance(quantity, Mapping):
            _known(quantity, LEVELS, f"{path}.{shown(meter)}")
            if set(quantity) != set(LEVELS):
                raise _bad(f"`{path}.{shown(meter)}` needs `low`, `expected` and `high`", None)
            _in_order(quantity, f"{path}.{shown(meter)}")
        for index, level in enumerate(LEVELS):
            one = quantity[level] if isinstance(quantity, Mapping) else quantity
            if isinstance(one, bool) or not isinstance(one, int | Decimal | str | list):
                raise _bad(
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
        raise _bad(f"`{path}` is not in order: low, expected, high", None)


def _counts(entries: list[Mapping[str, object]], total: Fraction | None) -> list[Fraction]:
    """The requests a day of each entry: its own, or its share of the total."""
    own = [f"requests[{index}]" for index, entry in enumerate(entries) if "per_day" in entry]
    if own and (total is not None or len(own) < len(entries)):
        raise _bad(
            "requests a day are given for the whole and for some of its parts",
            "give `per_day` to each of `requests` and not to the whole, or the other way round",
        )
    if own:
        if any("share" in entry for entry in entries):
            raise _bad(
                "`share` stands beside `per_day`", "a share is one of the workload's `per_day`"
            )
        return [
            _number(entry["per_day"], f"requests[{index}].per_day")
            for index, entry in enumerate(entries)
        ]
    if total is None:
        raise _bad(
            "the workload does not say how many requests a day there are",
            "write `per_day`, or give `--per-day`",
        )
    shares = [
        _number(entry.get("share", 1), f"requests[{index}].share")
        for index, entry in enumerate(entries)
    ]
    if not sum(shares):
        raise _bad("the shares are all zero", None)
    return [total * share / sum(shares) for share in shares]


def _number(value: object, path: str) -> Fraction:
    """A number of requests or a share: zero or more, exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _bad(f"`{path}` is not a number", None)
    if isinstance(value, Decimal) and (
        not value.is_finite()
        or abs(value.adjusted()) > MAX_DIGITS
        or len(value.as_tuple().digits) > MAX_DIGITS
    ):
        raise _bad(f"`{path}` is not a number of requests", None)
    if not 0 <= value <= MAX_PER_DAY:
        raise _bad(f"`{path}` is not between 0 and {MAX_PER_DAY:,}", None)
    return Fraction(value)


def _known(value: Mapping[str, object], known: Iterable[str], path: str) -> None:
    names = list(known)
    for key in value:
        if key not in names:
            where = f"`{path}.{shown(key)}`" if path else f"`{shown(key)}`"
            raise _bad(
                f"{where} is not a key of a workload",
                did_you_mean(key, names) or "known: " + ", ".join(names),
            )


def _bad(message: str, help: str | None) -> BadRequest:
    return BadRequest("bad_workload", message, help=help)
