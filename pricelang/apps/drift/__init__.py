"""The book beside the world: what lists, pages and packages say of its models,
and where they differ from it.
"""
