"""Off-peak hours of LiteLLM's map, beside what LiteLLM itself says of an instant."""

from __future__ import annotations

import datetime
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricelang.apps.imports.clocks import OTHER_HOURS, HoursRule, week_of
from pricelang.apps.imports.litellm_parts import schedule_of

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no network
MONDAY = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
HALVES = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
SPANS = st.tuples(HALVES, HALVES).map("-".join)
DAYS = st.lists(st.integers(1, 7) | st.sampled_from(["mon", "Tuesday", "sun"]), min_size=1)


def rules() -> st.SearchStrategy[dict[str, Any]]:
    hours = SPANS | st.lists(SPANS, min_size=1, max_size=3)
    return st.fixed_dictionaries({"hours_utc": hours}, optional={"weekdays": DAYS})


BLOCKS = st.fixed_dictionaries(
    {"windows": st.lists(rules(), max_size=3)},
    optional={
        "hours_utc": SPANS,
        "weekday_timezone": st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kolkata"]),
    },
)


@settings(max_examples=60)
@given(st.lists(BLOCKS, min_size=1, max_size=3))
def test_every_half_hour_is_off_peak_where_litellm_says_so(blocks: list[dict[str, Any]]) -> None:
    calculator = pytest.importorskip("litellm.litellm_core_utils.llm_cost_calc.utils")
    schedules = [schedule_of({"off_peak_pricing": block}) for block in blocks]
    week = week_of(schedules)
    assert week is not None or not any(schedules)
    for half in range(7 * 48):
        at = MONDAY + datetime.timedelta(minutes=30 * half)
        set_by = [
            name for name, clock in (week.clocks if week else {}).items() if clock.holds(30 * half)
        ]
        assert len(set_by) <= 1
        value = set_by[0] if set_by else OTHER_HOURS
        for block, schedule in zip(blocks, schedules, strict=True):
            inside = week is not None and bool(schedule) and value in week.within(schedule)
            assert inside == calculator._is_off_peak(block, at), (at, value)


def test_days_beside_hours_of_utc_are_of_a_zone_that_keeps_its_offset() -> None:
    block = {"windows": [{"hours_utc": "16:00-18:00", "weekdays": [1]}]}
    assert schedule_of({"off_peak_pricing": {**block, "weekday_timezone": "Asia/Shanghai"}}) == [
        HoursRule(((960, 1080),), (0,), 480)
    ]
    for zone in ("America/New_York", "Nowhere/Else"):
        with pytest.raises(ValueError, match="days of a zone"):
            schedule_of({"off_peak_pricing": {**block, "weekday_timezone": zone}})
