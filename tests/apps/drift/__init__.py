"""Sources of each kind beside books: what is said, what differs, what is accepted."""
