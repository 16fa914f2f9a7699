"""Other projects' whole price data as books: read exactly,
written as files of rules, and what cannot be said listed.
"""
