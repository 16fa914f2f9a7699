"""A mixed log of many providers, priced by one command and checked against the calculators of the
packages whose data the books are made of.

Without a package its tests are skipped, which `PRICELANG_PRICE_DATA=required` turns into a failure.
"""

from __future__ import annotations

import datetime
import importlib
import json
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.files.packaged import PACKAGES, NoPackage, packaged_book
from pricelang.model.errors import BadRequest, PriceError
from pricelang.syntax.diagnostics import BookError
from pricelang.usage.reading import read, read_path
from pricelang.usage.records import Record

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
AT = "2026-11-01T12:30:00Z"
CLAUDE = {
    "type": "message",
    "id": "msg_1",
    "model": "claude-opus-5",
    "stop_reason": "end_turn",
    "usage": {
        "input_tokens": 1_000,
        "output_tokens": 200,
        "cache_creation_input_tokens": 500,
        "cache_read_input_tokens": 3_000,
    },
}


def chat(provider: str, model: str, **usage: Any) -> dict[str, Any]:
    return {"object": "chat.completion", "model": model, "provider": provider, "usage": usage}


def gemini(**usage: Any) -> dict[str, Any]:
    return {
        "candidates": [{"finishReason": "STOP"}],
        "modelVersion": "gemini-2.5-flash",
        "usageMetadata": usage,
    }


OPENAI = chat(
    "openai",
    "gpt-5-nano-2025-08-07",
    prompt_tokens=1_000,
    completion_tokens=500,
    total_tokens=1_500,
    prompt_tokens_details={"cached_tokens": 200, "audio_tokens": 0},
    completion_tokens_details={"reasoning_tokens": 300},
)
AUDIO = chat(
    "openai",
    "gpt-audio",
    prompt_tokens=300,
    completion_tokens=90,
    total_tokens=390,
    prompt_tokens_details={"cached_tokens": 0, "audio_tokens": 120},
    completion_tokens_details={"audio_tokens": 60},
)
RESPONSES = {
    "object": "response",
    "model": "gpt-5-mini",
    "provider": "openai",
    "status": "completed",
    "usage": {
        "input_tokens": 1_000,
        "input_tokens_details": {"cached_tokens": 100},
        "output_tokens": 500,
        "output_tokens_details": {"reasoning_tokens": 100},
        "total_tokens": 1_500,
    },
}
GEMINI = gemini(
    promptTokenCount=100,
    candidatesTokenCount=30,
    thoughtsTokenCount=50,
    totalTokenCount=180,
    promptTokensDetails=[
        {"modality": "TEXT", "tokenCount": 60},
        {"modality": "AUDIO", "tokenCount": 40},
    ],
)
MISTRAL = chat(
    "mistral", "mistral-small-latest", prompt_tokens=900, completion_tokens=80, total_tokens=980
)
XAI = chat(
    "xai",
    "grok-4.5",
    prompt_tokens=1_000,
    completion_tokens=100,
    total_tokens=1_400,
    completion_tokens_details={"reasoning_tokens": 300},
)
NOVA = {
    "modelId": "amazon.nova-pro-v1:0",
    "output": {"message": {"role": "assistant", "content": []}},
    "stopReason": "end_turn",
    "metrics": {"latencyMs": 5},
    "usage": {"inputTokens": 1_000, "outputTokens": 100, "totalTokens": 1_100},
}
LOG = (CLAUDE, OPENAI, AUDIO, RESPONSES, GEMINI, MISTRAL, XAI, NOVA)


def book_of(source: str) -> pricelang.Book:
    """The book of a package, or the test is skipped, loudly."""
    try:
        return pricelang.load(source)
    except BookError as error:
        if os.environ.get("PRICELANG_PRICE_DATA") == "required":
            raise
        pytest.skip(str(error))


def amounts(book: pricelang.Book, values: tuple[Any, ...] = LOG) -> list[Decimal]:
    records = [one for value in values for one in read(json.dumps(value), "log")]
    assert all(isinstance(one, Record) for one in records)
    return [book.price_record(one, at=AT).total for one in records if isinstance(one, Record)]


def theirs(prices: Any, provider: str, model: str, **usage: int) -> Decimal:
    at = datetime.datetime.fromisoformat(AT)
    found = prices.calc_price(
        prices.Usage(**usage), model, provider_id=provider, genai_request_timestamp=at
    )
    return Decimal(found.total_price)


@pytest.mark.campaign
def test_a_mixed_log_costs_what_genai_prices_says() -> None:
    book = book_of("anthropic,genai-prices")
    prices = importlib.import_module("genai_prices")
    found = amounts(book)
    assert found[0] == pricelang.load().price_message(CLAUDE, at=AT).total
    assert found[1:] == [
        theirs(
            prices,
            "openai",
            "gpt-5-nano-2025-08-07",
            input_tokens=1_000,
            output_tokens=500,
            cache_read_tokens=200,
        ),
        theirs(
            prices,
            "openai",
            "gpt-audio",
            input_tokens=300,
            output_tokens=90,
            input_audio_tokens=120,
            output_audio_tokens=60,
        ),
        theirs(
            prices,
            "openai",
            "gpt-5-mini",
            input_tokens=1_000,
            output_tokens=500,
            cache_read_tokens=100,
        ),
        theirs(
            prices,
            "google",
            "gemini-2.5-flash",
            input_tokens=100,
            output_tokens=80,
            input_audio_tokens=40,
        ),
        theirs(prices, "mistral", "mistral-small-latest", input_tokens=900, output_tokens=80),
        theirs(prices, "x-ai", "grok-4.5", input_tokens=1_000, output_tokens=400),
        theirs(prices, "aws", "amazon.nova-pro-v1:0", input_tokens=1_000, output_tokens=100),
    ]


