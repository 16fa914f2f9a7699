"""The difference of two books: what they owe differently, for whom and when."""
