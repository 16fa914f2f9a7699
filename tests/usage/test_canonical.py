"""Canonical records: checked for their form, with the quantities as written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .helpers import SAMPLES, one_record, one_rejected, outcomes, records


def canonical(text: str = '{"input": 10}', more: str = "") -> str:
    return f'{{"model": "claude-opus-4-7", "at": "2026-04-17", "usage": {text}{more}}}'


def test_everything_at_the_top_that_is_not_its_own_is_a_dimension() -> None:
    found = one_record(canonical(more=', "speed": "fast", "planet": "mars", "id": "r-1"'))
    (part,) = found.parts
    assert (part.model, part.at, part.kind, part.sides) == (
        "claude-opus-4-7",
        "2026-04-17",
        "single",
        (),
    )
    assert part.dimensions == {"speed": "fast", "planet": "mars"}
    assert (found.format, found.place.id) == ("canonical", "r-1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("0.10", Decimal("0.10")),
        ("1e3", Decimal("1e3")),
        ('"90 minutes"', "90 minutes"),
        ('["90 minutes", 2, 0.5]', ["90 minutes", 2, Decimal("0.5")]),
        ("[]", []),
    ],
)
def test_quantities_are_passed_on_as_written(text: str, value: object) -> None:
    (part,) = one_record(canonical(f'{{"any_meter": {text}}}')).parts
    assert part.usage == {"any_meter": value}
    assert type(part.usage["any_meter"]) is type(value)
    assert str(part.usage["any_meter"]) == str(value)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("true", "wrong_type", "`usage.input` is true or false, not a quantity"),
        ("null", "wrong_type", "`usage.input` is null, not a quantity"),
        ("{}", "wrong_type", "`usage.input` is an object, not a quantity"),
        ("[[1]]", "wrong_type", "`usage.input[0]` is a list, not a quantity"),
        ("[1, null]", "wrong_type", "`usage.input[1]` is null, not a quantity"),
        (
            "1e999999999",
            "too_large",
            "`usage.input` is `1E+999999999`, out of the range of quantities",
        ),
        (
            "1e-999999999",
            "too_large",
            "`usage.input` is `1E-999999999`, out of the range of quantities",
        ),
        (
            "0e999999999",
            "too_large",
            "`usage.input` is `0E+999999999`, out of the range of quantities",
        ),
        (
            "9" * 100,
            "too_large",
            "`usage.input` is an integer of more than 30 digits, out of the range of quantities",
        ),
        (
            "9" * 5000,
            "too_large",
            f"`usage.input` is `{'9' * 60}…`, out of the range of quantities",
        ),
        (
            "0." + "1" * 50,
            "too_large",
            f"`usage.input` is `0.{'1' * 50}`, out of the range of quantities",
        ),
        ("NaN", "bad_number", "`NaN` is not a number that JSON has"),
    ],
)
def test_what_is_no_quantity_is_named(text: str, code: str, message: str) -> None:
    fault = one_rejected(canonical(f'{{"input": {text}}}'))
    assert (fault.code, fault.message) == (code, message)
    assert fault.place.line == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (', "speed": null', "`speed` is null, not a string"),
        (', "speed": 1', "`speed` is a number, not a string"),
        (', "choices": []', "`choices` is a list, not a string"),
        (', "record": "many"', "`record` is `many`"),
        (', "each": ["prompt over 200000"]', "`each` applies only to a sum of requests"),
        (', "record": "sum", "each": [1]', "`each[0]` is a number, not a string"),
        (', "record": "sum", "each": 1', "`each` is a number, not a list of strings"),
    ],
)
def test_a_key_of_another_form_is_named(more: str, message: str) -> None:
    assert one_rejected(canonical(more=more)).message == message


@pytest.mark.parametrize("key", ["model", "at"])
def test_the_model_and_the_date_are_text_or_left_out(key: str) -> None:
    assert (
        one_rejected({"usage": {"input": 1}, key: 4}).message
        == f"`{key}` is a number, not a string"
    )
    assert getattr(one_record({"usage": {"input": 1}, key: None}).parts[0], key) is None
    assert getattr(one_record({"usage": {"input": 1}}).parts[0], key) is None


@pytest.mark.parametrize("sides", ['["prompt over 200000"]', '"prompt over 200000"'])
def test_a_sum_may_say_which_side_its_requests_are_on(sides: str) -> None:
    (part,) = one_record(canonical(more=f', "record": "sum", "each": {sides}')).parts
    assert (part.kind, part.sides) == ("sum", ("prompt over 200000",))


def test_usage_must_be_an_object() -> None:
    assert one_rejected({"model": "m", "usage": [1]}).message == "`usage` is a list, not an object"
    assert one_rejected({"model": "m"}, "canonical").message == "`usage` is missing"


def test_the_worked_examples_of_the_pricing_page() -> None:
    """One hour of a session at 0.08, input at 5,
    reads at 0.50 and output at 25 per million tokens.
    """
    text = (SAMPLES / "requests.jsonl").read_text(encoding="utf-8")
    found = {record.place.id: record.parts[0] for record in records(outcomes(text))}
    rates = {"input": Decimal(5), "cache_read": Decimal("0.5"), "output": Decimal(25)}
    for name, total in (("agent-session", "0.705"), ("agent-session-cached", "0.525")):
        part = found[name]
        assert (part.model, part.at, part.dimensions) == (
            "claude-opus-4-7",
            "2026-04-17",
            {"surface": "managed_agents"},
        )
        tokens = {
            meter: Decimal(str(number))
            for meter, number in part.usage.items()
            if meter != "session_time"
        }
        assert part.usage["session_time"] == 1
        amount = (
            sum((number * rates[meter] for meter, number in tokens.items()), Decimal(0)) / 1_000_000
        )
        assert amount + Decimal("0.08") == Decimal(total)
    assert found["code-execution"].usage["code_execution"] == ["90 minutes", "2 minutes"]


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_dimension_says_nothing(blank: str) -> None:
    assert one_record(canonical(more=f', "speed": "{blank}"')).parts[0].dimensions == {}
