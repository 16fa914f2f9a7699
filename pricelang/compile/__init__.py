"""A checked model to decisions: overlaps and gaps found, the compiled book and its store."""
