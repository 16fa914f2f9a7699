"""Model ids as they are met: each is read as what it is, or refused with what to do;
nothing in one is ever dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pricelang
from pricelang.model.errors import PriceError
from pricelang.model.notes import Note
from pricelang.present.arguments import as_flags
from pricelang.usage.bedrock_ids import Named
from pricelang.usage.model_ids import model_ids_of
from pricelang.usage.platforms import named

BOOK = pricelang.load()
AT = "2026-11-20"
BEDROCK, VERTEX, FOUNDRY = {"platform": "bedrock"}, {"platform": "vertex"}, {"platform": "foundry"}
REGIONAL, GOVCLOUD = {**BEDROCK, "endpoint": "regional"}, {**BEDROCK, "endpoint": "govcloud"}
SONNET_4_5 = "claude-sonnet-4-5-20250929"

READ: list[tuple[str, str, dict[str, str]]] = [
    # Foundry's undated names, dated copies of undated ids, the version before the family, points
    ("claude-opus-4", "claude-opus-4-20250514", {}),
    ("claude-sonnet-4", "claude-sonnet-4-20250514", {}),
    ("claude-3-5-sonnet", "claude-3-5-sonnet-20241022", {}),
    ("claude-3-5-haiku", "claude-3-5-haiku-20241022", {}),
    ("claude-3-7-sonnet", "claude-3-7-sonnet-20250219", {}),
    ("claude-opus-4-6-20260205", "claude-opus-4-6", {}),
    ("claude-opus-4-7-20260416", "claude-opus-4-7", {}),
    ("claude-4-opus-20250514", "claude-opus-4-20250514", {}),
    ("claude-4-sonnet-20250514", "claude-sonnet-4-20250514", {}),
    ("claude-opus-4.6", "claude-opus-4-6", {}),
    ("claude-3.7-sonnet", "claude-3-7-sonnet-20250219", {}),
    ("claude-3-haiku-48k-20240307", "claude-3-haiku-20240307", {}),
    ("claude-3-haiku-20240307:200k", "claude-3-haiku-20240307", {}),
    ("claude-opus-5[1m]", "claude-opus-5", {}),
    ("claude-opus-5[1M]", "claude-opus-5", {}),
    # Bedrock
    ("us.anthropic.claude-opus-5", "claude-opus-5", REGIONAL),
    ("us.anthropic.claude-opus-5[1m]", "claude-opus-5", REGIONAL),
    ("eu.anthropic.claude-opus-4-6-v1:0", "claude-opus-4-6", REGIONAL),
    (
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        SONNET_4_5,
        {**BEDROCK, "endpoint": "global"},
    ),
    ("bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET_4_5, REGIONAL),
    ("bedrock/us-east-1/us.anthropic.claude-opus-5", "claude-opus-5", REGIONAL),
    ("anthropic/bedrock/us.anthropic.claude-opus-5", "claude-opus-5", REGIONAL),
    ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET_4_5, GOVCLOUD),
    ("bedrock/us-gov-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET_4_5, GOVCLOUD),
    (
        "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
        SONNET_4_5,
        GOVCLOUD,
    ),
    (
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5",
        "claude-opus-5",
        REGIONAL,
    ),
    ("bedrock/claude_platform/claude-opus-5", "claude-opus-5", {"platform": "aws"}),
    ("bedrock/claude-opus-5", "claude-opus-5", BEDROCK),
    # Vertex AI
    ("claude-sonnet-4-5@20250929", SONNET_4_5, VERTEX),
    ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet-20241022", VERTEX),
    ("claude-opus-5@default", "claude-opus-5", VERTEX),
    ("vertex/claude-opus-5", "claude-opus-5", VERTEX),
    ("vertex_ai/claude-sonnet-4-5@20250929", SONNET_4_5, VERTEX),
    ("publishers/anthropic/models/claude-sonnet-4-5@20250929", SONNET_4_5, VERTEX),
    (
        "projects/p/locations/us-east5/publishers/anthropic/models/claude-opus-5",
        "claude-opus-5",
        {**VERTEX, "endpoint": "regional"},
    ),
    (
        "projects/p/locations/global/publishers/anthropic/models/claude-opus-5",
        "claude-opus-5",
        {**VERTEX, "endpoint": "global"},
    ),
    # Foundry
    ("azure/claude-opus-5", "claude-opus-5", FOUNDRY),
    ("azure_ai/claude-opus-5-5-fast", "claude-opus-5-5", {**FOUNDRY, "speed": "fast"}),
    # gateways
    ("anthropic:claude-opus-5", "claude-opus-5", {}),
    ("openrouter/anthropic/claude-opus-5.5", "claude-opus-5-5", {}),
    ("anthropic/claude-4.6-sonnet-20260217", "claude-sonnet-4-6", {}),
    ("anthropic/claude-4.5-sonnet-20250929", SONNET_4_5, {}),
    ("vercel_ai_gateway/anthropic/claude-opus-4.6", "claude-opus-4-6", {}),
    ("anthropic/claude-opus-5:batch", "claude-opus-5", {"service_tier": "batch"}),
    ("anthropic/claude-opus-5:thinking", "claude-opus-5", {}),
    ("anthropic/claude-3-haiku:beta", "claude-3-haiku-20240307", {}),
]
ONE_REGION = [
    ("anthropic.claude-opus-5", "claude-opus-5"),
    ("anthropic.claude-3-haiku-20240307-v1:0:48k", "claude-3-haiku-20240307"),
    ("anthropic.claude-v2:1", "claude-2.1"),
    ("anthropic.claude-instant-v1:2:100k", "claude-instant-1.2"),
    ("bedrock/us-east-1/anthropic.claude-sonnet-4-6", "claude-sonnet-4-6"),
    ("bedrock_mantle/anthropic.claude-haiku-4-5", "claude-haiku-4-5"),
]
REFUSED = [
    # variants of OpenRouter, prefixes and geographies that nobody knows
    ("anthropic/claude-opus-5:free", "`:free` is not known", "`claude-opus-5`"),
    ("anthropic/claude-opus-5:online", "`:online` is not known", "`claude-opus-5`"),
    ("claude-opus-5:nitro", "`:nitro` is not known", "`claude-opus-5`"),
    (
        "my-proxy/claude-opus-5",
        "`my-proxy/` is not known",
        "--models 'my-proxy/claude-opus-5=claude-opus-5'",
    ),
    ("mars.anthropic.claude-opus-5", "`mars.` is not known", "`claude-opus-5`"),
    (
        "bedrock/us-east-1/1-month-commitment/anthropic.claude-v2:1",
        "`1-month-commitment/` is not known",
        "`claude-2.1`",
    ),
    # who sells at prices of their own
    (
        "github_copilot/claude-opus-4.6",
        "GitHub Copilot sells it at prices of its own",
        "`claude-opus-4-6`",
    ),
    ("databricks-claude-sonnet-4", "Databricks sells it", "`claude-sonnet-4-20250514`"),
    ("databricks/databricks-claude-sonnet-4", "Databricks sells it", "`claude-sonnet-4-20250514`"),
    ("snowflake/claude-4-sonnet", "Snowflake sells it", "`claude-sonnet-4-20250514`"),
    ("replicate/anthropic/claude-4-sonnet", "Replicate sells it", "`claude-sonnet-4-20250514`"),
    ("perplexity/anthropic/claude-opus-5", "Perplexity sells it", "`claude-opus-5`"),
    # fast mode is a dimension; days and pieces that belong to no model
    (
        "claude-opus-5-fast",
        "fast mode is not a model but a dimension",
        "name `claude-opus-5` with `speed` `fast`",
    ),
    (
        "anthropic/claude-opus-4.8-fast",
        "fast mode is not a model but a dimension",
        "name `claude-opus-4-8` with `speed` `fast`",
    ),
    ("claude-opus-4-6-20260206", "no version of that day is known", "`claude-opus-4-6`"),
    ("claude-opus-5-turbo", "unknown model", "`claude-opus-5`"),
    ("claude-opus-5[2m]", "unknown model", "`claude-opus-5`"),
    ("us.anthropic.claude-opus-9", "unknown model", "`claude-opus-5`"),
    ("anthropic.claude-opus-4-6-v9:0", "unknown model", "`claude-opus-4-6`"),
    ("claude-sonnet-4-5-latest", "unknown model", "`claude-sonnet-4-5`"),
    ("openai/gpt-5", "unknown model", "pricelang models"),
]


@pytest.mark.parametrize(("id", "model", "dimensions"), READ, ids=[row[0] for row in READ])
def test_an_id_is_read(id: str, model: str, dimensions: dict[str, str]) -> None:
    meaning = model_ids_of(BOOK.checked).meaning(id)
    assert BOOK.rates.model_index(id, 1_790_000_000) == BOOK.rates.model_index(model, 1_790_000_000)
    assert (dict(meaning.dimensions), dict(meaning.likely)) == (dimensions, {})


@pytest.mark.parametrize(("id", "model"), ONE_REGION)
def test_an_id_of_bedrock_without_a_profile_is_of_one_region_unless_somebody_says_otherwise(
    id: str, model: str
) -> None:
    meaning = model_ids_of(BOOK.checked).meaning(id)
    assert (dict(meaning.dimensions), meaning.likely["endpoint"][0]) == (BEDROCK, "in_region")
    at, usage = AT, {"input": 1000}
    assert BOOK.total(model=id, at=at, usage=usage, endpoint="global") == BOOK.total(
        model=model, at=at, usage=usage, platform="bedrock", endpoint="global"
    )


@pytest.mark.parametrize(("id", "message", "help"), REFUSED, ids=[row[0] for row in REFUSED])
def test_an_id_is_refused_with_what_to_do(id: str, message: str, help: str) -> None:
    for ask in (
        lambda: BOOK.price(model=id, at=AT, usage={"input": 1}),
        lambda: BOOK.price_message(message_of(id), at=AT),
    ):
        with as_flags():
            error = refusal(ask)
            assert error.code == "unknown_model"
            assert message in error.message
            assert help in (error.help or "")


@pytest.mark.parametrize(
    ("id", "families"),
    [
        ("opus", 1),
        ("sonnet", 1),
        ("haiku", 1),
        ("fable", 1),
        ("best", 2),
        ("opusplan", 2),
        ("sonnet[1m]", 1),
    ],
)
def test_an_alias_that_moves_is_refused_and_says_what_it_stands_for(id: str, families: int) -> None:
    error = refusal(lambda: BOOK.price(model=id, at=AT, usage={"input": 1}))
    assert "moves from model to model" in error.message
    assert (error.help or "").count("`claude-") == families


@pytest.mark.parametrize(
    "id", ["azure/my-deployment", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x"]
)
def test_an_id_that_does_not_say_its_model_is_asked_for(id: str) -> None:
    assert refusal(lambda: BOOK.price(model=id, at=AT, usage={"input": 1})).code == "opaque_model"


def test_a_deployment_of_foundry_that_ends_in_fast_is_fast_mode() -> None:
    _, dimensions, _ = model_ids_of(BOOK.checked).asked("claude-opus-5-5-fast", FOUNDRY)
    assert dict(dimensions) == {**FOUNDRY, "speed": "fast"}


GEMINI = """
book google "Models of Google" in USD

