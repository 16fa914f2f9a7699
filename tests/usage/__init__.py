"""Tests of the usage room: what other people's records are read into."""