@pytest.mark.campaign
def test_a_mixed_log_costs_what_litellm_says() -> None:
    book = book_of("anthropic,litellm")
    litellm = pytest.importorskip("litellm", reason="LiteLLM's own packages are not installed")
    from litellm.types.utils import ModelResponse, Usage

    found = amounts(book)
    assert found[0] == pricelang.load().price_message(CLAUDE, at=AT).total

    def cost(provider: str, model: str, usage: dict[str, Any]) -> Decimal:
        response = ModelResponse(model=model, usage=Usage(**usage))
        each = litellm.completion_cost(response, model=model, custom_llm_provider=provider)
        return Decimal(repr(each))

    responses = {
        "prompt_tokens": 1_000,
        "completion_tokens": 500,
        "total_tokens": 1_500,
        "prompt_tokens_details": {"cached_tokens": 100},
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    thoughts = {
        "prompt_tokens": 100,
        "completion_tokens": 80,
        "total_tokens": 180,
        "prompt_tokens_details": {"audio_tokens": 40, "text_tokens": 60},
        "completion_tokens_details": {"reasoning_tokens": 50, "text_tokens": 30},
    }
    # LiteLLM adds xAI's reasoning to the completion before its calculator sees it.
    grok = {"prompt_tokens": 1_000, "completion_tokens": 400, "total_tokens": 1_400}
    nova = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
    right = [
        cost("openai", OPENAI["model"], OPENAI["usage"]),
        cost("openai", AUDIO["model"], AUDIO["usage"]),
        cost("openai", "gpt-5-mini", responses),
        cost("gemini", "gemini-2.5-flash", thoughts),
        cost("mistral", "mistral-small-latest", MISTRAL["usage"]),
        cost("xai", "grok-4.5", grok),
        cost("bedrock", "amazon.nova-pro-v1:0", nova),
    ]
    for ours, their in zip(found[1:], right, strict=True):
        assert abs(ours - their) <= their / 10**12, (ours, their)  # it works in floats


@pytest.mark.campaign
def test_ids_of_a_family_are_known_and_others_are_not() -> None:
    book = book_of("genai-prices")
    for id in ("gpt-5-nano-2025-08-07", "openai/gpt-5-nano", "GPT-5-nano-2025-08-07"):
        assert book.total(model=id, at=AT, usage={"input": 1_000}) == Decimal("0.00005")
    with pytest.raises(PriceError) as raised:
        book.total(model="gpx-5", at=AT, usage={"input": 1})
    assert raised.value.code == "unknown_model"


@pytest.mark.campaign
@pytest.mark.parametrize("source", PACKAGES)
@pytest.mark.parametrize(
    ("path", "right"),
    [
        # 1,750 fresh, 1,750 cached and 425 out at 1.25, 0.125 and 10 dollars a million
        ("tools/10_codex_rollout.jsonl", "0.00665625"),
        # 3,801 fresh and 7 of a tool, 11,526 cached, 23 out and 919 thoughts at the same prices
        ("tools/12_gemini_cli_session.json", "0.01562075"),
        ("otel/12_gemini_cli_api_response.json", "0.01562075"),
    ],
)
def test_logs_of_coding_agents_by_a_book_that_has_their_models(
    source: str, path: str, right: str
) -> None:
    book = book_of(source)
    found = [one for one in read_path(str(SAMPLES / path)) if isinstance(one, Record)]
    assert sum(book.price_record(one).total for one in found) == Decimal(right)


@pytest.mark.campaign
def test_a_name_that_meets_all_of_several_clauses_is_known() -> None:
    book = book_of("genai-prices")
    assert book.total(model="gemini-2.5-pro", at=AT, usage={"input": 1_000}) == Decimal("0.00125")
    with pytest.raises(PriceError):
        book.total(model="gemini-2.5-pro-other-tts", at=AT, usage={"input": 1})


def test_a_book_whose_package_is_missing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NoPackage):
        packaged_book("litellm")
    with pytest.raises(BookError) as raised:
        pricelang.load("litellm")
    assert [fault.help for fault in raised.value.faults] == ["pip install 'pricelang[providers]'"]


