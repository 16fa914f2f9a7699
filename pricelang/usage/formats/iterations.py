"""The `iterations` of a Messages usage: which were billed, at which model, and whether they add up.

`message` and `fallback_message` are the executor's sampling iterations. After a fallback the top
level counts the serving attempt alone, which is the last run of executor entries of one model.
`compaction` and `advisor_message` are billed outside of the top level. An entry without a `type` is
a `message`; what an entry of a type that is not known counts, is not known.

A null model is the first `fallback` block's `from.model`, or else the message's own;
after a `fallback_message` it is that entry's model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import SPLIT, Counters, counters_of, shares
from pricelang.usage.fields import clean, is_object, model_id, shown, word, wrong_type
from pricelang.usage.records import UsageError
from pricelang.usage.unknown import known_names, note_key

EXECUTOR = ("message", "fallback_message")
OUTSIDE = ("compaction", "advisor_message")
_TYPES = (*EXECUTOR, *OUTSIDE)
ITERATION = known_names(
    "type",
    "model",
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    cache_creation=SPLIT,
    output_tokens_details=known_names("thinking_tokens"),
)


@frozen
class Iteration:
    """One entry:
    `number` counts from 1, `serving` says that the top level of the message counts it.
    """

    number: int
    type: str
    model: str | None
    counters: Counters
    serving: bool

    @property
    def label(self) -> str:
        """The entry's name on a bill."""
        return f"iteration {self.number}: {self.type}"


@frozen
class BilledIterations:
    """What of the iterations is billed, in their order.

    `adds_up` says that the serving entries replace the top level; otherwise `entries` holds only
    what is billed beside the top level, and `served` is the number of executor entries that the top
    level stands for.
    """

    entries: tuple[Iteration, ...]
    adds_up: bool
    served: int


def billed_iterations(
    usage: Mapping[str, object],
    message_model: str | None,
    content: Sequence[object],
    top: Counters,
    notes: list[Note],
) -> BilledIterations | None:
    """The billed iterations of `usage`, None where it has none.

    Raises `UsageError`.
    """
    listed = usage.get("iterations")
    if listed is None or listed == []:
        return None
    if not isinstance(listed, list | tuple):
        raise wrong_type("usage.iterations", listed, "a list")
    origins = fallback_origins(content, notes)
    entries = _entries(listed, origins[0] if origins else message_model, notes)
    executor = [entry for entry in entries if entry.type in EXECUTOR]
    fell_back = bool(origins) or any(entry.type == "fallback_message" for entry in executor)
    serving = _last_attempt(executor) if fell_back else executor
    counts = shares(top, [entry.counters for entry in serving])
    if counts is None:
        notes.append(
            Note(
                "iterations",
                "the iterations do not add up to the top level of `usage`: priced the top level, "
                "with compaction and advisor iterations beside it",
            )
        )
        return BilledIterations(
            tuple(entry for entry in entries if entry.type in OUTSIDE), False, len(serving)
        )
    settled = {
        entry.number: evolve(entry, counters=own, serving=True)
        for entry, own in zip(serving, counts, strict=True)
    }
    free = _declined([entry for entry in executor if entry.number not in settled], notes)
    kept = tuple(settled.get(entry.number, entry) for entry in entries if entry.number not in free)
    return BilledIterations(kept, True, len(serving))


def fallback_origins(content: Sequence[object], notes: list[Note]) -> list[str]:
    """The models that the `fallback` blocks of a message's content came from, in their order."""
    origins = []
    for block in content:
        if is_object(block) and block.get("type") == "fallback":
            # SDK objects dump the field as `from_`, because `from` is a word of Python.
            origin = block.get("from", block.get("from_"))
            model = (
                model_id(origin.get("model"), "content.from.model", notes)
                if is_object(origin)
                else None
            )
            if model is not None:
                origins.append(model)
    return origins


def _entries(
    listed: Sequence[object], null_model: str | None, notes: list[Note]
) -> list[Iteration]:
    entries = []
    for number, value in enumerate(listed, 1):
        path = f"usage.iterations[{number - 1}]"
        if not is_object(value):
            raise wrong_type(path, value, "an object")
        kind = word(value.get("type"), f"{path}.type") or "message"
        if kind not in _TYPES:
            counts = {key: given for key, given in value.items() if key not in ("type", "model")}
            note_key(f"{path} ({clean(kind)})", counts, _TYPES, notes)
            continue
        model = model_id(value.get("model"), f"{path}.model", notes)
        if model is None and kind in ("advisor_message", "fallback_message"):
            raise UsageError(
                "missing_key",
                f"`{path}.model` is missing, and {shown(kind)} has a model of its own",
            )
        if kind == "fallback_message":
            null_model = model
        entries.append(
            Iteration(number, kind, model or null_model, counters_of(value, path, notes), False)
        )
    return entries


def _last_attempt(executor: list[Iteration]) -> list[Iteration]:
    """The last run of entries of one model: the attempt that served the message."""
    start = len(executor)
    while start and executor[start - 1].model == executor[-1].model:
        start -= 1
    return executor[start:]


def _declined(earlier: list[Iteration], notes: list[Note]) -> set[int]:
    """Numbers of the entries of attempts that were declined before any output:
    those are free, and noted.
    """
    free: set[int] = set()
    while earlier:
        attempt = _last_attempt(earlier)
        earlier = earlier[: len(earlier) - len(attempt)]
        if not any(entry.counters.output for entry in attempt):
            free.update(entry.number for entry in attempt)
            for entry in attempt:
                notes.append(
                    Note(
                        "declined",
                        f"{entry.label} ({entry.model}): declined before any output, not billed",
                    )
                )
    return free
