"""Proofs about a book: claims, stacking, order, dead rules and differences, decided over every
request.
"""
