"""The command line: one small module a command; `group` finds them, and imports the one asked."""
