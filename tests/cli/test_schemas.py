"""The schemas of what commands print: each command has one, they are tight, and they are true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from jsonschema import Draft202012Validator

from pricelang.apps.drift.difference import DifferenceKind
from pricelang.apps.output_schemas import SCHEMAS, schema_of
from pricelang.apps.quote.model import CountedBy
from pricelang.apps.reconcile.join import STATUSES
from pricelang.cli.group import main
from pricelang.model.rule_kinds import KINDS
from pricelang.verify.against.standing import Standing
from pricelang.verify.dead_zones import Way
from pricelang.verify.derived_meters import StackingKind
from pricelang.verify.diff.change import ChangeKind
from pricelang.verify.extremes import End
from pricelang.verify.stacking import MeetingKind
from pricelang.verify.unsaid import UnusedKind
from tests.cli.helpers import ROOT, run

Part = dict[str, Any]


def parts(schema: Part, path: str = "") -> Iterator[tuple[str, Part]]:
    """Each schema inside of a schema, with its path."""
    yield path, schema
    inner = [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items()]
    inner += [(f"|{number}", one) for number, one in enumerate(schema.get("oneOf", ()))]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            inner.append((key, schema[key]))
    for name, one in inner:
        yield from parts(one, f"{path}/{name}")


def test_each_command_that_prints_json_has_a_schema() -> None:
    context = click.Context(main)
    printing = {
        name
        for name in main.list_commands(context)
        for option in main.get_command(context, name).params  # type: ignore[union-attr]
        if "--json" in option.opts
    }
    assert printing == set(SCHEMAS)


@pytest.mark.parametrize("command", SCHEMAS)
def test_a_schema_is_tight(command: str) -> None:
    schema = schema_of(command)
    Draft202012Validator.check_schema(schema)
    for path, part in parts(schema):
        said = part.keys() - {"description", "title", "$schema", "$defs"}
        assert said, f"{path} allows anything"
        types = part.get("type", ())
        types = [types] if isinstance(types, str) else types
        if "array" in types:
            assert "items" in part, f"{path} is a list of anything"
        if "object" in types:
            more = part["additionalProperties"]
            free = more is not False and "propertyNames" not in part
            assert not free or "by" in part["description"], f"{path} has any key"
        assert types != ["null"] or path.count("|"), f"{path} is always null"


def enums(command: str) -> set[tuple[str, ...]]:
    return {tuple(part["enum"]) for _, part in parts(schema_of(command)) if "enum" in part}


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("test", KINDS),
        ("diff", get_args(ChangeKind)),
        ("drift", get_args(DifferenceKind)),
        ("quote", get_args(CountedBy)),
        ("reconcile", STATUSES),
        *(
            ("audit", get_args(one))
            for one in (MeetingKind, Standing, Way, StackingKind, End, UnusedKind)
        ),
    ],
)
def test_the_words_of_a_schema_are_those_of_the_program(
    command: str, kind: tuple[str, ...]
) -> None:
    assert tuple(kind) in enums(command)


CACHED = (
    '{"model": "claude-opus-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": '
    '[{"type": "text", "text": "%s", "cache_control": {"type": "ephemeral"}}]}]}\n'
    % ("word " * 9000)
)
OURS = """
book ours in EUR
unit MTok is 1,000,000 tokens
meter input, output in tokens
models
  | model | released   |
  | alpha | 2026-01-01 |
rates per MTok
  | model | from       | input | output |
  | alpha | 2026-01-01 | €4    | €20    |
tiers volume
  counts tokens per organization per month, all units
  standard
  large after 1,000 MTok
multiplier vol "Vol"
  20% off tokens when volume is large
figures sizes in tokens
  | plan | from       | window  |
  | own  | 2026-01-01 | 200,000 |
example "one"
  given alpha at 2026-05-02
  uses 1,000,000 input
  costs €5
"""


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("quote - --json", "later_call"),
        ("quote - --json --rate 10/min", "limits"),
        ("check nothing.price --json", ""),
        ("check broken.price --json", "edits"),
        ("test ours.price --json --coverage", "coverage"),
        ("audit ours.price --json --tiers --dead --order --stacking --extremes", "dead_from"),
        ("diff ours.price dearer.price --json --usage usage.jsonl --requests 1", "on_or_after"),
        ("figures --book ours.price --json", '"plan": "own"'),
        ("breakeven --book ours.price --json", "tiers"),
        ("workload --model alpha --input 9M --per-day 90 --book ours.price --json", "since"),
        ("invoice usage.jsonl --book ours.price --by hour --json", "hour"),
        ("report usage.jsonl --book ours.price --by hour --json", "hour"),
        ("compare usage.jsonl --book ours.price --json", "errors"),
        ("focus-check usage.jsonl --json", "column"),
    ],
)
def test_what_is_printed_is_as_the_schema_says(
    line: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    usage = '{"model": "alpha", "at": "2026-05-02T03:00:00Z", "usage": {"input": 1000000}}\n'
    texts = {
        "ours.price": OURS,
        "dearer.price": OURS.replace("€4 ", "€5 "),
        "broken.price": OURS.replace("20% off tokens", "20% off tokns"),
        "usage.jsonl": usage + "nothing\n" + usage.replace("alpha", "beta"),
    }
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    found = run(*line.split(), stdin=CACHED)  # which holds it against the schema
    assert wanted in found.stdout


def test_a_float_is_no_amount() -> None:
    bill = {"total": "0.5", "currency": "USD", "lines": [], "notes": []}
    validator = Draft202012Validator(schema_of("price"))
    assert validator.is_valid(bill)
    for wrong in (0.5, "0.5e1", "1,000"):
        assert not validator.is_valid({**bill, "total": wrong})
    assert not validator.is_valid({**bill, "totl": "0.5"})


def test_the_sample_of_a_reconciliation_that_differs_is_as_its_schema_says() -> None:
    folder = ROOT / "samples" / "reconcile"
    run("reconcile", str(folder / "usage.json"), str(folder / "cost_wrong.json"), "--json")
