"""The tokens of a prompt, part by part, estimated by the book's figures,
and what is added beside its own text.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from attrs import field, frozen

from pricelang.apps.quote.figures import Found, ModelFigures
from pricelang.apps.quote.model import NOTHING, Overhead, Range, same
from pricelang.apps.quote.parts import Body, PromptPart, fault
from pricelang.apps.quote.text import Rules, rules_of
from pricelang.apps.quote.tools import SERVER_TOOLS
from pricelang.model.notes import Note


@frozen
class Piece:
    """The tokens of one part, and the TTL of the breakpoint behind it, or None."""

    path: str
    tokens: Range
    cache: str | None = None


@frozen
class Prompt:
    """A prompt that was estimated:
    pieces in order, overheads (which are among the pieces), and notes.
    """

    pieces: tuple[Piece, ...]
    overheads: tuple[Overhead, ...]
    notes: tuple[Note, ...]

    @property
    def total(self) -> Range:
        """The tokens of the whole prompt."""
        return sum((piece.tokens for piece in self.pieces), NOTHING)


@frozen(eq=False)
class _Counter:
    figures: ModelFigures
    rules: Rules
    model: str
    overheads: list[Overhead] = field(factory=list)
    notes: list[Note] = field(factory=list)

    def add(self, name: str, tokens: Range, source: str | None) -> Range:
        """Adds an overhead, to the one of the same name where there is one."""
        for n, known in enumerate(self.overheads):
            if known.name == name:
                self.overheads[n] = Overhead(name, known.tokens + tokens, source)
                return tokens
        self.overheads.append(Overhead(name, tokens, source))
        return tokens

    def of_model(self, name: str, table: str, column: str, last: str | None = None) -> Range:
        """An overhead out of a table of models; `last` is the column of its upper end.
        One that is unknown lies between nothing and the largest of the table, and a note says so.
        """
        row = self.figures.of_model(table)
        if row is not None and column in row.values:
            low, high = row[column], row[last or column]
            return self.add(
                name, Range(int(low), ((low + high) / 2).__ceil__(), int(high)), row.place
            )
        most = self.figures.most(table, last or column)
        note = f"the book has no figure of {name} for `{self.model}` on this day"
        if most is None:
            self.notes.append(Note("not_counted", f"{note}: not counted"))
            return NOTHING
        bound = int(most[last or column])
        self.notes.append(
            Note("assumed", f"{note}: between 0 and {bound}, the most that another model has")
        )
        return self.add(name, Range(0, bound, bound), most.place)

    def frame(self, name: str) -> Range:
        """What stands around the text: of the `request`, a `message`, or `thinking`."""
        row = self.figures.row_or_first("framing", name)
        if row is None:
            return NOTHING
        return self.add(
            "framing" if name != "thinking" else "thinking",
            Range(int(row["fewest"]), int(row["about"]), int(row["most"])),
            row.place,
        )


def estimate(body: Body, figures: ModelFigures) -> Prompt:
    """The tokens of a request's prompt by the figures of a book. Raises `QuoteError`."""
    model = figures.book.models[figures.model].name
    counter = _Counter(figures, rules_of(figures), model)
    pieces = [Piece("the request", counter.frame("request"))]
    if body.thinking:
        pieces.append(Piece("thinking", counter.frame("thinking")))
    if body.tools:
        column = "auto_or_none" if body.tool_choice in ("auto", "none") else "any_or_tool"
        pieces.append(Piece("tools", counter.of_model("tool_prompt", "tool_prompt", column)))
        if any(tool.family == "computer" for tool in body.tools):
            pieces.append(
                Piece(
                    "tools",
                    counter.of_model(
                        "computer_prompt",
                        "client_tools",
                        "computer_prompt_low",
                        "computer_prompt_high",
                    ),
                )
            )
    pieces += [Piece(part.path, _tokens(part, counter), part.cache) for part in body.parts]
    return Prompt(
        tuple(pieces), tuple(counter.overheads), (*counter.notes, *_server_tools(body, figures))
    )


def _tokens(part: PromptPart, counter: _Counter) -> Range:
    figures = counter.figures
    match part.kind:
        case "text" | "custom":
            return counter.rules.tokens(part.text)
        case "hidden":
            found = counter.rules.tokens(part.text)
            return Range(0, found.expected, found.high)
        case "message":
            return counter.frame("message")
        case "thinking":
            return _thinking(part, counter)
        case "image":
            return image_tokens(part.size, figures, part.path)
        case "pdf":
            return _pdf(part, figures)
        case "bash":
            return counter.of_model("bash_tool", "bash_tool", "added")
        case "text_editor":
            return counter.of_model("text_editor", "client_tools", "text_editor")
        case "computer":
            return counter.of_model("computer_tool", "client_tools", "computer_tool")
        case (
            "memory"
            | "web_search"
            | "web_fetch"
            | "code_execution"
            | "tool_search"
            | "mcp"
            | "advisor"
        ):
            text = f"what the definition of {part.kind} adds is not published, and not counted"
            counter.notes.append(Note("not_counted", f"`{part.path}`: {text}"))
            return NOTHING
        case _:
            assert_never(part.kind)


