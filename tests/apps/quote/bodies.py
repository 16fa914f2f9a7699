"""Request bodies that the tests share: the samples, and small ones made here."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pricelang
from pricelang.apps.quote import Quote

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "request_bodies"
BOOK = pricelang.load()
DAY = "2026-04-17"
SONNET = "claude-sonnet-4-5"
# What the page on token counting answers for the requests that it shows.
ANSWERS = {"text": 14, "tools": 403, "image": 1551, "thinking": 88, "pdf": 2188}


def sample(name: str) -> dict[str, Any]:
    """A sample by its name."""
    found = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def body(content: object = "Hello, Claude", model: str = SONNET, **more: Any) -> dict[str, Any]:
    """A body with one message."""
    return {
        "model": model,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": content}],
        **more,
    }


def quoted(request: object, **options: Any) -> Quote:
    """A quote on the day of the page unless `at` says otherwise."""
    return BOOK.quote(request, **{"at": DAY, **options})


def added(quote: Quote) -> dict[str, object]:
    """The overheads by name: a number where it is known, else low and high."""
    return {
        x.name: x.tokens.low if x.tokens.known else (x.tokens.low, x.tokens.high)
        for x in quote.overheads
    }


def base64_of(content: bytes) -> str:
    """Bytes as a body carries them."""
    return base64.b64encode(content).decode()


def image_block(content: bytes, media_type: str = "image/png") -> dict[str, Any]:
    """A block with an image."""
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": media_type, "data": base64_of(content)},
    }


def pdf_block(content: bytes) -> dict[str, Any]:
    """A block with a PDF."""
    return {
        "type": "document",
        "source": {"type": "base64", "media_type": "application/pdf", "data": base64_of(content)},
    }
