"""The audit of a book as a document."""
