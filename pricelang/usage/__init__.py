"""Other people's usage records to requests: one module a format, nothing here knows a price."""
