"""The quick way of a cold `pricelang price`:
a plain request of the usual book, out of rates that an earlier run left behind.

It knows no rules. The ordinary way prices and prints; what it printed is kept with its amounts left
blank (`rates`), and a later run of the same combination fills them in (`answer`). Whatever is not
plain, or not certain, goes the ordinary way.

No module here or imported from here may import attrs, click or lark; so its data are plain classes.
"""
