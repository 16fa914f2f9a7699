"""Text to a tree and back, with a place for everything that is wrong."""
