"""The usage on DuckDB with what rates say of each row, and where they say nothing the answer to a
single request, as SQL.
"""

from __future__ import annotations

from pricelang.engines import join_keys as keyed
from pricelang.engines.dialects.duckdb import decimal_sql
from pricelang.engines.duck import WORDS, Job
from pricelang.engines.names import literal
from pricelang.engines.plan import amount_sql, part_names, scale_up

_NEWER = (
    literal("pricelang: a row of ")
    + " || coalesce(pl_name, 'no model') || "
    + literal(" was not there when the table was priced, or is another now: price the table again")
)
"""What is said of a row that the rates were not made for, as SQL;
not constant, so that it is not worked out beforehand.
"""


def _joined(job: Job, numbered: bool = False) -> str:
    """`keyed` as `k`, with the rates as `r` where there are some."""
    table = job.rates
    silent = {
        f"value_{n}"
        for n in range(len(table.dimensions))
        if any(key.values[n] is None for key in table.rows)
    }
    tests = [
        f"k.pl_{name} {'is not distinct from' if name in silent else '='} r.{name}"
        for name in part_names(table.axes, len(table.dimensions))
    ]
    more = ["row_number() over () as pl_row"] if numbered else []
    return f"({job.keyed(table, *more)}) k left join {job.rates_name} r on {' and '.join(tests)}"


def _amounts(job: Job) -> list[str]:
    """The amount of each meter of a joined row, in atoms;
    NULL where the rates do not say it.
    """
    table, found = job.rates, []
    for n, quantity in enumerate(job.quantities):
        count = WORDS.wide(quantity.sql) if job.wide else quantity.sql
        product = keyed.times(f"{count} * r.atoms_{n}", scale_up(quantity, job.extra))
        least = f"r.least_{n}" if table.has_least(n) else None
        found.append(amount_sql(quantity.sql, product, least=least, may_lack=table.lacks(n)))
    return found


def rated(job: Job, numbered: bool = False) -> str:
    """The usage with `pl_atoms` where the rates have it,
    and else `pl_answer`, the JSON of a single request.
    """
    job.single.whole_digits = 38 - job.decimals
    lines = ", ".join(f"{amount} as pl_atoms_{n}" for n, amount in enumerate(_amounts(job)))
    answer = "null::varchar" if job.complete else f"{job.single_name}({job.payload()})"
    total = " + ".join(f"pl_atoms_{n}" for n in range(len(job.columns.meters)))
    return (
        f"select *, case when pl_atoms is null then {answer} end as pl_answer from "
        f"(select *, case when pl_model is not null then {total} end as pl_atoms "
        f"from (select k.*, r.model as pl_model, r.currency as pl_currency, {lines} from "
        f"{_joined(job, numbered)}))"
    )


def decimal(job: Job, atoms: str, path: str) -> str:
    """An amount as a DECIMAL: of atoms, or of the answer of a single request."""
    kind = f"decimal(38,{job.decimals})"
    if job.complete:  # all rows that were there: of one that came later nothing is known
        atoms = f"coalesce({atoms}, error({_NEWER}))"
        return decimal_sql(atoms, job.places, job.decimals, job.wide)
    rated = decimal_sql(atoms, job.places, job.decimals, job.wide)
    answer = f"(pl_answer ->> {literal(path)})::{kind}"
    if job.guarded:
        said = "'pricelang: a row has no price: ' || (pl_answer ->> '$.e')"
        answer = f"coalesce({answer}, error({said}))" if path == "$.t" else answer
    return f"case when pl_answer is null then {rated} else {answer} end"
