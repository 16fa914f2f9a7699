"""Days, months and years of time zones, and what a pass over records counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricelang.apps.reports.period import PERIODS, between, moment, period_of, turn_name, zone_of
from pricelang.apps.reports.tally import MAX_REASONS, Tally
from pricelang.model.errors import BadRequest
from pricelang.usage.records import Place, Rejected

BERLIN = zone_of("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "zone", "hours"),
    [
        ("2026-02", None, 28 * 24),
        ("2028-02", None, 29 * 24),
        ("2026", None, 365 * 24),
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-10-25", "Europe/Berlin", 25),
    ],
)
def test_lengths(text: str, zone: str | None, hours: int) -> None:
    found = period_of(text, zone_of(zone))
    assert found.start is not None
    assert found.end is not None
    assert found.end - found.start == hours * 3600
    assert (
        found.holds(found.start),
        found.holds(found.end - 1),
        found.holds(found.end),
        found.holds(found.start - 1),
    ) == (True, True, False, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26-05",
        "2026-00",
        "2026-02-30",
        "2026-5",
        "9999-12-32",
        "0000",
        "2026-05-01T00:00",
        "٢٠٢٦",
    ],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(BadRequest) as raised:
        period_of(text)
    assert raised.value.code == "bad_period"


def test_zones() -> None:
    assert (zone_of(None), zone_of("utc"), zone_of("local")) == (UTC, UTC, None)
    for name in ("Europe/Berln", "../etc/passwd", "x" * 300, "a\0b", ""):
        with pytest.raises(BadRequest) as raised:
            zone_of(name)
        assert raised.value.code == "bad_zone"
    assert moment("2026-05-01 12:00", None)[0] == 1777636800
    assert moment("0001-01-01T00:00:00Z", zone_of("America/New_York"))[1].year == 1
    assert moment("9999-12-31T23:59:59Z", BERLIN)[1].year == 9999


@given(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)), st.sampled_from(PERIODS))
def test_an_instant_is_in_the_period_that_names_it(time: datetime, period: str) -> None:
    text = time.replace(microsecond=0).isoformat() + "Z"
    seconds, local = moment(text, BERLIN)
    name = turn_name(local, period)
    start = datetime.fromisoformat(name)
    assert start <= local
    assert turn_name(start, period) == name
    longest = {"hour": 1, "day": 24, "week": 7 * 24, "month": 31 * 24, "year": 366 * 24}[period]
    assert local - start < timedelta(hours=longest)
    if period == "day":
        assert period_of(name, BERLIN).holds(seconds)
    limits = between(local.date().isoformat(), local.date().isoformat(), BERLIN)
    assert limits is not None
    assert limits.holds(seconds)


def test_reasons_are_kept_in_bounded_memory() -> None:
    tally = Tally()
    assert (
        list(
            tally.records(
                Rejected(Place("f", line), "bad", f"bad {line}")
                for line in range(MAX_REASONS + 500)
            )
        )
        == []
    )
    unpriced = tally.unpriced()
    assert tally.counts().refused == sum(one.rows for one in unpriced) == MAX_REASONS + 500
    assert len(unpriced) == MAX_REASONS + 1
    assert (unpriced[0].rows, unpriced[0].code) == (500, "other")
