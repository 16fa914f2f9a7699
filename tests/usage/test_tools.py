"""Coding agents, their reports and batch jobs: what goes in comes out, copies count once, sums are sums."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricelang
from pricelang.usage.records import Part, Record, Rejected, Skipped

from .helpers import SAMPLES, message, one_record, one_rejected, outcomes, records

Four = tuple[int, int, int, int]
"""Input, output, cache reads and cache writes, all disjoint."""
NOW, MS = "2026-10-20T09:00:00Z", 1_792_486_800_000
OPUS = "claude-opus-5"


def ccusage(four: Four) -> Any:
    into, out, read, wrote = four
    counts = {
        "inputTokens": into,
        "outputTokens": out,
        "cacheReadTokens": read,
        "cacheCreationTokens": wrote,
    }
    row = {"date": "2026-10-20", **counts, "totalTokens": sum(four), "modelsUsed": [OPUS]}
    return {"daily": [row | {"modelBreakdowns": [{"modelName": OPUS, **counts, "cost": 1}]}]}


def opencode(four: Four) -> Any:
    into, out, read, wrote = four
    return {
        "id": "msg_1",
        "role": "assistant",
        "sessionID": "s",
        "providerID": "anthropic",
        "modelID": OPUS,
        "time": {"created": MS, "completed": MS + 9},
        "tokens": {
            "input": into,
            "output": out,
            "reasoning": 0,
            "cache": {"read": read, "write": wrote},
        },
    }


def pi(four: Four) -> Any:
    into, out, read, wrote = four
    usage = {
        "input": into,
        "output": out,
        "cacheRead": read,
        "cacheWrite": wrote,
        "totalTokens": sum(four),
    }
    inner = {"role": "assistant", "provider": "anthropic", "model": OPUS, "usage": usage}
    return {"type": "message", "id": "e1", "timestamp": NOW, "message": inner}


def cline(four: Four, **more: object) -> Any:
    into, out, read, wrote = four
    text = {"request": "…", "tokensIn": into, "tokensOut": out, "cacheReads": read}
    text |= {"cacheWrites": wrote, "cost": 0.5, **more}
    info = {"providerId": "anthropic", "modelId": OPUS}
    return {
        "ts": MS,
        "type": "say",
        "say": "api_req_started",
        "text": json.dumps(text),
        "modelInfo": info,
    }


def cursor(four: Four) -> Any:
    into, out, read, wrote = four
    return {
        "Date": NOW,
        "Kind": "Included",
        "Model": OPUS,
        "Input (w/ Cache Write)": str(wrote),
        "Input (w/o Cache Write)": str(into),
        "Cache Read": str(read),
        "Output Tokens": str(out),
        "Total Tokens": str(sum(four)),
    }


def console(four: Four) -> Any:
    into, out, read, wrote = four
    return {
        "usage_date_utc": "2026-10-20",
        "model_version": OPUS,
        "usage_type": "standard",
        "context_window": "≤ 200k",
        "usage_input_tokens_no_cache": str(into),
        "usage_input_tokens_cache_write_5m": str(wrote),
        "usage_input_tokens_cache_write_1h": "0",
        "usage_input_tokens_cache_read": str(read),
        "usage_output_tokens": str(out),
    }


def row(four: Four) -> Any:
    into, out, read, wrote = four
    return {
        "model": OPUS,
        "date": NOW,
        "input_tokens": str(into),
        "output_tokens": str(out),
        "cache_read_input_tokens": str(read),
        "cache_creation_input_tokens": str(wrote),
    }


def prompts(four: Four) -> Any:
    """The same with the cache inside the input, which the total says."""
    into, out, read, wrote = four
    whole = into + read + wrote
    return {
        "Model": OPUS,
        "Timestamp": NOW,
        "Prompt Tokens": whole,
        "Completion Tokens": out,
        "Cached Tokens": read,
        "Cache Write Tokens": wrote,
        "Total Tokens": whole + out,
    }


def bedrock(four: Four) -> Any:
    into, out, read, wrote = four
    usage = {
        "inputTokens": into,
        "outputTokens": out,
        "cacheReadInputTokens": read,
        "cacheWriteInputTokens": wrote,
        "totalTokens": sum(four),
    }
    return {"recordId": "r", "modelInput": {}, "modelOutput": {"usage": usage}}


def vertex(four: Four) -> Any:
    into, out, read, wrote = four
    usage = {
        "input_tokens": into,
        "output_tokens": out,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": wrote,
    }
    return {"custom_id": "c", "request": {}, "response": message(usage), "status": ""}


MAKERS: list[Callable[[Four], Any]] = [
    ccusage,
    opencode,
    pi,
    cline,
    cursor,
    console,
    row,
    prompts,
    bedrock,
    vertex,
]
counts = st.integers(0, 10**6)


@given(st.sampled_from(MAKERS), st.tuples(counts, counts, counts, counts))
def test_what_goes_in_comes_out(make: Callable[[Four], Any], four: Four) -> None:
    found = outcomes([make(four)])
    assert len(found) == 1, found
    (one,) = found
    assert isinstance(one, Record), one
    if not one.parts:
        assert not sum(four)
        return
    (part,) = one.parts
    into, out, read, wrote = four
    lifetime = part.usage.get("cache_write", part.usage.get("cache_write_5m", 0))
    wanted = {"input": into, "output": out, "cache_read": read, "written": wrote}
    used = {"written": lifetime, **part.usage}
    assert {name: used.get(name, 0) for name in wanted} == wanted
    assert part.usage.keys() <= {"input", "output", "cache_read", "cache_write", "cache_write_5m"}


@given(st.lists(st.tuples(counts, counts, counts), min_size=1, max_size=6), st.data())
def test_totals_of_codex_count_their_growth_and_copies_once(
    steps: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    def usage(into: int, cached: int, out: int) -> dict[str, int]:
        return {
            "input_tokens": into,
            "cached_input_tokens": cached,
            "output_tokens": out,
            "total_tokens": into + out,
        }

    lines: list[Any] = [
        {"type": "session_meta", "timestamp": NOW, "payload": {"id": "parent"}},
        {"type": "turn_context", "timestamp": NOW, "payload": {"model": "gpt-5"}},
    ]
    sums = [0, 0, 0]
    for fresh, cached, out in steps:
        last = (fresh + cached, cached, out)
        sums = [old + new for old, new in zip(sums, last, strict=True)]
        info = {"total_token_usage": usage(*sums), "last_token_usage": usage(*last)}
        event = {"type": "token_count", "info": info}
        line = {"type": "event_msg", "timestamp": NOW, "payload": event}
        lines += [line] * data.draw(st.integers(1, 3))
    found = records(outcomes("\n".join(map(json.dumps, lines))))
    meters: dict[str, int] = {}
    for one in found:
        assert one.parts[0].model == "gpt-5"
        for meter, number in one.parts[0].usage.items():
            assert isinstance(number, int)
            meters[meter] = meters.get(meter, 0) + number
    whole = {"input": sums[0] - sums[1], "cache_read": sums[1], "output": sums[2]}
    assert {name: meters.get(name, 0) for name in whole} == whole


def test_a_fork_of_codex_counts_what_is_its_own(tmp_path: Any) -> None:
    path = SAMPLES / "tools" / "10_codex_rollout.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    head = json.loads(lines[0])
    head["payload"] |= {"id": "c-2", "forked_from_id": "c-1"}
    (tmp_path / "fork.jsonl").write_text("\n".join([json.dumps(head), *lines[1:]]))
    from pricelang.usage.reading import read_paths

    both = list(read_paths([str(path), str(tmp_path / "fork.jsonl")]))
    assert len(records(both)) == 2
    assert not [one for one in both if isinstance(one, Rejected)]


@pytest.mark.parametrize("make", [opencode, pi, console])
def test_a_copy_counts_once_and_other_counts_are_refused(make: Callable[[Four], Any]) -> None:
    first, copy, other = make((1, 2, 3, 4)), make((1, 2, 3, 4)), make((9, 2, 3, 4))
    one, two, three = outcomes("\n".join(map(json.dumps, (first, copy, other))))
    assert isinstance(one, Record)
    assert isinstance(two, Skipped)
    assert isinstance(three, Rejected)
    assert three.code in ("changed_response", "changed_row")


def test_reports_of_two_kinds_never_add_up() -> None:
    daily = ccusage((1, 2, 3, 4))
    monthly = {"monthly": [{**daily["daily"][0], "month": "2026-10"}]}
    one, two = outcomes(json.dumps(daily) + "\n" + json.dumps(monthly))
    assert isinstance(one, Record)
    assert isinstance(two, Rejected)
    assert two.code == "overlapping_reports"
    alone = one_record(monthly)
    assert alone.parts[0].at == "2026-10-01"
    assert [note.code for note in alone.notes] == ["period"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (
            {
                "daily": [
                    {
                        "date": "2026-10-20",
                        "inputTokens": 1,
                        "outputTokens": 2,
                        "modelsUsed": ["a", "b"],
                    }
                ]
            },
            "no_model",
        ),
        (
            {
                "daily": [
                    {
                        "date": "2026-10-20",
                        "inputTokens": 9,
                        "outputTokens": 2,
                        "modelBreakdowns": [
                            {"modelName": OPUS, "inputTokens": 1, "outputTokens": 2}
                        ],
                    }
                ]
            },
            "bad_counts",
        ),
        (
            opencode((1, 2, 3, 4)) | {"tokens": {"input": 1, "output": 2, "reasoning": 1}},
            "bad_counts",
        ),
        (
            opencode((1, 2, 3, 4)) | {"tokens": {"input": 1, "output": 2, "total": 9}},
            "bad_total",
        ),
        (cursor((1, 2, 3, 4)) | {"Total Tokens": "11"}, "bad_total"),
        (cursor((1, 2, 3, 4)) | {"Output Tokens": "1,200"}, "bad_count"),
        (console((1, 2, 3, 4)) | {"context_window": "≤ 1M"}, "unknown_value"),
        (console((1, 2, 3, 4)) | {"usage_type": "flex"}, "unknown_value"),
        (console((1, 2, 3, 4)) | {"usage_image_tokens": "3"}, "unknown_counter"),
        (
            {
                "model": OPUS,
                "date": NOW,
                "prompt_tokens": 9,
                "output_tokens": 1,
                "cached_tokens": 3,
            },
            "bad_counts",
        ),
        (row((1, 2, 3, 4)) | {"audio_tokens": "7"}, "unknown_counter"),
        (row((1, 2, 3, 4)) | {"completion_tokens": "7"}, "bad_counts"),
        (
            {"ts": MS, "type": "say", "say": "new_kind", "text": json.dumps({"tokensIn": 4})},
            "unknown_value",
        ),
        ({"recordId": "r", "modelOutput": None}, "missing_key"),
        ({"request": {}, "response": None, "status": ""}, "missing_key"),
    ],
    ids=str,
)
def test_what_would_be_a_guess_is_refused(value: Any, code: str) -> None:
    assert one_rejected(value).code == code


def test_roo_code_has_the_cache_inside_where_it_names_the_protocol() -> None:
    inside = one_record(cline((90, 2, 30, 40), apiProtocol="anthropic"))
    assert inside.parts[0].usage["input"] == 20
    assert inside.notes == ()
    older = one_record(cline((9, 2, 30, 40), apiProtocol="anthropic"))
    assert older.parts[0].usage["input"] == 9
    doubtful = cline((90, 2, 30, 40), apiProtocol="anthropic") | {"ts": 1_755_000_000_000}
    assert "cache_unknown" in [note.code for note in one_record(doubtful).notes]


def test_batches_of_clouds_have_the_price_of_a_batch_and_failed_lines_none() -> None:
    book = pricelang.load()
    for name, platform in (("bedrock/06", "bedrock"), ("vertex/04", "vertex")):
        (path,) = SAMPLES.glob(name + "*")
        line = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
        found = one_record(line)
        part = found.parts[0]
        assert part.dimensions["service_tier"] == "batch"
        assert part.dimensions["platform"] == platform
        bill = book.price_record(found, at="2026-10-20", dimensions={"endpoint": "global"})
        assert str(bill.total) == "0.00225"
    for value in (
        {"recordId": "r", "error": {"errorCode": 400, "errorMessage": "x"}},
        {"request": {}, "response": {}, "status": "Bad Request"},
    ):
        failed = one_record(value)
        assert failed.parts == ()
        assert [note.code for note in failed.notes] == ["nothing_billed"]


def test_a_model_that_the_book_has_not_is_refused_and_another_book_prices_it() -> None:
    from pricelang.model.errors import PriceError

    (found,) = records(outcomes((SAMPLES / "tools/12_gemini_cli_session.json").read_text()))
    with pytest.raises(PriceError) as caught:
        pricelang.load().price_record(found)
    assert caught.value.code == "unknown_model"


def test_messages_and_results_of_the_agent_sdk() -> None:
    usage = {"inputTokens": 5, "outputTokens": 6, "cacheReadInputTokens": 0}
    result = {
        "subtype": "success",
        "num_turns": 3,
        "session_id": "s",
        "total_cost_usd": 0.5,
        "usage": {"input_tokens": 1, "output_tokens": 1},
        "model_usage": {OPUS: usage},
    }
    found = one_record(result)
    assert found.format == "claude-result"
    assert found.parts == (Part(OPUS, None, {}, {"input": 5, "output": 6}, kind="sum"),)
    assert one_rejected({**result, "model_usage": None}).code == "missing_key"


def test_a_row_of_several_requests_or_of_a_day_is_a_sum() -> None:
    assert one_record(row((1, 2, 3, 4))).parts[0].kind == "single"
    assert one_record(row((1, 2, 3, 4)) | {"date": "2026-10-20"}).parts[0].kind == "sum"
    assert one_record(row((1, 2, 3, 4)) | {"requests": "3"}).parts[0].kind == "sum"
    assert one_record(row((1, 2, 3, 4)) | {"date": "1792486800"}).parts[0].at == NOW


def test_models_of_cursor_lose_how_they_think_and_what_was_not_charged_is_skipped() -> None:
    for name in ("-thinking", "-high-thinking", "-high", ""):
        found = one_record(cursor((1, 2, 3, 4)) | {"Model": "claude-4.5-opus" + name})
        assert found.parts[0].model == "claude-4.5-opus"
    (skipped,) = outcomes(cursor((0, 0, 0, 0)) | {"Kind": "Errored, No Charge"})
    assert isinstance(skipped, Skipped)


def test_a_row_of_analytics_is_a_sum_and_its_total_must_fit() -> None:
    path = SAMPLES / "admin" / "15_analytics_user_usage.json"
    page = json.loads(path.read_text(encoding="utf-8"))
    one, two = records(outcomes(page))
    assert one.parts[0].kind == two.parts[0].kind == "sum"
    assert one.attributes["user"] == "a@example.com"
    again = outcomes([page, page])
    assert [type(found) for found in again] == [Record, Record, Skipped, Skipped]
    page["data"][0]["total_tokens"] += 1
    assert [found.code for found in outcomes(page) if isinstance(found, Rejected)] == ["bad_total"]


def test_messages_of_the_agent_sdk_are_events_of_the_run_that_its_result_counts() -> None:
    usage = {"input_tokens": 7, "output_tokens": 1}
    block = {
        "content": [{"text": "…"}],
        "model": OPUS,
        "parent_tool_use_id": None,
        "usage": usage,
        "message_id": "msg_1",
        "session_id": "s",
    }
    prompt = {"content": "…", "parent_tool_use_id": None, "uuid": "u"}
    older = {"content": [], "model": OPUS, "parent_tool_use_id": None}
    used = {"inputTokens": 7, "outputTokens": 90}
    result = {
        "subtype": "success",
        "num_turns": 1,
        "session_id": "s",
        "total_cost_usd": 0.5,
        "model_usage": {OPUS: used},
    }
    lines = [prompt, older, block, block, result]
    for found in (outcomes(lines), outcomes("\n".join(map(json.dumps, lines)))):
        assert [dict(one.parts[0].usage) for one in records(found)] == [{"input": 7, "output": 90}]
        assert len(found) == 5
        assert not [one for one in found if isinstance(one, Rejected)]
    alone = outcomes("\n".join(map(json.dumps, (block, block))))
    (one,) = records(alone)
    assert [note.code for note in one.notes] == ["unfinished"]
