"""Bills and books in the formats of others."""
