"""Usage that an instrumentation keeps as one JSON text in an attribute of a span: the SDKs of
Langfuse, whose keys are all apart, and MLflow.

MLflow's integrations differ in whether the input holds the cache, and its total is that of input
and output either way: with a cache a span is refused, unless its total counts the cache beside.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pricelang.model.notes import Note
from pricelang.usage.counters import Counters, all_agreed, meanings
from pricelang.usage.embedded import embedded_object
from pricelang.usage.formats.langfuse_counts import observation_meters
from pricelang.usage.inclusive import disjoint, total_of
from pricelang.usage.records import UsageError
from pricelang.usage.unknown import known_names, note_unknown

_LANGFUSE, _MLFLOW = "langfuse.observation.usage_details", "mlflow.chat.tokenUsage"
_MODEL = ("langfuse.observation.model.name", "mlflow.llm.model")
_PROVIDER = ("mlflow.llm.provider",)
_TYPE = ("langfuse.observation.type", "mlflow.spanType")
_COUNTS = meanings(
    {
        "input": ("input_tokens",),
        "output": ("output_tokens",),
        "read": ("cache_read_input_tokens",),
        "written": ("cache_creation_input_tokens",),
    }
)
_KNOWN = known_names(*_COUNTS, "total_tokens")


@frozen
class JsonUsage:
    """What a span tells in JSON: the kind of the span, where the request went, its quantities."""

    kind: str
    model: object
    provider: object
    meters: Mapping[str, object]


def json_usage(own: Mapping[str, object], notes: list[Note]) -> JsonUsage | None:
    """The usage that stands in an attribute as JSON, None where none does. Raises `UsageError`.

    >>> own = {"langfuse.observation.usage_details": '{"input": 3, "output": 2}'}
    >>> json_usage(own, []).meters
    {'input': 3, 'output': 2}
    """
    langfuse = embedded_object(own, _LANGFUSE)
    mlflow = None if langfuse else embedded_object(own, _MLFLOW)
    if langfuse:
        meters, found = observation_meters(langfuse)
        notes += found
    elif mlflow:
        meters = _mlflow_counters(mlflow, notes).meters()
    else:
        return None
    kind = _said(own, _TYPE)
    return JsonUsage(
        kind.upper() if isinstance(kind, str) else "",
        _said(own, _MODEL),
        _said(own, _PROVIDER),
        meters,
    )


def _mlflow_counters(usage: Mapping[str, object], notes: list[Note]) -> Counters:
    note_unknown(usage, _KNOWN, _MLFLOW, notes)
    counts = all_agreed([(usage, _MLFLOW)], _COUNTS)
    if "input" not in counts or "output" not in counts:
        raise UsageError("missing_key", f"`{_MLFLOW}` has no `input_tokens` or no `output_tokens`")
    read, written = counts.get("read", 0), counts.get("written", 0)
    told = Counters(counts["input"], counts["output"], read, written, 0, False)
    total = total_of(usage, ("total_tokens",), _MLFLOW)
    if read + written and (total is None or total.count != told.total):
        raise UsageError(
            "bad_counts",
            f"whether the input of {told.input:,} holds the {read + written:,} tokens of the cache "
            "is not known: integrations of MLflow differ",
            "give the answers of the provider, or the spans of another instrumentation",
        )
    return disjoint(told, f"{_MLFLOW}.input_tokens", inside=False, total=total)


def _said(own: Mapping[str, object], names: tuple[str, ...]) -> object:
    """The first attribute that says something; MLflow writes each as JSON."""
    for name in names:
        text = own.get(name)
        if text:
            return text.strip('"') if isinstance(text, str) else text
    return None
