"""What the fields of a tree that hold names stand for: one table for each way to read them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pricelang.check.clocks import DAYS
from pricelang.check.ladders import WAYS
from pricelang.check.names import OPTIONAL
from pricelang.check.statements import MODES, STAGES
from pricelang.model.charges import PERIODS
from pricelang.syntax import tree as t
from pricelang.syntax.build_values import SYMBOLS

Kind: TypeAlias = Literal[
    "account",
    "alias",
    "book",
    "dimension",
    "figure",
    "group",
    "meter",
    "model",
    "modifier",
    "source",
    "unit",
    "value",
]
METERS: tuple[Kind, ...] = ("meter", "group", "unit")
MODELS: tuple[Kind, ...] = ("model", "group")

DECLARED: dict[tuple[type, str], Kind] = {
    (t.BookHeader, "name"): "book",
    (t.Source, "name"): "source",
    (t.Dimension, "name"): "dimension",
    (t.Accounts, "names"): "account",
    (t.Unit, "name"): "unit",
    (t.Meter, "names"): "meter",
    (t.Group, "name"): "group",
    (t.Alias, "name"): "alias",
    (t.Figures, "name"): "figure",
    (t.Multiplier, "name"): "modifier",
    (t.Surcharge, "name"): "modifier",
    (t.Limit, "name"): "modifier",
    (t.Tiers, "name"): "dimension",
    (t.Commitment, "name"): "modifier",
    (t.Credit, "name"): "modifier",
}
"""The fields of statements that declare a name. Values and models are declared in lines and
rows.
"""

USED: dict[tuple[type, str], tuple[Kind, ...]] = {
    (t.Endings, "models"): MODELS,
    (t.Endings, "except_models"): MODELS,
    (t.Endings, "see"): ("source",),
    (t.Unit, "of"): ("unit",),
    (t.Meter, "unit"): ("unit",),
    (t.Per, "unit"): ("unit",),
    (t.Figures, "unit"): ("unit",),
    (t.ChargePrice, "after_unit"): ("unit",),
    (t.ChargeMinimum, "unit"): ("unit",),
    (t.ChargePool, "unit"): ("unit",),
    (t.Use, "unit"): ("unit",),
    (t.Group, "members"): ("meter", "model", "group"),
    (t.Alias, "model"): ("model",),
    (t.Given, "model"): ("model", "alias"),
    (t.FactorClause, "meters"): METERS,
    (t.Addition, "meters"): METERS,
    (t.LimitLine, "meters"): METERS,
    (t.Counting, "meters"): METERS,
    (t.AgreedLine, "meters"): METERS,
    (t.TierLine, "unit"): ("unit",),
    (t.Threshold, "meters"): METERS,
    (t.ClaimPrices, "meters"): METERS,
    (t.Term, "meter"): METERS,
    (t.Use, "meter"): ("meter",),
    (t.Derive, "meter"): ("meter",),
    (t.Derive, "of"): ("meter",),
    (t.DeriveLine, "of"): ("meter",),
    (t.DerivedFactor, "of"): ("meter",),
    (t.Charge, "name"): ("meter",),
    (t.Account, "holder"): ("account",),
    (t.IsTest, "dimension"): ("dimension",),
    (t.Fact, "dimension"): ("dimension",),
    (t.AllowValue, "dimension"): ("dimension",),
    (t.Exclude, "left"): ("modifier",),
    (t.Exclude, "right"): ("modifier",),
    (t.Stack, "names"): ("modifier",),
    (t.Stack, "after"): ("modifier",),
    (t.AllowPair, "left"): ("modifier",),
    (t.AllowPair, "right"): ("modifier",),
    (t.ClaimNeverMeets, "left"): ("modifier",),
    (t.ClaimNeverMeets, "right"): ("modifier",),
    (t.ClaimCommute, "names"): ("modifier",),
    (t.ClaimIs, "name"): ("modifier",),
    (t.ExpectRefused, "left"): ("modifier",),
    (t.ExpectRefused, "right"): ("modifier",),
    (t.Amend, "name"): ("modifier", "meter"),
    (t.ClaimAgrees, "book"): ("book",),
    (t.BookHeader, "extends"): ("book",),
}
"""What a name in a field may stand for, the likeliest first."""

VALUES: dict[tuple[type, str], str] = {
    (t.Dimension, "default"): "name",
    (t.IsTest, "values"): "dimension",
    (t.Fact, "value"): "dimension",
    (t.AllowValue, "value"): "dimension",
}
"""The fields that hold values of the dimension that another field of the node names."""

FIXED: dict[tuple[type, str], tuple[str, ...]] = {
    (t.BookHeader, "currency"): tuple(SYMBOLS.values()),
    (t.Convert, "currency"): tuple(SYMBOLS.values()),
    (t.Account, "period"): PERIODS,
    (t.ChargeMinimum, "each"): (),
    (t.Clock, "days"): tuple(DAYS),
    (t.Clock, "zone"): ("UTC",),
    (t.Meter, "counts"): (),
    (t.Round, "stage"): STAGES,
    (t.Source, "unit"): ("days",),
    (t.Round, "mode"): MODES,
    (t.ValueLine, "values"): (),
    (t.TierLine, "name"): (),
    (t.Counting, "way"): tuple(WAYS),
    (t.Cell, "value"): (),
}
"""Words that no statement declares, the usual ones where there are any, and names that are read
with the line around them.
"""

COLUMNS: dict[type, tuple[str, ...]] = {
    t.Models: ("model", "released", *OPTIONAL),
    t.Rates: ("model", "from", "see", "unsure"),
    t.Figures: ("model", "from", "see", "unsure"),
}
"""Columns of tables that name nothing of the book, in the order in which they stand."""
OWN_COLUMNS = frozenset(name for columns in COLUMNS.values() for name in columns)
