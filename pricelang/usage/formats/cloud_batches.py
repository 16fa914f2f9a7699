"""Lines that batch jobs of Amazon Bedrock, Vertex AI and OpenAI write, priced at the batch price.

- Bedrock: `{recordId, modelInput, modelOutput}`, with the message of the model or the answer of
  Converse as `modelOutput`; a line that failed has `error` in its place. The line does not say the
  endpoint, and an answer of Converse not its model. `manifest.json.out` repeats the sums.
- Vertex AI: `{custom_id?, request, response, status}`, with the message as `response`; `status`
  says what failed. The line does not say the location. A table of BigQuery has the same columns,
  and in its exports `request` and `response` are the texts of objects.
- OpenAI, Azure and Mistral: `{custom_id, response: {status_code, body}, error}`, with the response
  as `body`; a line that failed has an error there, or in place of the response.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from pricelang.model.notes import Note
from pricelang.usage.bedrock_ids import of_bedrock
from pricelang.usage.fields import is_object, optional_object, placed, require_object, shown, word
from pricelang.usage.formats.bedrock import converse_counts
from pricelang.usage.formats.gemini_counts import gemini_counters, is_gemini
from pricelang.usage.formats.messages import read_message
from pricelang.usage.io.json_text import Decoder, JsonFault
from pricelang.usage.records import Outcome, Part, Place, Record, Skipped, UsageError, within
from pricelang.usage.response_ids import RESPONSE, named

FORMAT = "cloud-batches"
_BATCH = {"service_tier": "batch"}
_MANIFEST = frozenset(("totalRecordCount", "processedRecordCount", "inputTokenCount"))


def known(value: Mapping[str, object]) -> bool:
    """Decides whether an object is a line of a job's output, or its manifest."""
    if "recordId" in value and ("modelOutput" in value or "error" in value):
        return True
    if set(value) >= _MANIFEST or _is_of_openai(value):
        return True
    request, status = value.get("request"), value.get("status")
    if isinstance(request, str):
        return isinstance(status, str) and "response" in value and request.strip()[:1] in ("", "{")
    # A call that is kept with its URL is no line of a job.
    return "status" in value and is_object(request) and "url" not in request


def outcomes(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    """The request of a line; nothing is billed for one that failed. Raises `UsageError`."""
    if set(value) >= _MANIFEST:
        return (Skipped(place, "the sums of a job, whose lines count"),)
    if _is_of_openai(value):
        return _of_openai(value, placed(place, value.get("custom_id")))
    if "request" in value:
        return (_of_vertex(value, placed(place, value.get("custom_id"))),)
    return (_of_bedrock(value, placed(place, value.get("recordId"))),)


def _is_of_openai(value: Mapping[str, object]) -> bool:
    response = value.get("response")
    if "custom_id" not in value or "error" not in value:
        return False
    if response is None:
        return is_object(value["error"]) and "response" in value
    return is_object(response) and "status_code" in response and "body" in response


def _of_openai(value: Mapping[str, object], place: Place) -> Iterable[Outcome]:
    from pricelang.usage.formats import openai

    response, error = optional_object(value, "response", ""), optional_object(value, "error", "")
    body = {} if response is None else require_object(response.get("body"), "response.body")
    error = error or optional_object(body, "error", "response.body")
    if error is not None:
        return (_failed(error.get("message") or error.get("code"), place),)
    if not openai.known(body):
        raise UsageError("unknown_record", "`response.body` is no response of the OpenAI API")
    ids = named(RESPONSE, body.get("id"))
    return [
        evolve(
            found,
            parts=tuple(
                evolve(part, dimensions={**part.dimensions, **_BATCH}) for part in found.parts
            ),
            place=place,
            format=FORMAT,
            ids=ids,
        )
        if isinstance(found, Record)
        else found
        for found in openai.outcomes(body, place)
    ]


def _of_bedrock(value: Mapping[str, object], place: Place) -> Record:
    error = optional_object(value, "error", "")
    output = optional_object(value, "modelOutput", "")
    if output is None:
        if error is None:
            raise UsageError("missing_key", "`modelOutput` is missing, and so is an error")
        return _failed(error.get("errorMessage") or error.get("errorCode"), place)
    notes: list[Note] = []
    usage = output.get("usage")
    if is_object(usage) and "inputTokens" in usage:
        counters = converse_counts(usage, notes)
        model = word(output.get("modelId", value.get("modelId")), "modelId")
        parts: tuple[Part, ...] = (Part(model, None, _BATCH, counters.meters()),)
    else:
        message = read_message(output, batch=True)
        parts, notes = message.parts, list(message.notes)
    said = [within(part, of_bedrock(part.model, None) | {"platform": "bedrock"}) for part in parts]
    ids = named(RESPONSE, output.get("id"))
    return Record(tuple(said), place, FORMAT, tuple(notes), ids=ids)


def _of_vertex(value: Mapping[str, object], place: Place) -> Outcome:
    response, status = _object_in(value, "response"), value.get("status")
    if response is None or not response:
        if status in ("", None):
            raise UsageError("missing_key", "`response` is missing, and `status` says no error")
        return _failed(status, place)
    at = word(value.get("processed_time"), "processed_time")
    if is_gemini(response):
        model = word(response.get("modelVersion"), "response.modelVersion")
        notes: list[Note] = []
        counters = gemini_counters(response["usageMetadata"], "response.usageMetadata", notes)
        part = Part(model, at, _BATCH, counters.meters())
        return Record((part,), place, FORMAT, tuple(notes))
    if is_object(response.get("error")) and "usage" not in response:
        return _failed(status or "error", place)
    message = read_message(response, at, batch=True)
    parts = tuple(within(part, {"platform": "vertex"}) for part in message.parts)
    ids = named(RESPONSE, response.get("id"))
    return Record(parts, place, FORMAT, message.notes, ids=ids)


def _object_in(value: Mapping[str, object], key: str) -> Mapping[str, object] | None:
    """The object under a key, also where a table has it as the text of one."""
    found = value.get(key)
    if isinstance(found, str):
        if not found.strip():
            return None
        try:
            found = Decoder().value(found)
        except JsonFault as fault:
            raise UsageError("bad_json", f"the text of `{key}` is {fault.message}") from None
    return None if found is None else require_object(found, key)


def _failed(reason: object, place: Place) -> Record:
    text = f"a line of a batch that failed is not billed: {shown(reason)}"
    return Record((), evolve(place), FORMAT, (Note("nothing_billed", text),))
