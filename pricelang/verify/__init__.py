"""Questions decided over every request that a book admits:
claims, stacking, order, dead rules, differences.
"""
