"""The rates of many models, values and days, as rows of whole numbers."""
