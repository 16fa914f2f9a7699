"""Documents, lines and hostile input: every record has its line,
every fault a place, nothing hides the rest.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.usage.io import documents, lines
from pricelang.usage.reading import read, read_path, read_paths
from pricelang.usage.records import Outcome, Record, Rejected, Skipped

from .helpers import message, outcomes, records
from .test_transcripts import line

GOOD = '{"model": "m", "usage": {"input": 1}}'


def story(found: list[Outcome]) -> list[tuple[int | None, str]]:
    """Line and code of each outcome, `ok` for a record."""
    return [(one.place.line, one.code if isinstance(one, Rejected) else "ok") for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n", []),
        (GOOD, [(1, "ok")]),
        ("\ufeff" + GOOD, [(1, "ok")]),
        (f"\n\n{GOOD}\r\n\n{GOOD}\r\n", [(3, "ok"), (5, "ok")]),
        (f"{GOOD}\n{GOOD[:20]}\n{GOOD}", [(1, "ok"), (2, "bad_json"), (3, "ok")]),
        (f"{GOOD[:20]}\n{GOOD}\n{GOOD}", [(1, "bad_json"), (2, "ok"), (3, "ok")]),
        (f"{GOOD[:20]}\n{GOOD[:20]}", [(1, "bad_json"), (2, "bad_json")]),
        (f"some text\n{GOOD}", [(1, "bad_json"), (2, "ok")]),
        (f"{GOOD} {GOOD}\n{GOOD}", [(1, "ok"), (1, "ok"), (2, "ok")]),
        ("some\ntext\nof\nmany lines", [(1, "bad_json")]),
        (f"[{GOOD},\n\n{GOOD}\n,\n{GOOD}]", [(1, "ok"), (3, "ok"), (5, "ok")]),
        (f"[\n{GOOD},\n{GOOD},\n{GOOD[:20]}", [(2, "ok"), (3, "ok"), (4, "bad_json")]),
        (f"[\n{GOOD},\n{GOOD}", [(2, "ok"), (3, "ok"), (3, "bad_json")]),
        (f"[\n{GOOD}\n{GOOD}]", [(2, "ok"), (3, "bad_json"), (3, "ok")]),
        (f"[\n{GOOD[:20]},\n{GOOD},\n{GOOD}]", [(2, "bad_json"), (3, "ok"), (4, "ok")]),
        (f'[\n{{"a": [1,\n{GOOD},\n{GOOD}]', [(4, "bad_json"), (3, "ok"), (4, "ok")]),
        (f"[{GOOD}, {GOOD}]\n[{GOOD}]", [(1, "ok"), (1, "ok"), (2, "ok")]),
        ("[]", []),
        ("[\n]", []),
        ('{"usage":\n{"input":1}}', [(1, "ok")]),
        ('{"usage":\n{"input":1},\n"x":', [(3, "bad_json")]),
    ],
)
def test_records_and_faults_have_their_lines(text: str, expected: list[tuple[int, str]]) -> None:
    assert story(outcomes(text)) == expected
    assert story(outcomes(text.encode())) == expected


def test_documents_may_stand_behind_one_another() -> None:
    pretty, other = (json.dumps(message(id=id), indent=2) for id in ("msg_1", "msg_2"))
    height = pretty.count("\n") + 1
    assert story(outcomes(f"{pretty}\n{other}\n")) == [(1, "ok"), (height + 1, "ok")]
    cut = pretty[: len(pretty) // 2]
    found = outcomes(f"{cut}\n{pretty}\n{other}")
    assert [type(one).__name__ for one in found] == ["Rejected", "Record", "Record"]


def test_a_bad_value_in_an_array_hides_no_other() -> None:
    bad = [
        '{"usage": {"input": NaN}}',
        '{"usage": {"input": 1, "input": 2}}',
        '{"usage": {"input": 1e99999999999999999999}}',
    ]
    text = "[" + ",\n".join([GOOD, *bad, GOOD]) + "]"
    expected = [(1, "ok"), (2, "bad_number"), (3, "duplicate_key"), (4, "bad_number"), (5, "ok")]
    assert story(outcomes(text)) == expected
    assert story(outcomes(text[1:-1].replace(",\n", "\n"))) == expected


def test_a_key_twice_is_named_wherever_it_stands() -> None:
    (fault,) = outcomes('{"usage": {"input": 1}, "x": {"a\\n": 1, "b": 2, "a\\n": 3}}')
    assert isinstance(fault, Rejected)
    assert fault.message == "the key `a�` appears twice in one object"


@pytest.mark.parametrize("depth", [257, 900, 5000, 200_000])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_deep_nesting_is_refused(depth: int, pair: str) -> None:
    start = "[" if pair == "[]" else '{"a":'
    end = pair[1]
    deep = '{"usage": ' + start * depth + "1" + end * depth + "}"
    found = outcomes(f"{GOOD}\n{deep}\n{GOOD}")
    assert story(found) == [(1, "ok"), (2, "too_deep"), (3, "ok")]
    assert all(isinstance(one, Rejected) for one in outcomes(start * depth))


def test_deep_nesting_in_an_array_hides_no_other_item() -> None:
    deep = '{"usage": ' + "[" * 300 + "]" * 300 + "}"
    assert story(outcomes(f"[{GOOD},\n{deep},\n{GOOD}]")) == [(1, "ok"), (2, "too_deep"), (3, "ok")]


def test_brackets_in_text_are_no_nesting() -> None:
    found = outcomes(message(content=[{"type": "text", "text": '[{"\\' * 500}]))
    assert story(found) == [(1, "ok")]


def test_a_document_of_faults_is_given_up_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_FAULTS", 3)
    found = outcomes("{\n" * 9)
    assert story(found) == [
        (2, "bad_json"),
        (3, "bad_json"),
        (4, "bad_json"),
        (4, "too_many_faults"),
    ]


def test_bytes_that_are_not_utf8_are_refused_by_line() -> None:
    good = GOOD.encode()
    assert story(outcomes(good + b"\n\xff\xfe{}\n" + good)) == [
        (1, "ok"),
        (2, "bad_utf8"),
        (3, "ok"),
    ]
    assert story(outcomes(b"\xff\xfe\n" + good)) == [(1, "bad_utf8"), (2, "ok")]
    assert story(outcomes(b'{\n"a": "\xff"\n}')) == [(2, "bad_utf8")]
    assert story(outcomes(GOOD.encode("utf-16"))) == [(1, "bad_utf8")]


def test_a_text_stream_that_cannot_be_decoded_ends_with_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xff" * 10)
    with path.open(encoding="utf-8") as stream:
        assert story(list(read(stream, "x"))) == [(1, "bad_utf8")]


@pytest.mark.parametrize("as_lines", [False, True])
def test_a_long_line_is_refused_and_the_next_one_read(
    monkeypatch: pytest.MonkeyPatch, as_lines: bool
) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 100)
    texts = [
        GOOD + "\n",
        '{"x": "' + "a" * 950 + '"}\n',
        GOOD + " " * (100 - len(GOOD)) + "\n",
        GOOD,
    ]
    texts = [text.rstrip("\n") for text in texts] if as_lines else texts
    source = texts if as_lines else io.BytesIO("".join(texts).encode())
    assert story(list(read(source, "x"))) == [(1, "ok"), (2, "line_too_long"), (3, "ok"), (4, "ok")]


def test_a_document_too_large_to_hold_is_read_as_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 50)
    assert story(outcomes(f"{{\n{GOOD}\n{GOOD}\n{GOOD}")) == [
        (1, "bad_json"),
        (2, "ok"),
        (3, "ok"),
        (4, "ok"),
    ]


def test_lines_are_read_one_by_one() -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield GOOD + "\n"

    found = read(endless(), "x")  # type: ignore[arg-type]
    for number in range(1, 50):
        assert next(found).place.line == number
    assert taken <= 51


def test_standard_input_is_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    (found,) = read_path("-")
    assert (found.place.file, found.place.line) == ("-", 1)


@pytest.mark.parametrize("name", ["missing.json", "", "a\0b"])
def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    good = tmp_path / "good.json"
    good.write_text(GOOD, encoding="utf-8")
    found = list(read_paths([path, str(good)]))
    assert [type(one).__name__ for one in found] == ["Rejected", "Record"]
    assert isinstance(found[0], Rejected)
    assert found[0].code == "unreadable_file"


def test_ids_and_names_that_cannot_be_printed_are_made_fit() -> None:
    (found,) = read(json.dumps(message(id="a\n\x1b[31m\ud800" + "b" * 500)), "na\nme")
    assert found.place.id is not None
    assert found.place.id.isprintable()
    assert len(found.place.id) <= 201
    assert found.place.file == "na�me"


# ---- any text at all -----------------------------------------------------------------------------

SEEDS = [
    json.dumps(message({"server_tool_use": {"web_search_requests": 1}})),
    json.dumps(line("m", "r")),
    GOOD,
]


def whole(found: list[Outcome]) -> None:
    for one in found:
        assert isinstance(one, Record | Skipped | Rejected)
        assert one.place.file == "records.json"
        assert one.place.line is not None
        if isinstance(one, Rejected):
            assert one.message[:1] not in ("", " ")
            assert not one.message.endswith(".")
            assert one.message.isprintable()


@given(st.one_of(st.text(), st.binary()))
def test_any_text_gives_outcomes(text: str | bytes) -> None:
    whole(outcomes(text))


@given(st.sampled_from(SEEDS), st.integers(0, 400), st.integers(0, 60), st.text(max_size=5))
def test_a_damaged_record_gives_outcomes(seed: str, start: int, length: int, patch: str) -> None:
    damaged = seed[:start] + patch + seed[start + length :]
    whole(outcomes(damaged))
    whole(outcomes(f"{damaged}\n{GOOD}"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = [
    "usage",
    "message",
    "type",
    "model",
    "content",
    "stop_reason",
    "custom_id",
    "result",
    "modelUsage",
    "session_id",
    "requestId",
    "timestamp",
    "id",
    "at",
    "each",
    "record",
]
USAGE_KEYS = [
    "input_tokens",
    "output_tokens",
    "cache_creation",
    "server_tool_use",
    "iterations",
    "speed",
    "service_tier",
]
usages = st.dictionaries(st.sampled_from(USAGE_KEYS), st.integers(0, 9) | json_values, max_size=5)
shapes = st.dictionaries(
    st.sampled_from(KEYS),
    usages
    | st.builds(
        lambda usage: {"usage": usage, "type": "succeeded", "message": {"usage": usage}}, usages
    )
    | json_values,
    max_size=5,
)


@given(
    shapes,
    st.sampled_from([None, "canonical", "messages", "batch", "claude-code", "claude-result"]),
)
def test_any_object_gives_one_outcome_in_any_format(
    value: dict[str, object], format: str | None
) -> None:
    found = outcomes(value, format)
    whole(found)
    assert len(found) == 1


@given(st.lists(st.sampled_from([*SEEDS, "{", '{"usage": 1}', "", "[1]"]), max_size=6, unique=True))
def test_good_lines_are_read_whatever_stands_beside_them(texts: list[str]) -> None:
    found = records(outcomes("\n".join(texts)))
    good = {number for number, text in enumerate(texts, 1) if text in SEEDS[::2]}
    if not any(text == "{" for text in texts[:1]):
        assert good <= {record.place.line for record in found}
