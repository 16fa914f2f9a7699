"""Lines that a book gets: a model, a price, another name, each where the others of its kind
stand.
"""
