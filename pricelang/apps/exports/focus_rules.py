"""The column rules of FOCUS 1.2: what each column must be."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

DECIMAL, TEXT, INSTANT, OBJECT = "a decimal", "a text", "a UTC instant", "a JSON object"


@frozen
class ColumnRule:
    """What one column must be: `must` says that it is mandatory,
    `null` that a cell may be empty.
    """

    type: str
    null: bool = True
    must: bool = False
    allowed: tuple[str, ...] = ()


_COST = ColumnRule(DECIMAL, False, True)


_NAME = ColumnRule(TEXT, False, True)


_PERIOD = ColumnRule(INSTANT, False, True)


RULES: Mapping[str, ColumnRule] = {
    "BilledCost": _COST,
    "ContractedCost": _COST,
    "EffectiveCost": _COST,
    "ListCost": _COST,
    "BillingAccountId": _NAME,
    "BillingAccountName": ColumnRule(TEXT, True, True),
    "BillingCurrency": _NAME,
    "BillingPeriodStart": _PERIOD,
    "BillingPeriodEnd": _PERIOD,
    "ChargePeriodStart": _PERIOD,
    "ChargePeriodEnd": _PERIOD,
    "ChargeCategory": ColumnRule(
        TEXT, False, True, ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
    ),
    "ChargeClass": ColumnRule(TEXT, True, True, ("Correction",)),
    "ChargeDescription": ColumnRule(TEXT, True, True),
    "InvoiceIssuerName": _NAME,
    "PricingQuantity": ColumnRule(DECIMAL, True, True),
    "PricingUnit": ColumnRule(TEXT, True, True),
    "ProviderName": _NAME,
    "PublisherName": _NAME,
    "ServiceName": _NAME,
    "ServiceCategory": ColumnRule(
        TEXT,
        False,
        True,
        (
            "AI and Machine Learning",
            "Analytics",
            "Business Applications",
            "Compute",
            "Databases",
            "Developer Tools",
            "Identity",
            "Integration",
            "Internet of Things",
            "Management and Governance",
            "Media",
            "Migration",
            "Mobile",
            "Multicloud",
            "Networking",
            "Security",
            "Storage",
            "Web",
            "Other",
        ),
    ),
    "ChargeFrequency": ColumnRule(TEXT, False, False, ("One-Time", "Recurring", "Usage-Based")),
    "PricingCategory": ColumnRule(TEXT, True, False, ("Standard", "Dynamic", "Committed", "Other")),
    **{
        name: ColumnRule(DECIMAL)
        for name in (
            "ConsumedQuantity",
            "ContractedUnitPrice",
            "ListUnitPrice",
            "CommitmentDiscountQuantity",
            "PricingCurrencyContractedUnitPrice",
            "PricingCurrencyEffectiveCost",
            "PricingCurrencyListUnitPrice",
        )
    },
    **{name: ColumnRule(OBJECT) for name in ("Tags", "SkuPriceDetails")},
    **{
        name: ColumnRule(TEXT)
        for name in (
            "AvailabilityZone",
            "BillingAccountType",
            "CapacityReservationId",
            "CapacityReservationStatus",
            "CommitmentDiscountCategory",
            "CommitmentDiscountId",
            "CommitmentDiscountName",
            "CommitmentDiscountStatus",
            "CommitmentDiscountType",
            "CommitmentDiscountUnit",
            "ConsumedUnit",
            "InvoiceId",
            "PricingCurrency",
            "RegionId",
            "RegionName",
            "ResourceId",
            "ResourceName",
            "ResourceType",
            "ServiceSubcategory",
            "SkuId",
            "SkuMeter",
            "SkuPriceId",
            "SubAccountId",
            "SubAccountName",
            "SubAccountType",
        )
    },
}
"""The columns of FOCUS 1.2; a provider's own begin with `x_`."""


OF_USAGE = (
    "PricingQuantity",
    "PricingUnit",
    "ListUnitPrice",
    "ContractedUnitPrice",
    "ConsumedQuantity",
    "ConsumedUnit",
    "PricingCategory",
    "SkuId",
    "SkuPriceId",
)
"""What a row of usage says where the file has the column."""


IDENTITIES = (("ListCost", "ListUnitPrice"), ("ContractedCost", "ContractedUnitPrice"))
