"""What a book says of most models and not of one: a row in a table of figures, an example."""

from __future__ import annotations

from collections.abc import Iterable

from pricelang.check.draft import Draft, span_of
from pricelang.model import book as m
from pricelang.model.families import Families
from pricelang.syntax import tree as t
from pricelang.syntax.diagnostics import Span

Rows = dict[str, tuple[Span, set[str]]]


def check_holes(draft: Draft, examples: Iterable[m.Example]) -> None:
    """Warns of each model that lacks what the others of its kind have."""
    for table, (span, rows) in _tables_of_models(draft).items():
        first = min(
            (model.released for model in draft.space.models if model.name in rows), default=None
        )
        for model in draft.space.models:
            if first is not None and model.released >= first and model.name not in rows:
                draft.fault(
                    "no_figure",
                    f"`{model.name}` has no row in figures `{table}`, which has models "
                    "released before it or with it",
                    span_of(model.origin),
                    "add one, with `not offered` where no figure is known",
                    (span, "the table"),
                    severity="warning",
                )
    if len(draft.layers) == 1:
        _check_examples(draft, {example.model for example in examples})


def _tables_of_models(draft: Draft) -> Rows:
    """The tables of figures whose rows are models:
    where each begins, and the models that it speaks of.
    """
    found: Rows = {}
    for _, statement in draft.statements(t.Figures):
        key = statement.table.header.cells[0].value
        if isinstance(key, t.Name) and key.text == "model":
            _, rows = found.setdefault(statement.name.text, (statement.span, set()))
            rows |= {
                row.cells[0].value.text
                for row in statement.table.rows
                if isinstance(row.cells[0].value, t.Name)
            }
    return found


def _check_examples(draft: Draft, given: set[str]) -> None:
    """Warns of models that no example asks for, where a book has examples at all;
    a contract's speak of what it changes.
    """
    named = given | {
        draft.space.models[alias.model].name for alias in draft.aliases if alias.name in given
    }
    families = Families(draft.aliases, [model.name for model in draft.space.models])
    named |= {model for id in given for model in families.models_of(id)}
    for model in draft.space.models if given else ():
        if model.name not in named:
            draft.fault(
                "no_example",
                f"no example of the book uses `{model.name}`",
                span_of(model.origin),
                "add one that costs what the page says",
                severity="warning",
            )
