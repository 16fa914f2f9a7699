"""A page to write and try a book in: `answers` is what it asks of Python, `folder` what it is made
of.
"""
