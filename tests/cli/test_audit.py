"""`pricelang audit`:
any sections in any form, nothing that was asked for left out, and every model by name.
"""

from __future__ import annotations

import itertools
import json

import pytest

from pricelang.apps.audit_report.sections import SECTIONS
from tests.cli.helpers import SAMPLES, run

EXTRAS, DEAL = "tests/specimens/extras.price", "tests/cli/books/deal.price"


@pytest.mark.parametrize(
    "names", [names for size in (1, 2) for names in itertools.combinations(SECTIONS, size)]
)
def test_sections_compose_in_every_form(names: tuple[str, ...]) -> None:
    flags = [f"--{name}" for name in names]
    assert set(json.loads(run("audit", DEAL, *flags, "--json").output)) >= set(names)
    others = [section.title for name, section in SECTIONS.items() if name not in names]
    for form in ([], ["--markdown"]):
        text = run("audit", DEAL, *flags, *form).output
        assert not any(title in text.split("\n") or f"## {title}" in text for title in others)
        if len(names) > 1 or form:
            assert all(SECTIONS[name].title in text for name in names)


def test_everything_is_in_the_forms_where_no_section_is_asked_for() -> None:
    tiers = str(SAMPLES / "tiers" / "contract.price")
    assert set(json.loads(run("audit", tiers, "--json").output)) >= set(SECTIONS)
    assert set(json.loads(run("audit", DEAL, "--json").output)) >= set(SECTIONS) - {"tiers"}
    assert set(json.loads(run("audit", "--json").output)) >= set(SECTIONS) - {"contract", "tiers"}
    text = run("audit", DEAL, "--markdown").output
    assert all(f"## {one.title}" in text for name, one in SECTIONS.items() if name != "tiers")


def test_an_order_that_matters_is_shown_with_its_request_in_every_form() -> None:
    for form in ([], ["--markdown"]):
        text = run("audit", EXTRAS, "--stacking", *form).output
        assert "order matters" in text
        assert "with `night` and `priority_fee` changed about" in text
        assert '"service_tier": "priority"' in text


def test_each_modifier_names_its_models_days_and_values() -> None:
    (fast,) = [
        line for line in run("audit", "--stacking").output.split("\n") if line.startswith("fast: ")
    ]
    assert "claude-opus-4-6, claude-opus-4-7" in fast
    assert "from 2026-02-07" in fast
    assert "platform api" in fast
    folded, long = (
        next(
            line
            for line in run("audit", "--stacking", *more).output.split("\n")
            if line.startswith("batch: ")
        )
        for more in ((), ("--verbose",))
    )
    assert "claude-3-opus-20240229" in folded
    assert "(`--verbose` names them)" in folded
    assert long.count("claude-") > 20
    reached = {
        found["name"]: found
        for found in json.loads(run("audit", "--stacking", "--json").output)["reach"]
    }
    (row,) = [
        line
        for line in run("audit", "--stacking", "--markdown").output.split("\n")
        if line.startswith("| `batch` |")
    ]
    assert all(model in row and model in long for model in reached["batch"]["models"])


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--json", "--markdown"], "cannot be combined"),
        (["--html", "x.html", "--order"], "leave out `--order`"),
        (["--html", "x.html", "--json"], "cannot be combined"),
        (["--at", "2026-01-01"], "needs `--html`"),
        (["--contract"], "extends no book"),
    ],
)
def test_what_does_not_go_together_is_said(flags: list[str], said: str) -> None:
    result = run("audit", *flags)
    assert result.exit_code == 2
    assert said in result.output
