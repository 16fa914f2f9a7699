"""The installed packages beside the shipped book, and beside the book as it was on 2026-11-28 before
somebody looked: what a person found by hand.

The packages are read as they were released on that day: other releases may say other things, and
their tests are skipped. `pricelang drift` in `.ci/run` asks whatever is installed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import pricelang
from pricelang.api import Book
from pricelang.apps.drift.accepted import read_accepted
from pricelang.apps.drift.drift import DriftReport, drift_report
from pricelang.apps.drift.sources import PACKAGES, source_data
from pricelang.usage import model_ids, platforms

ROOT = Path(__file__).resolve().parents[3]
ACCEPTED = ROOT / "rules/anthropic/drift.toml"
AT = "2026-11-29"
BEFORE = "e594e1f"
"""The commit of the book before it was compared by hand."""
RELEASES = {"litellm": "1.110.2", "genai-prices": "0.2.3", "anthropic": "2.14.0"}


@pytest.fixture(scope="module", autouse=True)
def _releases() -> None:
    for name, expected in RELEASES.items():
        try:
            if version(name) == expected:
                continue
        except PackageNotFoundError:
            pass
        pytest.skip(f"the release of `{name}` is not {expected}")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("before")
    archive = subprocess.run(
        ["git", "archive", BEFORE, "rules/anthropic"], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip(f"the commit {BEFORE} is not in this repository")
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    return pricelang.load(folder / "rules/anthropic")


def report(book: Book, *sources: str) -> DriftReport:
    data = [source_data(book.checked, source) for source in sources]
    return drift_report(book, data, AT, read_accepted(ACCEPTED))


def told(found: DriftReport) -> Iterator[tuple[str, str, str]]:
    for each in found.new:
        yield each.kind, each.id, each.ours


def test_todays_book_differs_where_it_is_accepted() -> None:
    found = report(pricelang.load(), *PACKAGES)
    assert list(told(found)) == []
    assert [str(line) for line in found.unused] == []
    assert len(found.accepted) > 500


def test_the_book_before_lacks_what_a_person_found(before: Book) -> None:
    new = set(told(report(before, *PACKAGES)))
    mythos = {id for kind, id, _ in new if kind == "model" and "mythos-5-2" in id}
    assert "claude-mythos-5-2" in mythos
    gov = {id for _, id, ours in new if ours == "the book has no endpoint `govcloud`"}
    assert len(gov) > 40
    assert all("us-gov" in id for id in gov)
    ends = {(id, ours) for kind, id, ours in new if kind == "date"}
    assert ends == {("claude-opus-4-5", "no day"), ("claude-opus-4-5-20251101", "no day")}
    # fast mode on Foundry came with the platforms; no price of the book was another
    prices = {(id, ours) for kind, id, ours in new if kind == "price"}
    assert prices == {
        ("azure_ai/claude-opus-5-5-fast", "speed `fast` is not offered to this request")
    }
    assert {kind for kind, _, _ in new} == {"model", "price", "date"}
    assert len(new) == len(mythos) + len(gov) + len(ends) + len(prices)


@pytest.mark.parametrize("drops", [False, True])
def test_a_suffix_that_is_dropped_or_refused_is_found(
    monkeypatch: pytest.MonkeyPatch, drops: bool
) -> None:
    """`:batch`, which the reader of ids did not know before."""
    variants = {name: said for name, said in platforms._VARIANTS.items() if name != "batch"}
    monkeypatch.setattr(platforms, "_VARIANTS", {**variants, **({"batch": {}} if drops else {})})
    platforms.named.cache_clear()
    model_ids.model_ids_of.cache_clear()
    try:
        new = list(told(report(pricelang.load(), "genai-prices")))
    finally:
        platforms.named.cache_clear()
        model_ids.model_ids_of.cache_clear()
    batch = [(kind, id) for kind, id, _ in new if id.endswith(":batch")]
    assert {kind for kind, _ in batch} == {"price" if drops else "model"}
    assert ("price" if drops else "model", "anthropic/claude-opus-5.5:batch") in batch
    assert len(batch) == len(new)


def test_all_of_litellm_is_compared() -> None:
    assert report(pricelang.load(), "litellm").compared[0].prices > 2_000
