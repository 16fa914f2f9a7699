"""Tests of the package `usage`: what other people's records are read into."""
