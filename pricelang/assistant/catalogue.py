"""The tools as an assistant is told of them: what each takes and answers, as JSON Schemas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from pricelang.api import Book
from pricelang.apps.output_schemas import SHARED, standing_alone
from pricelang.assistant.tools import Tools

Schema = dict[str, Any]
_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}


@frozen(eq=False)
class BookTool:
    """A tool with its schemas; `answer` takes the arguments by name and returns JSON."""

    name: str
    title: str
    description: str
    takes: Schema
    answers: Schema
    answer: Callable[..., dict[str, Any]]


def tools_of(book: Book) -> tuple[BookTool, ...]:
    """The tools over a book, in the order in which they are listed."""
    tools = Tools(book)
    return (*_of_requests(book, tools), _of_models(tools), *_of_rules(tools))


def _of_requests(book: Book, tools: Tools) -> tuple[BookTool, ...]:
    """What requests cost, and why."""
    day = _day("when the request is sent, now unless given")
    model = {"type": "string", "description": "a model id; never guess one, ask `models`"}
    body = {"type": "object", "description": "the body, with its messages"}
    output = {**_COUNT, "description": "the expected tokens of the answer"}
    request = {"model": model, "usage": _usage(book), "at": day, "dimensions": _dimensions(book)}
    needed = ("model", "usage")
    strict = {"type": "boolean", "description": "refuse an amount that has a warning"}
    return (
        BookTool(
            "price",
            "Price a request",
            "The exact cost of one request, with a line for each meter, the rules behind it, and "
            "notes. Amounts are decimal strings.",
            _object({**request, "strict": strict}, needed),
            _shared("bill"),
            tools.price,
        ),
        BookTool(
            "explain",
            "Explain a price",
            "Why a request costs what it does: each amount as its formula, with the file and line "
            "of each rule and the page that it is from.",
            _object(request, needed),
            _object({"explanation": _TEXT}, ("explanation",)),
            tools.explain,
        ),
        BookTool(
            "quote",
            "Quote a request",
            "What a request body of the Messages API will cost before it is sent: low, expected "
            "and high, with what each part adds. Nothing is sent anywhere.",
            _object({"request": body, "at": day, "output": output}, ("request",)),
            _shared("quote"),
            tools.quote,
        ),
    )


def _of_models(tools: Tools) -> BookTool:
    """Which models there are."""
    named = {**_TEXT, "description": "a part of the id or of an alias"}
    return BookTool(
        "models",
        "List models",
        "The models of the book, the newest first, with their dates and aliases.",
        _object({"at": _day("only those released by then"), "named": named}),
        _rows("models", _model()),
        tools.models,
    )


def _of_rules(tools: Tools) -> tuple[BookTool, ...]:
    """What is wrong with rules, holds of them, and changes with them."""
    sides = {
        "text": _rules("the new side"),
        "at": _day("the old side"),
        "other_at": _day("the new side"),
        "model": {**_TEXT, "description": "only what concerns this model"},
    }
    return (
        BookTool(
            "check",
            "Check rules",
            "Everything that is wrong with the text of a book, each fault with its place, a help "
            "and fixes. No faults: the book can be used.",
            _object({"text": {**_TEXT, "description": "the rules of a whole book"}}, ("text",)),
            _rows("faults", {"$ref": SHARED + "fault"}),
            tools.check,
        ),
        BookTool(
            "audit",
            "Audit claims",
            "How many claims of a book are proven over every request, and the others: broken, with "
            "a request that breaks it, or undecided.",
            _object({"text": _rules("of the book served unless given")}),
            _rows("claims", {"$ref": SHARED + "claim"}, proven=_COUNT),
            tools.audit,
        ),
        BookTool(
            "diff",
            "Compare prices",
            "What changes for whom: from the book served to the rules in `text`, or from the day "
            "`at` to the day `other_at`. Every request is compared.",
            _object(sides),
            _rows("changes", _object({"kind": _TEXT, "text": _TEXT}, ("kind", "text"))),
            tools.diff,
        ),
    )


def _usage(book: Book) -> Schema:
    """Quantities by meter, with the meters that the book has."""
    amount = {"type": ["integer", "number", "string"]}
    return {
        "type": "object",
        "description": 'quantities by meter, such as {"input": 1200}; "10 minutes" is one too',
        "properties": {one.name: {**amount, "description": one.unit} for one in book.meters},
        "additionalProperties": amount,
        "minProperties": 1,
    }


def _dimensions(book: Book) -> Schema:
    """Values by dimension, with those that the book has."""
    return {
        "type": "object",
        "description": "what a price depends on beside the model and the day",
        "properties": {
            one.name: {
                **_TEXT,
                "description": f"{', '.join(one.values)}; {one.default} unless given",
            }
            for one in book.dimensions
        },
        "additionalProperties": _TEXT,
    }


def _model() -> Schema:
    name, day = {"$ref": SHARED + "name"}, {"$ref": SHARED + "day"}
    ends = {"oneOf": [day, {"type": "null"}]}
    fields: dict[str, Schema] = {
        "name": name,
        "aliases": {"type": "array", "items": _TEXT},
        "released": day,
        "deprecated": ends,
        "retired": ends,
    }
    return _object(fields, tuple(fields))


def _rows(name: str, row: Schema, **beside: Schema) -> Schema:
    fields = {**beside, name: {"type": "array", "items": row}, "more": _COUNT}
    return standing_alone(_object(fields, tuple(fields)))


def _shared(name: str) -> Schema:
    """A shared definition as a schema whose root is an object, as the protocol wants it."""
    return {"type": "object", **standing_alone({"$ref": SHARED + name})}


def _object(fields: dict[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def _rules(what: str) -> Schema:
    return {**_TEXT, "description": f"the rules of a whole book; {what}"}


def _day(what: str) -> Schema:
    return {**_TEXT, "description": f"{what}: a day such as 2026-11-02, or an instant in UTC"}
