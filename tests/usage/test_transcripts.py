"""Claude Code transcripts: one request a response, whatever the order, the copies and the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.reading import read, read_paths
from pricelang.usage.records import Outcome, Rejected

from .helpers import SAMPLES, brief, message, one_record, one_rejected, outcomes, records, skipped


def line(
    id: str | None,
    request: str | None,
    output: int = 5,
    sidechain: bool = False,
    at: str | None = None,
    **usage: object,
) -> dict[str, object]:
    """An assistant line with 10 input tokens."""
    body = {
        "id": id,
        "model": "claude-opus-5",
        "usage": {"input_tokens": 10, "output_tokens": output, **usage},
    }
    value: dict[str, object] = {
        "type": "assistant",
        "requestId": request,
        "isSidechain": sidechain,
        "message": body,
    }
    return value | ({"timestamp": at} if at else {})


def text_of(lines: list[dict[str, object]]) -> str:
    return "\n".join(map(json.dumps, lines))


def outputs(lines: list[dict[str, object]]) -> list[object]:
    return [
        part.usage["output"]
        for record in records(outcomes(text_of(lines)))
        for part in record.parts
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line("m", "r", 1), line("m", "r", 7)], [7]),
        ([line("m", "r", 7), line("m", "r", 1)], [7]),
        ([line("m", None, 1), line("m", None, 2)], [2]),
        ([line(None, "r", 1), line(None, "r", 2)], [2]),
        ([line(None, None, 1), line(None, None, 1)], [1, 1]),
        ([line("m", "r", 1), line("n", "r", 1)], [1, 1]),
        ([line("m", "r", 1), line("m", "s", 2)], [1, 2]),
        ([line("m", "r", 1), line("m", "s", 2, sidechain=True)], [1]),
        ([line("m", "s", 2, sidechain=True), line("m", "r", 1)], [1]),
        ([line("m", "s", 2, sidechain=True)], [2]),
        ([line("m", "s", 2, True, "2026-08-02"), line("m", "r", 2, True, "2026-08-01")], [2]),
        ([line("m", "s", 9, True, "2026-08-02"), line("m", "r", 2, True, "2026-08-01")], [2]),
        ([line("m", "r", 1), line("m", None, 1, sidechain=True)], [1]),
        ([line(None, "r", 1), line(None, "s", 1, sidechain=True)], [1, 1]),
    ],
)
def test_a_response_counts_once(lines: list[dict[str, object]], expected: list[int]) -> None:
    assert outputs(lines) == expected


def test_the_largest_copy_is_kept_whole() -> None:
    small = line("m", "r", 100, cache_read_input_tokens=3)
    large = line("m", "r", 1, cache_read_input_tokens=500)
    (found,) = records(outcomes(text_of([small, large])))
    assert brief(found.parts) == [("claude-opus-5", {"input": 10, "output": 1, "cache_read": 500})]
    assert found.place.line == 2


def test_of_equal_copies_the_latest_is_kept() -> None:
    lines = [
        line("m", "r", 5, at="2026-08-01T00:00:02Z"),
        line("m", "r", 5, at="2026-08-01T00:00:01Z"),
    ]
    for order in (lines, lines[::-1]):
        (found,) = records(outcomes(text_of(order)))
        assert found.parts[0].at == "2026-08-01T00:00:02Z"
    (found,) = records(outcomes(text_of([line("m", "r"), line("m", "r")])))
    assert found.place.line == 2


def test_records_come_in_the_order_in_which_they_first_appear() -> None:
    lines = [
        line("a", "r", 1),
        line("b", "r", 2),
        line("a", "r", 3),
        message({"output_tokens": 4}),
        line("c", "r", 5),
    ]
    assert outputs(lines) == [3, 2, 4, 5]


def test_duplicates_and_replays_are_reported_where_they_stand() -> None:
    lines = [line("m", "r", 1), line("m", "r", 2), line("m", "s", 2, sidechain=True)]
    found = skipped(outcomes(text_of(lines)))
    assert [(skip.place.line, skip.reason) for skip in found] == [
        (1, "a copy of the response at line 2"),
        (3, "a replay of the response at line 2"),
    ]


def test_a_bad_copy_hides_no_good_one() -> None:
    found = outcomes(text_of([line("m", "r", -1), line("m", "r", 4)]))
    assert [type(outcome).__name__ for outcome in found] == ["Rejected", "Record"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"type": "summary", "summary": "…", "leafUuid": "y"}, "a `summary` line"),
        ({"type": "user", "message": {"role": "user", "content": "…"}}, "a `user` line"),
        (
            {"type": "user", "toolUseResult": {"usage": {"input_tokens": 5, "output_tokens": 9}}},
            "a `user` line",
        ),
        ({"type": "a-new-kind", "sessionId": "s"}, "a `a-new-kind` line"),
        (
            line("m", "r") | {"message": {"id": "m", "usage": None}},
            "an assistant line without usage",
        ),
        (line("m", "r") | {"message": {"id": "m"}}, "an assistant line without usage"),
        (
            line("m", "r")
            | {
                "message": {
                    "model": "<synthetic>",
                    "usage": {"input_tokens": 1, "output_tokens": 1},
                }
            },
            "a synthetic message: no request was made",
        ),
    ],
)
def test_what_is_no_request_is_skipped(value: dict[str, object], reason: str) -> None:
    (found,) = skipped(outcomes(value))
    assert found.reason == reason
    assert found.place.line == 1


GOOD_LINE = json.dumps(line("m", "r", 4))
CANONICAL = '{"model": "m", "usage": {"input": 1}}'


@pytest.mark.parametrize(
    "broken", [GOOD_LINE[:60], "nonsense", "17", '"text"', GOOD_LINE[:-1], "{", "\0"]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_malformed_or_cut_line_of_a_transcript_is_skipped_and_reported(
    broken: str, place: int
) -> None:
    lines = [GOOD_LINE, json.dumps({"type": "summary", "summary": "s", "leafUuid": "y"})]
    lines.insert(place, broken)
    found = outcomes("\n".join(lines))
    assert {type(outcome).__name__ for outcome in found} == {"Record", "Skipped"}
    (skip,) = [skip for skip in skipped(found) if skip.broken]
    assert skip.place.line == place + 1
    assert skip.reason.startswith("a malformed or cut line (")


def test_a_line_cut_within_a_letter_is_skipped() -> None:
    text = GOOD_LINE.encode() + b"\n" + '{"type": "user", "text": "é'.encode()[:-1]
    assert [skip.place.line for skip in skipped(outcomes(text)) if skip.broken] == [2]


def test_the_same_line_is_refused_where_nothing_says_that_it_is_of_a_transcript() -> None:
    for text in (
        f"{CANONICAL}\n{GOOD_LINE[:60]}",
        f"{GOOD_LINE[:60]}\n{CANONICAL}",
        GOOD_LINE[:60],
    ):
        assert [type(one).__name__ for one in outcomes(text)].count("Rejected") == 1
    (found,) = skipped(outcomes(GOOD_LINE[:60], "claude-code"))
    assert found.broken
    # each file says for itself what it is
    assert [
        type(one).__name__ for one in outcomes(f"{GOOD_LINE}\n{CANONICAL}\n{CANONICAL[:20]}")
    ] == ["Record", "Record", "Rejected"]


def test_a_whole_line_that_cannot_be_read_is_refused_in_a_transcript_too() -> None:
    for bad in (
        GOOD_LINE.replace(": 4", ": NaN"),
        GOOD_LINE.replace(": 4", ": -4"),
        '{"a": 1, "a": 2}',
    ):
        assert [type(one).__name__ for one in outcomes(f"{GOOD_LINE}\n{bad}")] == [
            "Record",
            "Rejected",
        ]


def test_a_line_without_type_and_its_cost_are_read_as_any_other() -> None:
    value = {
        "message": {"id": "m", "model": "x", "usage": {"input_tokens": 1, "output_tokens": 2}},
        "costUSD": 99.5,
    }
    found = one_record(value)
    assert (found.format, found.place.id) == ("claude-code", "m")
    assert brief(found.parts) == [("x", {"input": 1, "output": 2})]


def test_the_long_context_mark_is_left_out_of_the_model() -> None:
    value = line("m", "r")
    value["message"] = {**value["message"], "model": "claude-opus-5[1m]"}  # type: ignore[dict-item]
    found = one_record(value)
    assert found.parts[0].model == "claude-opus-5"
    assert found.parts[0].dimensions == {}
    assert "`claude-opus-5[1m]`" in found.notes[0].text


def test_the_time_of_the_line_is_the_time_of_the_request() -> None:
    assert (
        one_record(line("m", "r", at="2026-08-20T10:21:56.220Z")).parts[0].at
        == "2026-08-20T10:21:56.220Z"
    )
    assert one_record(line("m", "r")).parts[0].at is None
    assert (
        one_rejected(line("m", "r") | {"timestamp": 17}).message
        == "`timestamp` is a number, not a string"
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"message": {"usage": [3]}}, "`message.usage` is a list, not an object"),
        ({"message": {"usage": {"input_tokens": 1}}}, "`usage.output_tokens` is missing"),
        ({"requestId": 3}, "`requestId` is a number, not a string"),
    ],
)
def test_a_line_of_another_form_is_refused(change: dict[str, object], text: str) -> None:
    assert one_rejected(line("m", "r") | change).message == text


def test_a_line_may_have_both_names_of_its_session() -> None:
    assert (
        one_record(line("m", "r") | {"sessionId": "s", "session_id": "s"}).format == "claude-code"
    )


def test_a_messages_response_is_no_transcript_line_by_force() -> None:
    assert one_rejected(message(), "claude-code").code == "unknown_record"


# ---- any order, any copies, any cut into files ---------------------------------------------------

ids = st.sampled_from([None, "m1", "m2", "m3"])
lines_strategy = st.lists(
    st.builds(
        line,
        id=ids,
        request=st.sampled_from([None, "r1", "r2"]),
        output=st.integers(0, 3),
        sidechain=st.booleans(),
        at=st.sampled_from([None, "2026-08-01T00:00:00Z", "2026-08-01T00:00:01Z"]),
        cache_read_input_tokens=st.integers(0, 3),
    ),
    max_size=12,
)
with_key = lines_strategy.map(
    lambda lines: [one for one in lines if one["requestId"] or one["message"]["id"]]  # type: ignore[index]
)


def kept(found: list[Outcome]) -> list[str]:
    return sorted(repr(record.parts) for record in records(found))


@given(with_key, st.randoms(use_true_random=False))
def test_the_order_and_the_copies_of_lines_do_not_matter(
    lines: list[dict[str, object]], random: object
) -> None:
    shuffled = lines + lines[: len(lines) // 2]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert kept(outcomes(text_of(shuffled))) == kept(outcomes(text_of(lines)))


@given(lines_strategy)
def test_an_array_and_lines_are_the_same(lines: list[dict[str, object]]) -> None:
    assert kept(outcomes(lines)) == kept(outcomes(text_of(lines)))
    assert kept(outcomes(json.dumps(lines, indent=1))) == kept(outcomes(text_of(lines)))


@given(lines=lines_strategy, cut=st.integers(0, 12), again=st.booleans())
def test_a_transcript_may_be_cut_into_files(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, object]], cut: int, again: bool
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    keyed = [one for one in lines if one["requestId"] or one["message"]["id"]]  # type: ignore[index]
    pieces = [lines[:cut], lines[cut:]] + ([keyed] if again else [])
    paths = []
    for number, piece in enumerate(pieces):
        path = folder / f"{number}.jsonl"
        path.write_text(text_of(piece), encoding="utf-8")
        paths.append(str(path))
    assert kept(list(read_paths(paths))) == kept(outcomes(text_of(lines)))


@given(lines_strategy)
def test_every_line_has_exactly_one_outcome(lines: list[dict[str, object]]) -> None:
    found = outcomes(text_of(lines))
    assert sorted(outcome.place.line or 0 for outcome in found) == list(range(1, len(lines) + 1))
    assert not any(isinstance(outcome, Rejected) for outcome in found)


@pytest.mark.parametrize(
    "path", sorted((SAMPLES / "claude_code").glob("*.jsonl")), ids=lambda path: path.name
)
def test_a_sample_given_twice_is_the_same_requests(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "modelUsage" not in text:
        assert kept(list(read(text + text, "x"))) == kept(list(read(text, "x")))
