"""The tree of a price book: one frozen class for each thing that can be written.

`values` has what stands within lines, `declarations` the statements that name things, `prices` and
`charges` those that make prices, `assertions` those that check them; all have their names here.
"""

from __future__ import annotations

from attrs import field, frozen

from pricelang.syntax.assertions import (
    Claim,
    ClaimAbove,
    ClaimAgrees,
    ClaimAtMost,
    ClaimBody,
    ClaimCommute,
    ClaimCosts,
    ClaimCostsAmount,
    ClaimIs,
    ClaimMonotone,
    ClaimNeverMeets,
    ClaimPrices,
    Example,
    ExampleLine,
    ExpectCost,
    ExpectNotOffered,
    ExpectRefused,
    Fact,
    Given,
    Term,
    Use,
    Uses,
)
from pricelang.syntax.charges import (
    AllowPair,
    AllowValue,
    Amend,
    AmendLine,
    Charge,
    ChargeFree,
    ChargeLine,
    ChargeMinimum,
    ChargePool,
    ChargePrice,
)
from pricelang.syntax.declarations import (
    BookHeader,
    Dimension,
    Group,
    Include,
    Meter,
    Note,
    Source,
    Unit,
    ValueLine,
)
from pricelang.syntax.prices import (
    Account,
    Addition,
    Alias,
    Cell,
    CellKind,
    Convert,
    Derive,
    DeriveLine,
    Effect,
    Exclude,
    FactorClause,
    Factors,
    Figures,
    Free,
    Limit,
    LimitLine,
    Models,
    ModifierLine,
    Multiplier,
    Per,
    Rates,
    Refuse,
    Round,
    Row,
    Stack,
    Surcharge,
    TableOfCells,
)
from pricelang.syntax.values import (
    Clock,
    Date,
    Endings,
    IsTest,
    Money,
    Name,
    Node,
    Number,
    Outcome,
    Statement,
    Test,
    Text,
    Threshold,
)

__all__ = [
    "Account",
    "Addition",
    "Alias",
    "AllowPair",
    "AllowValue",
    "Amend",
    "AmendLine",
    "BookHeader",
    "Cell",
    "CellKind",
    "Charge",
    "ChargeFree",
    "ChargeLine",
    "ChargeMinimum",
    "ChargePool",
    "ChargePrice",
    "Claim",
    "ClaimAbove",
    "ClaimAgrees",
    "ClaimAtMost",
    "ClaimBody",
    "ClaimCommute",
    "ClaimCosts",
    "ClaimCostsAmount",
    "ClaimIs",
    "ClaimMonotone",
    "ClaimNeverMeets",
    "ClaimPrices",
    "Clock",
    "Comment",
    "Convert",
    "Date",
    "Derive",
    "DeriveLine",
    "Dimension",
    "Effect",
    "Endings",
    "Example",
    "ExampleLine",
    "Exclude",
    "ExpectCost",
    "ExpectNotOffered",
    "ExpectRefused",
    "Fact",
    "FactorClause",
    "Factors",
    "Figures",
    "File",
    "Free",
    "Given",
    "Group",
    "Include",
    "IsTest",
    "Limit",
    "LimitLine",
    "Meter",
    "Models",
    "ModifierLine",
    "Money",
    "Multiplier",
    "Name",
    "Node",
    "Note",
    "Number",
    "Outcome",
    "Per",
    "Rates",
    "Refuse",
    "Round",
    "Row",
    "Source",
    "Stack",
    "Statement",
    "Surcharge",
    "TableOfCells",
    "Term",
    "Test",
    "Text",
    "Threshold",
    "Unit",
    "Use",
    "Uses",
    "ValueLine",
]


@frozen
class Comment(Node):
    """A comment with its `#`; `own_line` when nothing stands before it."""

    text: str
    own_line: bool


@frozen
class File:
    """One file: its name as shown in messages, its text,
    its statements in order, and its comments.
    """

    name: str
    text: str = field(eq=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    # The words of statements that could not be read:
    # that they are unknown elsewhere is no fault of its own.
    lost: frozenset[str] = field(default=frozenset(), eq=False, repr=False)
