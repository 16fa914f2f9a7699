"""Hooks in the libraries that they are for: LiteLLM, OpenTelemetry, LangChain, pydantic-ai."""

from __future__ import annotations

import asyncio
import os
import time
from decimal import Decimal
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import pricelang
from pricelang.hooks.langchain import PriceHandler
from pricelang.hooks.opentelemetry import CostProcessor

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no download in a test

BOOK = pricelang.load()
MODEL = "claude-opus-5"


def test_litellm(monkeypatch: pytest.MonkeyPatch) -> None:
    import litellm

    from pricelang.hooks.litellm import PriceLogger

    bills: list[pricelang.Bill] = []
    errors: list[str] = []
    logger = PriceLogger(
        BOOK, lambda bill, call: bills.append(bill), lambda error, call: errors.append(error.code)
    )
    monkeypatch.setattr(litellm, "callbacks", [logger])
    asked: dict[str, Any] = {
        "messages": [{"role": "user", "content": "hello"}],
        "mock_response": "a short answer",
    }
    done = litellm.completion(model=f"anthropic/{MODEL}", **asked)
    litellm.completion(model="gpt-4o", **asked)
    deadline = time.monotonic() + 20
    while len(bills) + len(errors) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    usage = done.usage
    expected = BOOK.total(
        model=MODEL, usage={"input": usage.prompt_tokens, "output": usage.completion_tokens}
    )
    assert [bill.total for bill in bills] == [expected]
    assert errors == ["unknown_model"]


def test_spans() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(CostProcessor(BOOK, SimpleSpanProcessor(exporter)))
    tracer = provider.get_tracer("test")
    start = 1785600000 * 10**9
    for model in (MODEL, "no-such-model"):
        with tracer.start_as_current_span("chat", start_time=start) as span:
            span.set_attribute("gen_ai.request.model", model)
            span.set_attribute("gen_ai.usage.input_tokens", 1200)
            span.set_attribute("gen_ai.usage.output_tokens", 300)
            span.add_event("an event")
    with tracer.start_as_current_span("other"):
        pass
    priced, refused, other = exporter.get_finished_spans()
    found = {
        name.removeprefix("gen_ai.usage.cost."): value
        for name, value in (priced.attributes or {}).items()
        if name.startswith("gen_ai.usage.cost.")
    }
    assert found == {
        "total": "0.0135",
        "input": "0.006",
        "output": "0.0075",
        "currency": "USD",
        "book": "anthropic",
        "digest": BOOK.digest,
        "as_of": BOOK.as_of,
    }
    assert [event.name for event in priced.events] == ["an event"]
    assert (refused.attributes or {})["gen_ai.usage.cost.error"] == "unknown_model"
    assert not any("cost" in name for name in other.attributes or {})
    provider.force_flush()
    provider.shutdown()


def test_langchain() -> None:
    metadata: Any = {"input_tokens": 1200, "output_tokens": 300, "total_tokens": 1500}
    answers = [
        AIMessage("hi", usage_metadata=metadata, response_metadata={"model_name": MODEL}),
        AIMessage("hi", usage_metadata=metadata, response_metadata={"model_name": "other"}),
    ]
    seen: list[pricelang.Bill] = []
    handler = PriceHandler(BOOK, seen.append)
    model = GenericFakeChatModel(messages=iter(answers))
    for _ in answers:
        model.invoke("hello", config={"callbacks": [handler]})
    assert [bill.total for bill in handler.bills] == [Decimal("0.0135")]
    assert seen == handler.bills
    assert [error.code for error in handler.errors] == ["unknown_model"]


def test_pydantic_ai() -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    from pricelang.hooks.pydantic_ai import PricedModel

    seen: list[pricelang.Bill] = []
    model = PricedModel(TestModel(model_name=MODEL), BOOK, seen.append)
    agent = Agent(model)
    answers = [agent.run_sync("hello")]

    async def streamed() -> int:
        async with agent.run_stream("hello again") as stream:
            await stream.get_output()
            usage = stream.usage
            return usage.input_tokens * 5 + usage.output_tokens * 25

    usage = answers[0].usage
    right = [usage.input_tokens * 5 + usage.output_tokens * 25, asyncio.run(streamed())]
    assert [bill.total for bill in model.bills] == [Decimal(one) / 10**6 for one in right]
    assert seen == model.bills
    assert not model.errors

    unknown = PricedModel(TestModel(model_name="other"), BOOK)
    Agent(unknown).run_sync("hello")
    assert [error.code for error in unknown.errors] == ["unknown_model"]
