"""The columns of FOCUS 1.2 that pricelang writes, and its names of token types and platforms."""

from __future__ import annotations

COLUMNS = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceId",
    "SubAccountId",
    "Tags",
    "x_InferenceGeo",
    "x_Location",
    "x_Model",
    "x_Record",
    "x_ServiceTier",
)
"""The columns of a file, in their order; those with `x_` are pricelang's own."""


DECIMALS = tuple(name for name in COLUMNS if name.endswith(("Cost", "UnitPrice", "Quantity")))


TOKEN_TYPES = {
    "input": "uncached_input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write_5m": "cache_creation.ephemeral_5m_input_tokens",
    "cache_write_1h": "cache_creation.ephemeral_1h_input_tokens",
}


PLATFORMS = {
    "api": ("Claude API", "Anthropic", "Anthropic"),
    "aws": ("Claude Platform on AWS", "Anthropic", "AWS"),
    "bedrock": ("Amazon Bedrock", "AWS", "AWS"),
    "vertex": ("Vertex AI", "Google Cloud", "Google Cloud"),
    "foundry": ("Microsoft Foundry", "Microsoft", "Microsoft"),
}
"""The service, its provider and who issues the invoice,
by the `platform` of the book of Claude prices.
"""
