"""Tests of the engines: every path to a price gives the same one."""
