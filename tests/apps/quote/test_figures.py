"""Each number of the pages on token counting and tool use, through a quote that uses it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .bodies import ANSWERS, BOOK, DAY, SONNET, added, body, quoted, sample

CUSTOM = {"name": "look", "input_schema": {"type": "object"}}
BASH = {"type": "bash_20250124", "name": "bash"}
EDITOR = {"type": "text_editor_20250429", "name": "str_replace_based_edit_tool"}
COMPUTER = {"type": "computer_20250124", "name": "computer"}
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 4}
CODE = {"type": "code_execution_20250522", "name": "code_execution"}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_estimate_brackets_what_the_page_counts(name: str) -> None:
    found = quoted(sample(name), output=100)
    real = BOOK.price(model=SONNET, at=DAY, usage={"input": ANSWERS[name], "output": 100}).total
    assert found.prompt.low <= ANSWERS[name] <= found.prompt.high
    assert found.low <= real <= found.high
    assert abs(found.prompt.expected - ANSWERS[name]) <= max(5, ANSWERS[name] // 20)
    known = quoted(sample(name), output=100, tokens=ANSWERS[name])
    assert known.low == known.expected == known.high == real


ALL = [
    "claude-opus-4-7",
    "claude-opus-4-6",
    "claude-opus-4-5",
    "claude-opus-4-1",
    "claude-opus-4-0",
    "claude-sonnet-4-6",
    "claude-sonnet-4-5",
    "claude-sonnet-4-0",
    "claude-3-7-sonnet-latest",
    "claude-haiku-4-5",
]


@pytest.mark.parametrize(
    ("model", "auto", "forced", "at"),
    [
        *((model, 346, 313, DAY) for model in ALL),
        ("claude-3-5-haiku-latest", 264, 340, DAY),
        ("claude-3-opus-20240229", 530, 281, "2025-06-01"),
        ("claude-3-sonnet-20240229", 159, 235, "2025-06-01"),
        ("claude-3-haiku-20240307", 264, 340, DAY),
        ("claude-opus-4-7", 675, 804, "2026-05-29"),
        ("claude-opus-4-7", 346, 313, "2026-05-28"),
        ("claude-opus-5", 286, 406, "2026-08-01"),
    ],
)
def test_the_prompt_of_tools(model: str, auto: int, forced: int, at: str) -> None:
    for choice, expected in (("auto", auto), ("none", auto), ("any", forced), ("tool", forced)):
        assert (
            added(quoted(body(model=model, tools=[CUSTOM], tool_choice={"type": choice}), at=at))[
                "tool_prompt"
            ]
            == expected
        )
    assert "tool_prompt" not in added(
        quoted(body(model=model, tool_choice={"type": "none"}), at=at)
    )


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        ([BASH], {"bash_tool": 245}),
        ([EDITOR], {"text_editor": 700}),
        ([COMPUTER], {"computer_tool": 735, "computer_prompt": (466, 499)}),
        (
            [BASH, EDITOR, COMPUTER],
            {
                "bash_tool": 245,
                "text_editor": 700,
                "computer_tool": 735,
                "computer_prompt": (466, 499),
            },
        ),
        ([COMPUTER, COMPUTER], {"computer_tool": 2 * 735, "computer_prompt": (466, 499)}),
    ],
)
def test_the_tools_of_the_api(tools: list[Any], expected: dict[str, object]) -> None:
    plain, found = quoted(body()), quoted(body(tools=tools))
    assert added(found) == added(plain) | {"tool_prompt": 346} | expected
    more = [value if isinstance(value, tuple) else (value, value) for value in expected.values()]
    assert found.prompt.low - plain.prompt.low == 346 + sum(low for low, _ in more)
    assert found.prompt.high - plain.prompt.high == 346 + sum(high for _, high in more)


def test_the_editor_of_sonnet_3_7() -> None:
    editor = {"type": "text_editor_20250124", "name": "str_replace_editor"}
    found = added(quoted(body(model="claude-3-7-sonnet-latest", tools=[editor, COMPUTER])))
    assert (found["text_editor"], found["computer_tool"]) == (700, 735)


def test_bash_by_day() -> None:
    days = [
        added(quoted(body(model="claude-opus-4-7", tools=[BASH]), at=at))["bash_tool"]
        for at in ("2026-05-28", "2026-05-29")
    ]
    assert days == [245, 325]


def test_a_figure_that_the_book_does_not_have_is_a_range_and_said() -> None:
    found = quoted(body(model="claude-sonnet-5-5", tools=[CUSTOM]), at="2026-10-01")
    assert added(found)["tool_prompt"] == (0, 675)
    assert "between 0 and 675, the most that another model has" in " ".join(map(str, found.notes))


def test_searches_cost_what_the_page_says() -> None:
    found = quoted(body(tools=[SEARCH]), tokens=105, output=100)
    (line,) = [line for line in found.lines if line.meter == "web_search"]
    assert (line.low, line.expected, line.high) == (Decimal(0), Decimal("0.04"), Decimal("0.04"))
    assert any("the first call of the model" in note.text for note in found.notes)
    exact = quoted(body(tools=[SEARCH]), tokens=105, output=100, usage={"web_search": 1000})
    assert exact.low == exact.high == Decimal("0.001815") + 10


def test_code_runs_five_minutes_at_least_and_is_free_beside_the_newer_web_tools() -> None:
    def line(*tools: Any, **more: Any) -> Any:
        return next(
            line
            for line in quoted(body(tools=list(tools), **more.pop("body", {})), **more).lines
            if line.meter == "code_execution"
        )

    hour = line(CODE, usage={"code_execution": "1 hour"})
    assert hour.expected == Decimal("0.05")
    assert (
        line(CODE, usage={"code_execution": "1 minute"}).expected
        == line(CODE).expected
        == line(CODE, usage={"code_execution": "5 minutes"}).expected
    )
    assert line(CODE).low == 0
    newer = {"type": "web_search_20260209", "name": "web_search", "max_uses": 1}
    assert line(CODE, newer, usage={"code_execution": "1 hour"}).high == 0
    assert line(CODE, newer).free
    files = body(
        [{"type": "container_upload", "file_id": "file_1"}, {"type": "text", "text": "Plot it"}],
        tools=[CODE],
    )
    (billed,) = [line for line in quoted(files).lines if line.meter == "code_execution"]
    assert billed.low == billed.high > 0
    assert any("1,550 hours" in note.text for note in quoted(body(tools=[CODE])).notes)


@pytest.mark.parametrize(
    ("kind", "tokens"),
    [
        ("web_page", 2_500),
        ("documentation_page", 25_000),
        ("research_paper", 125_000),
        ("10kB", 2_500),
        ("500kB", 125_000),
    ],
)
def test_fetched_content(kind: str, tokens: int) -> None:
    tool = {"type": "web_fetch_20250910", "name": "web_fetch"}
    plain, found = quoted(body(tools=[tool])), quoted(body(tools=[tool]), fetched={kind: 2})
    assert found.prompt.expected - plain.prompt.expected == 2 * tokens
    capped = quoted(body(tools=[{**tool, "max_content_tokens": 1_000}]), fetched={kind: 1})
    assert capped.prompt.high - plain.prompt.high == 1_000
    assert any("what is fetched is not in the range" in note.text for note in plain.notes)


@pytest.mark.parametrize(
    ("rate", "tier", "fits", "least"),
    [
        ("100/min", 1, True, 1),
        ("101/min", 1, False, 2),
        ("2000/min", 2, True, 2),
        ("3000/min", 2, False, 3),
        ("50/s", 3, True, 3),
        ("4000/min", 3, True, 3),
        ("4001/min", 4, True, 4),
        ("8000/min", 4, True, 4),
        ("8001/min", 4, False, None),
        ("60/h", None, None, 1),
    ],
)
def test_limits_on_counting(
    rate: str, tier: int | None, fits: bool | None, least: int | None
) -> None:
    found = quoted(body(), rate=rate, tier=tier).limits
    assert found is not None
    assert (found.fits, found.least) == (fits, least)
    assert found.tiers == ((1, 100), (2, 2_000), (3, 4_000), (4, 8_000))


def test_the_newer_tokenizer_makes_up_to_35_percent_more() -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 200
    old, new = (
        quoted(body(text, model=model)).prompt for model in ("claude-opus-4-6", "claude-opus-4-7")
    )
    frame = quoted(body("", model="claude-opus-4-6")).prompt
    assert new.low == old.low
    assert abs((new.high - frame.high) - (old.high - frame.high) * Decimal("1.35")) <= 2
    assert (
        abs((new.expected - frame.expected) - (old.expected - frame.expected) * Decimal("1.3")) <= 2
    )


def test_thinking_of_the_turn_that_goes_on_counts() -> None:
    thought = {"type": "thinking", "thinking": "I should look it up first. " * 40, "signature": "s"}
    call = {"type": "tool_use", "id": "t1", "name": "look", "input": {}}
    ask, result = (
        {"role": "user", "content": "Look"},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "seen"}],
        },
    )
    turn = [ask, {"role": "assistant", "content": [thought, call]}, result]
    without = [ask, {"role": "assistant", "content": [call]}, result]
    on, off = (quoted(body(messages=messages, tools=[CUSTOM])) for messages in (turn, without))
    assert on.prompt.expected > off.prompt.expected + 200
    over = [
        *turn,
        {"role": "assistant", "content": "Done"},
        {"role": "user", "content": "And now?"},
    ]
    forgotten = [
        *without,
        {"role": "assistant", "content": "Done"},
        {"role": "user", "content": "And now?"},
    ]
    assert (
        quoted(body(messages=over, tools=[CUSTOM])).prompt
        == quoted(body(messages=forgotten, tools=[CUSTOM])).prompt
    )


@pytest.mark.parametrize(
    ("size", "at", "model", "expected"),
    [
        ((1000, 1000), DAY, SONNET, 1334),
        ((750, 1000), DAY, SONNET, 1000),
        ((200, 200), DAY, SONNET, 54),
        ((8000, 8000), DAY, SONNET, 1568),
        ((3136, 1500), DAY, SONNET, 1568),
        ((3136, 500), DAY, SONNET, 523),
        ((1000, 1000), "2026-06-12", SONNET, 1296),
        ((28, 29), "2026-06-12", SONNET, 2),
        ((8000, 8000), "2026-06-12", SONNET, 1568),
        ((8000, 8000), "2026-06-12", "claude-opus-4-7", 4784),
        ((2000, 1000), DAY, "claude-opus-4-7", 2667),
    ],
)
def test_images_by_size_day_and_model(
    size: tuple[int, int], at: str, model: str, expected: int
) -> None:
    image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    plain, found = (
        quoted(body(content, model=model), at=at, image_size=size).prompt
        for content in ([], [image])
    )
    assert found.expected - plain.expected == expected


@pytest.mark.parametrize("pages", [1, 3, 100])
def test_pdfs_by_pages(pages: int) -> None:
    document = {"type": "document", "source": {"type": "file", "file_id": "f"}}
    plain, found = (quoted(body(content), pdf_pages=pages).prompt for content in ([], [document]))
    assert found.low - plain.low == 1_500 * pages
    assert found.high - plain.high == (3_000 + 1_568) * pages
