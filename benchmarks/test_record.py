"""The small rows by pytest-benchmark, for a look at their spread:
`pytest -n0 benchmarks/test_record.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.record import calls


@pytest.mark.parametrize(
    ("name", "call"),
    [(name, call) for _, name, _, call in calls()],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_record(benchmark: Any, name: str, call: Callable[[], object]) -> None:
    benchmark.extra_info["what"] = name
    assert benchmark(call) is not None
