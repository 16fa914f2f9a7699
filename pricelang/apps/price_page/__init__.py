"""The tables of a price page, out of a book."""
