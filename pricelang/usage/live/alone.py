"""Plain mappings that no file holds, as ones that files do: counts without a response around them,
and the bodies of Bedrock that are still streams.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricelang.usage.fields import is_object
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.records import UsageError

# Two counters of which both stand in each usage of a library, and in what they are put.
_PAIRS = (
    ("input_tokens", "output_tokens"),
    ("prompt_tokens", "completion_tokens"),
    ("inputTokens", "outputTokens"),
    ("promptTokens", "completionTokens"),
)
_LANGCHAIN = ("input_token_details", "output_token_details")


def in_response(value: Mapping[str, object]) -> Mapping[str, object] | None:
    """Counts that stand alone, in a response with nothing else; None where they are no counts.

    >>> in_response({"input_tokens": 3, "output_tokens": 1})
    {'usage': {'input_tokens': 3, 'output_tokens': 1}}
    """
    if "usage" in value or not any(a in value and b in value for a, b in _PAIRS):
        return None
    if any(is_object(value.get(name)) for name in _LANGCHAIN):
        return {"usage_metadata": value}
    return {"usage": value}


def is_invocation(value: Mapping[str, object]) -> bool:
    """Decides whether a value is what `InvokeModel` of boto3 gives: a body that is still bytes."""
    body = value.get("body")
    return body is not None and (
        callable(getattr(body, "read", None)) or isinstance(body, bytes | bytearray)
    )


def of_invocation(value: Mapping[str, object], model: str | None) -> Mapping[str, object]:
    """The answer of `InvokeModel` with its body decoded, beside the model that was asked for.
    The body is read, and put back where it can be. Raises `UsageError`.
    """
    body: Any = value["body"]
    data = body if isinstance(body, bytes | bytearray) else body.read()
    if callable(getattr(body, "seekable", None)) and body.seekable():
        body.seek(0)
    if not data:
        raise UsageError(
            "consumed_body",
            "the `body` of the response was read before, and is empty",
            'read it once, and give what it holds: `json.loads(response["body"].read())`',
        )
    try:
        message = Decoder().value(bytes(data).decode("utf-8"))
    except JsonFault as fault:
        raise UsageError(fault.code, f"the `body`: {fault.message}", fault.help) from None
    except UnicodeDecodeError:
        raise UsageError("bad_utf8", "the `body` of the response is no text") from None
    if not is_object(message):
        raise UsageError("wrong_type", "the `body` of the response is no object")
    id = model or value.get("modelId")
    return message if id is None else {**value, "body": message, "modelId": id}
