"""What a checked book is: meters, dimensions, rules and their scopes, dates and units."""
