"""How fast it is, measured beside a rival and a limit in the same run: `python -m benchmarks`."""
