"""The guide beside a new book: the statements that most books need, in the order in which one
writes them.
"""

from __future__ import annotations

from attrs import frozen

from pricelang.present.markup import Html, element, join


@frozen
class GuideStep:
    """Something to write: what it is for, and its text. A `whole` one can stand at the end of any
    book as it is; another shows how lines that are there may look.
    """

    title: str
    told: str
    text: str
    whole: bool = True


LANGUAGE = "https://github.com/pricelang/pricelang/blob/main/docs/language.md"
STEPS = (
    GuideStep(
        "Name the book",
        "Every book begins with its name and its currency.",
        'book acme "Acme" in USD',
        whole=False,
    ),
    GuideStep(
        "Say what is counted",
        "A meter is what a request uses. Each one needs a column in a table of rates. A unit is "
        "what a price is for.",
        "unit MTok is 1,000,000 tokens\nmeter input, output, cache_read in tokens",
        whole=False,
    ),
    GuideStep(
        "List the models and their prices",
        "One row a model in both tables. A price holds from its day on: a new price is a new row.",
        """\
models
  | model | released   |
  | nano  | 2026-01-01 |
  | mega  | 2026-06-01 |

rates per MTok
  | model | from       | input | output | cache_read |
  | nano  | 2026-01-01 | $1    | $5     | $0.10      |
  | mega  | 2026-06-01 | $4    | $20    | $0.40      |""",
        whole=False,
    ),
    GuideStep(
        "Make some requests cheaper or dearer",
        "A dimension says how requests differ. A multiplier changes the prices of some of them: "
        "`50% off tokens`, or `x 2 on tokens`.",
        """\
dimension speed default standard
  standard, fast

multiplier fast "Fast mode"
  when speed is fast
  x 2 on tokens""",
    ),
    GuideStep(
        "Exclude what is not offered together",
        "Name two multipliers and the reason. A request that meets both has no price.",
        'exclude fast with batch because "fast mode is not offered in a batch"',
    ),
    GuideStep(
        "Keep an amount that you know",
        "An example fails as soon as it comes to anything else. The tab Price writes one of the "
        "request that it shows, one that is refused too.",
        """\
example "half a price"
  given nano at 2026-11-29, service_tier batch
  uses 1,000,000 input
  costs $0.50""",
        whole=False,
    ),
    GuideStep(
        "Claim what holds for every request",
        "A claim is proven, or broken by a request that is shown.",
        """\
claim fast never meets batch
claim more usage never costs less""",
    ),
)


def guide() -> Html:
    """The guide as the page shows it.

    >>> "exclude fast with batch" in guide()
    True
    """
    first = element(
        "p",
        "The rules are a book of prices. Change them: what is wrong stands below them, and the "
        "other tabs follow as you type. What the book lacks can be put at its end from here.",
    )
    keys = element(
        "p",
        "Ctrl-Space proposes what may stand next. Tab indents a line; Escape, then Tab leaves the "
        "text.",
        class_="note",
        id="keys",
    )
    more = element("p", element("a", "Every statement, with examples", href=LANGUAGE))
    return join(first, *(_shown(step) for step in STEPS), more, keys)


def _shown(step: GuideStep) -> Html:
    shown = excerpt(step.text, "Put it at the end" if step.whole else "")
    return join(element("h3", step.title), element("p", *_coded(step.told)), shown)


def excerpt(text: str, put: str = "") -> Html:
    """A text of the language; the button `put`, if any, puts it at the end of the rules."""
    lines = (join(line, Html("\n")) for line in text.split("\n"))
    button = element("button", put, type="button", class_="put") if put else ""
    return element("div", element("pre", *lines, class_="code"), button, class_="excerpt")


def _coded(text: str) -> list[Html | str]:
    """A sentence whose words in backticks are code."""
    return [element("code", part) if at % 2 else part for at, part in enumerate(text.split("`"))]
