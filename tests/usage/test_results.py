"""Results of `claude -p`:
a sum a model, cache writes split where the split is known, other events skipped.
"""

from __future__ import annotations

import json

import pytest

from pricelang.model.notes import Note

from .helpers import SAMPLES, brief, one_record, one_rejected, outcomes, records, skipped

HAIKU, OPUS = "claude-haiku-4-5", "claude-opus-5"


def used(
    input: int, output: int, written: int = 0, read: int = 0, **more: object
) -> dict[str, object]:
    return {
        "inputTokens": input,
        "outputTokens": output,
        "cacheReadInputTokens": read,
        "cacheCreationInputTokens": written,
        "webSearchRequests": 0,
        "costUSD": 99.0,
        **more,
    }


def result(
    models: dict[str, object], usage: dict[str, object] | None = None, **more: object
) -> dict[str, object]:
    return {
        "type": "result",
        "subtype": "success",
        "modelUsage": models,
        "usage": usage or {},
        **more,
    }


def writes(value: dict[str, object]) -> list[tuple[object, object]]:
    parts = one_record(value).parts
    return [
        (part.usage.get("cache_write_5m", 0), part.usage.get("cache_write_1h", 0)) for part in parts
    ]


def split(short: int, long: int) -> dict[str, object]:
    return {
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long}
    }


def test_each_model_is_a_sum_and_its_cost_is_not_read() -> None:
    found = one_record(
        result({HAIKU: used(5, 6), f"{OPUS}[1m]": used(7, 8, 0, 9, webSearchRequests=2)})
    )
    assert brief(found.parts) == [
        (HAIKU, {"input": 5, "output": 6}),
        (OPUS, {"input": 7, "output": 8, "cache_read": 9, "web_search": 2}),
    ]
    assert {part.kind for part in found.parts} == {"sum"}
    assert "context_window" not in found.parts[1].dimensions
    assert len(found.notes) == 1
    assert "[1m]" in found.notes[0].text


@pytest.mark.parametrize(
    ("models", "usage", "expected", "warnings"),
    [
        (
            {OPUS: used(1, 1, 100, x_cache_creation_5m=40, x_cache_creation_1h=60)},
            split(100, 0),
            [(40, 60)],
            0,
        ),
        (
            {OPUS: used(1, 1, 100, x_cache_creation_5m=40, x_cache_creation_1h=50)},
            {},
            [(50, 50)],
            1,
        ),
        ({HAIKU: used(1, 1, 70), OPUS: used(1, 1, 100)}, split(30, 70), [(70, 0), (30, 70)], 1),
        ({HAIKU: used(1, 1), OPUS: used(1, 1, 100)}, split(30, 70), [(0, 0), (30, 70)], 0),
        ({OPUS: used(1, 1, 100)}, split(10, 70), [(30, 70)], 1),
        ({HAIKU: used(1, 1, 50), OPUS: used(1, 1, 100)}, split(10, 70), [(50, 0), (100, 0)], 2),
        ({OPUS: used(1, 1, 100)}, split(0, 170), [(100, 0)], 1),
        ({OPUS: used(1, 1, 100)}, {}, [(100, 0)], 1),
        ({OPUS: used(1, 1, 0)}, split(0, 170), [(0, 0)], 0),
    ],
)
def test_cache_writes_are_split_where_the_split_is_known(
    models: dict[str, object],
    usage: dict[str, object],
    expected: list[tuple[int, int]],
    warnings: int,
) -> None:
    assert writes(result(models, usage)) == expected
    assert [note.doubtful for note in one_record(result(models, usage)).notes] == [True] * warnings


def test_two_models_with_the_same_writes_are_told_apart_by_the_other_counts() -> None:
    models: dict[str, object] = {HAIKU: used(1, 2, 100), OPUS: used(3, 4, 100)}
    main = {
        "input_tokens": 3,
        "output_tokens": 4,
        "cache_creation_input_tokens": 100,
        **split(0, 100),
    }
    assert writes(result(models, main)) == [(100, 0), (0, 100)]
    unclear = main | {"input_tokens": 2}
    assert writes(result(models, unclear)) == [(100, 0), (100, 0)]


def test_speed_holds_for_the_main_loop_and_the_rest_for_all() -> None:
    models: dict[str, object] = {HAIKU: used(1, 2), OPUS: used(3, 4)}
    main: dict[str, object] = {
        "input_tokens": 3,
        "output_tokens": 4,
        "speed": "fast",
        "inference_geo": "us",
    }
    found = one_record(result(models, main))
    assert [part.dimensions for part in found.parts] == [
        {"inference_geo": "us"},
        {"inference_geo": "us", "speed": "fast"},
    ]
    unclear = one_record(result(models, main | {"input_tokens": 2}))
    assert [part.dimensions for part in unclear.parts] == [{"inference_geo": "us"}] * 2
    assert str(unclear.notes[0]).startswith("speed: the main loop ran with speed `fast`")


