"""Answers as tables and data, one module an answer."""
