"""Hooks of other libraries that price what passes through them. Each module imports its library,
so it is imported by itself: `from pricelang.hooks.opentelemetry import CostProcessor`.
"""
