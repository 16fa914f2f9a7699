"""The dialects of SQL by their names, which are those of sqlglot; each is a file."""

from __future__ import annotations

from pricelang.engines.dialects.base import Dialect
from pricelang.engines.dialects.bigquery import BIGQUERY
from pricelang.engines.dialects.clickhouse import CLICKHOUSE
from pricelang.engines.dialects.duckdb import DUCKDB
from pricelang.engines.dialects.postgres import POSTGRES
from pricelang.engines.dialects.redshift import REDSHIFT
from pricelang.engines.dialects.snowflake import SNOWFLAKE
from pricelang.engines.dialects.spark import SPARK
from pricelang.engines.dialects.trino import TRINO

DIALECTS: dict[str, Dialect] = {
    found.name: found
    for found in (DUCKDB, SPARK, BIGQUERY, SNOWFLAKE, TRINO, CLICKHOUSE, POSTGRES, REDSHIFT)
}
