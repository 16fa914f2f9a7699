"""Hooks, each in the library that it is for."""
