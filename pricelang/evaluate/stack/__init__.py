"""The stack: one list of operations on a price, and what they make of a number and of an interval.

No engine works out a stack: what they read has every rate worked out.
"""