def _thinking(part: PromptPart, counter: _Counter) -> Range:
    row = counter.figures.row_or_first("thinking_blocks", "current" if part.current else "earlier")
    share = row["counted"] if row is not None else Fraction(1)
    if not share:
        counter.notes.append(
            Note("not_counted", f"`{part.path}`: thinking of an earlier turn is not counted")
        )
    tokens = counter.rules.tokens(part.text)
    return Range(0, (tokens.expected * share).__ceil__(), (tokens.high * share).__ceil__())


# ---- images and PDFs -----------------------------------------------------------------------------


def image_tokens(size: tuple[int, int], figures: ModelFigures, path: str) -> Range:
    """The tokens of an image of a size in pixels, scaled down to what the model takes.
    Raises `QuoteError`.

    The formula is that of the day (`image_pixels_per_token`): an area divided, or squares begun.
    """
    rule, cap, spread = (
        figures.latest("image_pixels_per_token"),
        figures.of_model("image_cap"),
        figures.row("image_spread", "any"),
    )
    if rule is None or cap is None or spread is None:
        raise fault(
            "no_figures",
            path,
            "is an image, and the book has no figures of images for this model on this day",
            "give the tokens of the whole prompt with `--tokens`",
        )
    most = cap["at_most_per_image"]
    scale = min(Fraction(1), _edge(figures, most) / max(size))
    expected = _within(size, scale, rule, most)
    return Range(
        (expected * spread["fewest"]).__floor__(), expected, (expected * spread["most"]).__ceil__()
    )


def _edge(figures: ModelFigures, most: Fraction) -> Fraction:
    """The longer edge that goes with the most tokens of an image."""
    edges = [
        row["at_most"] for row in figures.rows("image_edge").values() if row["of_tokens"] == most
    ]
    return edges[0] if edges else most


def _within(size: tuple[int, int], scale: Fraction, rule: Found, most: Fraction) -> int:
    """The tokens of a size at a scale, or the cap where it would have more:
    it is scaled until it has not.
    """
    width, height = size[0] * scale, size[1] * scale
    if rule.label.startswith("squares_of_"):
        edge = int(rule.label.removeprefix("squares_of_"))
        tokens = max(1, (width / edge).__ceil__()) * max(1, (height / edge).__ceil__())
    else:
        tokens = max(1, (width * height / rule["pixels"]).__ceil__())
    return min(tokens, int(most))


def _pdf(part: PromptPart, figures: ModelFigures) -> Range:
    page, cap = figures.row("pdf_page", "any"), figures.of_model("image_cap")
    if page is None or cap is None:
        raise fault(
            "no_figures",
            part.path,
            "is a PDF, and the book has no figures of PDFs for this model on this day",
            "give the tokens of the whole prompt with `--tokens`",
        )
    low, high = page["fewest"], page["most"]
    image = page["images"] * cap["at_most_per_image"]
    return Range(
        int(low * part.pages),
        ((low + high) / 2 * part.pages).__ceil__(),
        int((high + image) * part.pages),
    )


def _server_tools(body: Body, figures: ModelFigures) -> Iterator[Note]:
    calls = figures.row_or_first("sampling_calls", "server_tools")
    if calls is not None and any(tool.family in SERVER_TOOLS for tool in body.tools):
        named = "the first call" if calls["counted"] == 1 else f"the first {calls['counted']} calls"
        yield Note(
            "not_counted",
            f"server tools are counted for {named} of the model alone: what they find is "
            "input of the calls after it, "
            "and not in the range",
        )


def given_tokens(prompt: Prompt, tokens: int) -> Prompt:
    """The prompt with a number of tokens that is known,
    shared out among its pieces as they were estimated.
    """
    weights = [Fraction(piece.tokens.expected) for piece in prompt.pieces]
    whole = sum(weights) or Fraction(1)
    pieces, done, before = [], Fraction(0), 0
    for piece, weight in zip(prompt.pieces, weights, strict=True):
        done += weight
        reached = tokens if piece is prompt.pieces[-1] else (tokens * done / whole).__floor__()
        pieces.append(Piece(piece.path, same(reached - before), piece.cache))
        before = reached
    notes = list(prompt.notes)
    if any(piece.cache for piece in prompt.pieces):
        notes.append(
            Note(
                "assumed",
                "the tokens are known as a whole; how many of them stand before each "
                "`cache_control` is an estimate",
            )
        )
    return Prompt(tuple(pieces), prompt.overheads, tuple(notes))
