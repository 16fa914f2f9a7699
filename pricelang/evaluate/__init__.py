"""A request to its bill: which rules hold, what they come to, and why."""
