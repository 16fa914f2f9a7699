"""The price of a request: which rules hold, what they come to, and why."""