unit MTok is 1,000,000 tokens
meter input in tokens

models
  | model          | released   |
  | gemini-3-pro   | 2026-01-01 |
  | gemini-3-flash | 2026-01-01 |

alias "gemini-3-flash-###" is gemini-3-flash

rates per MTok
  | model          | from       | input |
  | gemini-3-pro   | 2026-01-01 | $2    |
  | gemini-3-flash | 2026-01-01 | $1    |
"""


@pytest.mark.parametrize(
    ("id", "model", "dimensions"),
    [
        ("gemini-3-pro@default", "gemini-3-pro", VERTEX),
        ("gemini-3-pro@latest", "gemini-3-pro", VERTEX),
        ("gemini-3-flash@002", "gemini-3-flash", VERTEX),
        ("vertex_ai/gemini-3-flash-002", "gemini-3-flash", VERTEX),
        ("vertex_ai/gemini-3-pro@default", "gemini-3-pro", VERTEX),
        ("publishers/google/models/gemini-3-pro", "gemini-3-pro", VERTEX),
        (
            "projects/p/locations/eu/publishers/google/models/gemini-3-flash@001",
            "gemini-3-flash",
            {**VERTEX, "endpoint": "multi_region"},
        ),
        ("models/gemini-3-pro", "gemini-3-pro", {}),
    ],
)
def test_models_of_google(id: str, model: str, dimensions: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "google.price").write_text(GEMINI)
    meaning = model_ids_of(pricelang.load(tmp_path / "google.price").checked).meaning(id)
    assert (meaning.model, dict(meaning.dimensions)) == (model, dimensions)


@pytest.mark.parametrize("id", ["gemini-3-pro@20260101", "gemini-4@default", "models/gemini-4"])
def test_models_of_google_that_nobody_knows(id: str, tmp_path: Path) -> None:
    (tmp_path / "google.price").write_text(GEMINI)
    book = pricelang.load(tmp_path / "google.price")
    assert refusal(lambda: book.price(model=id, usage={"input": 1})).code == "unknown_model"


# ---- what a platform leaves unsaid ----


@pytest.mark.parametrize(
    "ask",
    [
        lambda: BOOK.price(model="claude-opus-5", at=AT, usage={"input": 1}, platform="bedrock"),
        lambda: BOOK.total(model="claude-opus-5", at=AT, usage={"input": 1}, platform="vertex"),
        lambda: BOOK.total(model="claude-opus-5@default", at=AT, usage={"input": 1}),
        lambda: BOOK.price_message(message_of("claude-opus-5"), at=AT, platform="bedrock"),
        lambda: BOOK.price_message({**message_of("claude-opus-5"), "id": "msg_vrtx_01"}, at=AT),
        lambda: BOOK.at(AT).total(model="claude-opus-5", usage={"input": 1}, platform="bedrock"),
    ],
)
def test_an_endpoint_is_asked_for_wherever_prices_depend_on_it(ask: Any) -> None:
    error = refusal(ask)
    assert (error.code, error.message) == (
        "unsaid",
        "the request does not say its `endpoint`, and its price may depend on it",
    )


@pytest.mark.parametrize("platform", ["api", "aws", "foundry"])
def test_other_platforms_leave_nothing_unsaid(platform: str) -> None:
    assert (
        BOOK.total(model="claude-opus-5", at=AT, usage={"input": 200_000}, platform=platform) == 1
    )


def test_an_id_and_a_request_that_differ_are_no_request() -> None:
    error = refusal(
        lambda: BOOK.total(
            model="us.anthropic.claude-opus-5", at=AT, usage={"input": 1}, endpoint="global"
        )
    )
    assert error.code == "contradiction"
    assert (
        error.message
        == "the id `us.anthropic.claude-opus-5` says endpoint `regional`, and the request says `global`"
    )


# ---- laws ----


@pytest.mark.parametrize("name", sorted(BOOK.names))
def test_a_name_of_the_book_is_what_it_is_behind_every_way_to_write_it(name: str) -> None:
    ids = model_ids_of(BOOK.checked)
    assert ids.meaning(name).model == name
    for id in (
        f"anthropic/{name}",
        f"openrouter/anthropic/{name}",
        f"{name}[1m]",
        f"vercel_ai_gateway/anthropic/{name}",
    ):
        assert (ids.meaning(id).model, dict(ids.meaning(id).dimensions)) == (name, {})


@pytest.mark.parametrize("name", [model.name for model in BOOK.checked.models])
@pytest.mark.parametrize(
    "form", ["{}-x", "{}:x", "x/{}", "x.{}", "{}@x", "{}[1m]x", "x-{}", "{}.x"]
)
def test_a_piece_that_is_not_known_is_never_dropped(name: str, form: str) -> None:
    assert (
        refusal(lambda: BOOK.price(model=form.format(name), at=AT, usage={"input": 1})).code
        == "unknown_model"
    )


def test_a_mark_of_a_long_window_is_noted_in_python_too() -> None:
    (note, *_) = BOOK.price(model="claude-opus-5[1M]", at=AT, usage={"input": 1}).notes
    assert note == Note(
        "long_context_mark",
        "`[1m]` left out of the model id `claude-opus-5[1M]`: it does not say how the requests were billed",
    )


def test_an_id_of_no_known_form_is_its_own_model() -> None:
    assert named("gpt-5") == Named("gpt-5")


def message_of(model: str) -> dict[str, Any]:
    """A Messages response of a model."""
    return {"type": "message", "model": model, "usage": {"input_tokens": 1, "output_tokens": 1}}


def refusal(ask: Any) -> PriceError:
    """The error that something raises."""
    with pytest.raises(PriceError) as caught:
        ask()
    return caught.value