def test_books_of_packages_are_made_once_and_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "prices.json"
    data.write_text("{}", encoding="utf-8")
    made: list[str] = []

    def files(name: str) -> dict[str, str]:
        made.append(name)
        return {"book.price": 'book litellm "A book" in USD\n'}

    monkeypatch.setattr("pricelang.apps.imports.reading.files_of_package", files)
    monkeypatch.setattr("pricelang.files.packaged.data_file", lambda name: data)
    for cache in (str(tmp_path / "cache"), ""):
        monkeypatch.setenv("PRICELANG_CACHE", cache)
        folders = [packaged_book(name) for name in PACKAGES for _ in range(2)]
        assert made == list(PACKAGES)
        assert len(set(folders)) == len(PACKAGES)
        assert all([*folder.iterdir()] == [folder / "book.price"] for folder in folders)
        made.clear()
    data.write_text('{"new": {}}', encoding="utf-8")
    packaged_book("litellm")
    assert made == ["litellm"]


def test_the_first_book_that_knows_a_model_prices_it(tmp_path: Path) -> None:
    other = tmp_path / "other.price"
    other.write_text(
        'book other "Other models" in USD\n'
        "unit MTok is 1,000,000 tokens\n"
        "meter input, output, sound in tokens\n"
        "models\n"
        "  | model         | released   |\n"
        "  | gpt-9         | 2026-01-01 |\n"
        "  | claude-opus-5 | 2026-01-01 |\n"
        "rates per MTok\n"
        "  | model         | from       | input | output | sound |\n"
        "  | gpt-9         | 2026-01-01 | $3    | $4     | $9    |\n"
        "  | claude-opus-5 | 2026-01-01 | $900  | $900   | $900  |\n",
        encoding="utf-8",
    )
    both = pricelang.load(["anthropic", other])
    claude = {"model": "claude-opus-5", "at": AT, "usage": {"input": 1_000}}
    theirs = {"model": "gpt-9", "at": AT, "usage": {"input": 1_000}}
    assert both.total(**claude) == pricelang.load().total(**claude)
    assert both.total(**theirs) == both.price(**theirs).total == Decimal("0.003")
    on_day, asked = both.at(AT), {"model": "gpt-9", "usage": {"input": 1_000}}
    assert on_day.total(**asked) == on_day.price(**asked).total == Decimal("0.003")
    assert on_day.price_any(
        {"prompt_tokens": 1_000, "completion_tokens": 0}, model="gpt-9"
    ).total == Decimal("0.003")
    assert both.price_of("gpt-9", "input", AT) == Decimal("0.000003")
    report = both.report_records(read(json.dumps(claude) + "\n" + json.dumps(theirs), "log"))
    assert sum(total.amount for total in report.totals) == Fraction(8, 1_000)
    with pytest.raises(BadRequest, match="an invoice is made by one book"):
        both.invoice([])
    with pytest.raises(PriceError, match="unknown model `gpt-10`"):
        both.price(model="gpt-10", usage={"input": 1})


# ---- endpoints of clouds -------------------------------------------------------------------------

RESPONSE = {
    "type": "message",
    "model": "claude-sonnet-4-5-20250929",
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 100_000, "output_tokens": 10_000},
}


def at_location(location: str) -> dict[str, Any]:
    """A call of Claude on Vertex AI, with its URL."""
    url = (
        f"https://aiplatform.googleapis.com/v1/projects/p/locations/{location}/publishers/"
        "anthropic/models/claude-sonnet-4-5@20250929:rawPredict"
    )
    return {"request": {"url": url}, "timestamp": AT, "response": RESPONSE}


def row_at(location: str, model: str = "gemini-2.5-flash") -> dict[str, Any]:
    """A call of Gemini on Vertex AI, as LiteLLM logs it."""
    return {
        "call_type": "acompletion",
        "spend": 1,
        "model": model,
        "custom_llm_provider": "vertex_ai",
        "startTime": AT,
        "prompt_tokens": 100_000,
        "completion_tokens": 10_000,
        "total_tokens": 110_000,
        "metadata": {"cost_breakdown": {"vertex_location": location}},
    }


@pytest.mark.parametrize(
    ("record", "amount"),
    [
        (at_location("global"), "0.45"),
        (at_location("us-east5"), "0.495"),
        (at_location("eu"), "0.495"),
        (row_at("global"), "0.055"),
        (row_at("us-central1"), "0.055"),
        (row_at("us-central1", "vertex_ai/gemini-3.5-flash"), "0.264"),
        (row_at("global", "vertex_ai/gemini-3.5-flash"), "0.24"),
    ],
)
def test_a_call_to_vertex_costs_what_litellm_says_of_its_endpoint(
    record: dict[str, Any], amount: str
) -> None:
    (found,) = read(json.dumps(record), "r.json")
    assert isinstance(found, Record)
    assert book_of("litellm").price_record(found).total == Decimal(amount)


@pytest.mark.parametrize(
    ("record", "amount", "notes"),
    [(row_at("global"), "0.055", 0), (row_at("us-central1"), "0.055", 1)],
)
def test_a_book_without_endpoints_says_that_it_has_none(
    record: dict[str, Any], amount: str, notes: int
) -> None:
    (found,) = read(json.dumps(record), "r.json")
    assert isinstance(found, Record)
    bill = book_of("genai-prices").price_record(found)
    assert bill.total == Decimal(amount)
    assert [note.code for note in bill.notes].count("provider") == notes
