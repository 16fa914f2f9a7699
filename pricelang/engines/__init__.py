"""The compiled rates on other engines: DuckDB inside this process, Spark across machines, SQL in a
warehouse.

Each engine joins usage to the same rows of integers (`pricelang.evaluate.rate_table.table`) by
equality, and leaves what has no row to the evaluator of single requests, which prices it or says
why not. So no row is dropped, and none is priced otherwise.
"""
