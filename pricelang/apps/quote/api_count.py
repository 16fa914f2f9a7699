"""The count of a prompt's tokens by the API's own endpoint, through the official SDK;
only where the user asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from pricelang.apps.quote.model import QuoteError
from pricelang.model.errors import needed
from pricelang.model.notes import Note
from pricelang.present.text import shown

TIMEOUT = 30
_KEYS = ("messages", "system", "tools", "tool_choice", "thinking", "output_config")
_KEY_IN_ENVIRONMENT = "ANTHROPIC_API_KEY"


@frozen
class EndpointCount:
    """What the endpoint answered: `input_tokens`, and what to say of how it went."""

    tokens: int
    notes: tuple[Note, ...]


def count_tokens(body: Mapping[str, object], model: str) -> EndpointCount:
    """Asks the count_tokens endpoint. The key comes from the environment,
    as do the address and all else that the SDK reads.

    The SDK tries again after a time-out, a 429 or a 5xx.
    Raises `QuoteError` (`count_failed`), which never shows the key.
    """
    sdk = needed("anthropic", "api", "the API is asked by anthropic, its SDK")
    try:
        raw = _asked(sdk.Anthropic(timeout=TIMEOUT), body, model)
        tokens = raw.parse().input_tokens
    except (sdk.AnthropicError, TypeError) as error:
        raise _failed(*_why(sdk, error)) from None
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 0:
        raise _failed("the API answered without a number of tokens", None)
    again = raw.retries_taken
    note = Note("remark", f"the API was asked {again + 1} times before it answered")
    return EndpointCount(tokens, (note,) if again else ())


def _asked(client: Any, body: Mapping[str, object], model: str) -> Any:
    """The raw answer of the endpoint."""
    sent = {key: _plain(body[key]) for key in _KEYS if body.get(key) is not None}
    betas = body.get("betas")
    if isinstance(betas, list | tuple) and betas:
        counting = client.beta.messages.with_raw_response
        return counting.count_tokens(model=model, betas=list(betas), **sent)
    return client.messages.with_raw_response.count_tokens(model=model, **sent)


def _why(sdk: Any, error: Exception) -> tuple[str, str | None]:
    """What went wrong, and what to do about it."""
    if isinstance(error, sdk.APIStatusError):
        status = error.status_code
        return f"the API answered {status}: {_said(error)}", _help(status)
    if isinstance(error, sdk.APITimeoutError):
        return (
            f"the API did not answer within {TIMEOUT} seconds, several times over",
            "try again later, or leave `--count api` out",
        )
    if isinstance(error, sdk.APIConnectionError):
        return (
            "the API cannot be reached",
            "see whether this machine has a network, or leave `--count api` out",
        )
    return (  # what the SDK raises where it finds no key
        "the SDK could not ask the API",
        f"set {_KEY_IN_ENVIRONMENT} to your key, or leave `--count api` out",
    )


def _plain(value: object) -> object:
    """What the SDK can send: numbers with a fraction as JSON writes them;
    they are settings of a schema, and no money.
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _said(error: Any) -> str:
    """The message of the API itself, and nothing else of the answer."""
    body = error.body
    inner = body.get("error") if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    return shown(message, 300) if isinstance(message, str) else "without a reason"


def _help(status: int) -> str | None:
    if status in (401, 403):
        return f"see whether {_KEY_IN_ENVIRONMENT} holds a valid key"
    if status == 429:
        return "too many counts a minute for your usage tier: try again later"
    return "try again later, or leave `--count api` out" if status >= 500 else None


def _failed(message: str, help: str | None) -> QuoteError:
    return QuoteError("count_failed", message, help=help)
