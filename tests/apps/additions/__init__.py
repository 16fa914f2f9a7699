"""Lines that books get: where they go, what they say, and what is left to a person."""
