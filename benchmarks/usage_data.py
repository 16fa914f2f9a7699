"""Makes tables of usage to measure with: rows in order of time,
as a log has them, that the book of Claude prices admits.

    python -m benchmarks.usage_data 10000000 usage.parquet

Nothing is random: each column is a hash of the row's number,
so that two machines make the same table.
"""

from __future__ import annotations

import sys

MODELS = (
    "claude-opus-4-6",
    "claude-opus-4-7",
    "claude-sonnet-4-6",
    "claude-sonnet-4-5",
    "claude-haiku-4-5",
    "claude-opus-4-5",
    "claude-sonnet-5",
    "claude-opus-5",
)
RESIDENT = (
    "claude-opus-4-6",
    "claude-opus-4-7",
    "claude-sonnet-4-6",
    "claude-sonnet-5",
    "claude-opus-5",
)
"""Those that `inference_geo` is offered for."""

FIRST, SECONDS = "2026-08-01", 92 * 86_400


def make(rows: int, path: str) -> None:
    """Writes a Parquet file with so many rows over a quarter."""
    import duckdb

    names = ", ".join(f"'{name}'" for name in MODELS)
    resident = ", ".join(f"'{name}'" for name in RESIDENT)
    with duckdb.connect() as connection:
        connection.execute(f"""
copy (
  select id, ts, model,
    case when hash(id, 3) % 10 < 7 then 'standard' else 'batch' end as service_tier,
    case when hash(id, 4) % 10 = 9 and model in ({resident}) then 'us' else 'global' end as inference_geo,
    'ws_' || (hash(id, 5) % 40) as workspace,
    (hash(id, 6) % 20000)::bigint as input, (hash(id, 7) % 4000)::bigint as output,
    (hash(id, 8) % 150000)::bigint as cache_read, (hash(id, 9) % 8000)::bigint as cache_write_5m,
    case when hash(id, 10) % 10 = 0 then (hash(id, 11) % 8000)::bigint else 0 end as cache_write_1h
  from (
    select range::bigint as id, timestamp '{FIRST}' + to_seconds((range * {SECONDS} // {rows})::bigint) as ts,
      [{names}][1 + (hash(range, 2) % {len(MODELS)})::int] as model
    from range({rows})
  )
) to '{path}' (format parquet, row_group_size 122880)""")


if __name__ == "__main__":
    make(int(sys.argv[1]), sys.argv[2])