def test_unknown_keys_and_another_provider_are_noted() -> None:
    assert one_rejected(result({OPUS: used(1, 2, audioTokens=4)})).code == "unknown_counter"
    found = one_record(result({OPUS: used(1, 2, audioTokens=0, mood="sunny", provider="gateway")}))
    assert found.notes == (
        Note("unknown_key", "`modelUsage.claude-opus-5.mood` is not known: left out"),
        Note(
            "provider",
            "`modelUsage.claude-opus-5.provider` is `gateway`: give the platform, or it is priced as the API",
        ),
    )


@pytest.mark.parametrize(
    ("provider", "platform"),
    [("bedrock", "bedrock"), ("anthropicAws", "aws"), ("firstParty", None)],
)
def test_a_provider_that_is_known_is_the_platform(provider: str, platform: str | None) -> None:
    found = one_record(result({OPUS: used(1, 2, provider=provider)}))
    assert (found.parts[0].dimensions.get("platform"), found.notes) == (platform, ())


def test_a_run_without_a_model_is_free_and_says_so() -> None:
    found = one_record(result({}, is_error=True))
    assert (found.parts, found.notes) == (
        (),
        (Note("nothing_billed", "no model was used: nothing billed"),),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"type": "result", "usage": {"input_tokens": 3, "output_tokens": 4}},
            "`modelUsage` is missing",
        ),
        (result({OPUS: 4}), "`modelUsage.claude-opus-5` is a number, not an object"),
        (
            result({OPUS: used(-1, 2)}),
            "`modelUsage.claude-opus-5.inputTokens` is `-1`, and a count is never negative",
        ),
        (result({OPUS: {"inputTokens": 3}}), "`modelUsage.claude-opus-5.outputTokens` is missing"),
        ({"type": "result", "modelUsage": []}, "`modelUsage` is a list, not an object"),
    ],
)
def test_a_result_of_another_form_is_refused(value: object, text: str) -> None:
    assert one_rejected(value).message == text


EVENTS: list[dict[str, object]] = [
    {"type": "system", "subtype": "init", "session_id": "s", "model": OPUS},
    {
        "type": "assistant",
        "session_id": "s",
        "message": {"id": "m", "model": OPUS, "usage": {"input_tokens": 3, "output_tokens": 4}},
    },
    {"type": "user", "session_id": "s", "message": {"content": []}},
    result({OPUS: used(3, 4)}, session_id="s"),
]


@pytest.mark.parametrize(
    "text", [json.dumps(EVENTS), json.dumps(EVENTS, indent=2), "\n".join(map(json.dumps, EVENTS))]
)
def test_of_the_events_of_a_run_only_the_result_counts(text: str) -> None:
    found = outcomes(text)
    assert [brief(record.parts) for record in records(found)] == [
        [(OPUS, {"input": 3, "output": 4})]
    ]
    assert len(skipped(found)) == 3


def test_events_without_a_session_are_skipped_beside_their_result() -> None:
    bare = [{key: value for key, value in event.items() if key != "session_id"} for event in EVENTS]
    found = outcomes(bare)
    assert (len(records(found)), len(skipped(found))) == (1, 3)


def test_a_result_in_an_array_says_nothing_of_other_documents() -> None:
    other = {"model": OPUS, "usage": {"input": 1}}
    found = outcomes(json.dumps(EVENTS, indent=2) + "\n" + json.dumps(other, indent=2))
    assert [record.format for record in records(found)] == ["claude-result", "canonical"]


def test_the_counts_of_the_published_results_are_whole() -> None:
    """Each sample's amounts at the rates of its day give its own `costUSD`, to the last digit."""
    from decimal import Decimal as D

    rates = {
        "claude-haiku-4-5-20251001": (1, 5),
        "claude-opus-5": (5, 25),
        "claude-sonnet-4-6": (3, 15),
    }
    factor = {
        "cache_write_5m": D("1.25"),
        "cache_write_1h": D(2),
        "cache_read": D("0.1"),
        "input": D(1),
    }
    for line in (
        (SAMPLES / "claude_code/10_result_oracles.jsonl").read_text(encoding="utf-8").splitlines()
    ):
        costs = [
            entry["costUSD"] for entry in json.loads(line, parse_float=D)["modelUsage"].values()
        ]
        for part, cost in zip(one_record(line).parts, costs, strict=True):
            rate_in, rate_out = rates[part.model or ""]
            tokens = sum(
                D(str(number)) * (rate_out if meter == "output" else rate_in * factor[meter])
                for meter, number in part.usage.items()
            )
            assert tokens / 1_000_000 == cost
