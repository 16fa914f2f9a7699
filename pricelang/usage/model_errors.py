"""The errors of ids that do not say a model of the book: what is known of them, and what to do."""

from __future__ import annotations

from pricelang.model.errors import BadRequest, UnknownName
from pricelang.present.arguments import spoken
from pricelang.present.text import shown
from pricelang.usage.bedrock_ids import Named


def opaque(id: str | None) -> BadRequest:
    """The error of an id that does not say which model it is."""
    return BadRequest(
        "opaque_model",
        f"`{shown(id, 200)}` does not say which model it is",
        help=spoken(
            f"name it with `--model`, or map it: `--models '{shown(id, 200)}=MODEL'` or a file of "
            "them",
            "give the name of the model, such as `claude-opus-5`",
        ),
    )


def priced_elsewhere(id: str, said: Named, model: str) -> UnknownName:
    """The error of an id whose seller, or a piece of which, may have a price of its own."""
    reason = (
        f"{said.seller} sells it at prices of its own"
        if said.seller
        else f"`{shown(said.odd)}` is not known, and may have a price of its own"
    )
    return UnknownName(
        "unknown_model",
        f"unknown model `{shown(id, 200)}`: {reason}",
        help=f"where the list price holds, name `{model}`"
        + spoken(f", or map the id: `--models '{shown(id, 200)}={model}'`", ""),
    )
