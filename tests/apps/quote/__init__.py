"""Tests of comparisons and of expected costs."""
