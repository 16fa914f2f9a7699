"""What was billed, against what the usage comes to:
readers of bills, the join of both, and what explains a difference.
"""
