"""SQL of the two dbt models of tags: who is affected by the day, and everybody's words.

The words that there are serve as a cache: words depend on nothing but rules and inputs, so that a row whose
fingerprints are those of rules and inputs today is right, whenever it was written.
"""

from collections.abc import Iterable

from dbt_project.tags.inputs import Input, Percentile
from dbt_project.tags.statement import Plan
from spark_jobs.tags.kernel import DAILY_FUNCTION, FUNCTION
from spark_jobs.tags.ranking import FUNCTION as RANKS_FUNCTION

WORDS, AFFECTED = "customer_tag_words", "int_customer_tags_affected"
FROM_MARTS = """customers as (select * from {{ ref('customer_360') }}),

households as (select * from {{ ref('household_360') }}),
"""
COMMA = ",\n"


def affected_model(plan: Plan) -> str:
    """SQL of the model of affected customers: inputs hashed, beside the hashes of the words that there are."""
    still = [one for one in plan.inputs.values() if not one.moves_daily]
    return f"""-- One row per customer: what the tags read, as hashes. Made by dbt_project/compile.py.
{{{{ config(schema='intermediate', location_root=var('tables_root') ~ '/intermediate', meta={{'released': false}}) }}}}
with

{FROM_MARTS}
hashed as (
    select /*+ broadcast(households) */
        customers.customer_id,
        {_hash(one for one in still if one.is_windowed)} as windowed_fingerprint,
        {_hash(one for one in still if not one.is_windowed)} as window_free_fingerprint
    from customers
    left join households on households.household_id = customers.household_id
),

inputs as (
    select
        customer_id,
        xxhash64(windowed_fingerprint, window_free_fingerprint) as inputs_fingerprint,
        window_free_fingerprint
    from hashed
),

words as ({{{{ words_fingerprints('{plan.fingerprint}') }}}})

select
    inputs.customer_id,
    inputs.inputs_fingerprint,
    inputs.window_free_fingerprint,
    not (words.inputs_fingerprint <=> inputs.inputs_fingerprint) as is_affected,
    not (words.window_free_fingerprint <=> inputs.window_free_fingerprint) as is_affected_window_free
from inputs
left join words on words.customer_id = inputs.customer_id
"""


def words_model(plan: Plan) -> str:
    """SQL of the words' model: one call for all tags of affected customers, another for the daily tags of the rest."""
    everything = [*plan.inputs, *plan.percentiles]
    stored = [f"    {_stored(name, kind)}" for name, kind in plan.columns.items()]
    return f"""-- One row per customer: the value of every tag, packed. Made by dbt_project/compile.py.
{{%- set is_partial = is_partial_better(ref('{AFFECTED}')) %}}
with

{FROM_MARTS}
affected as (select * from {{{{ ref('{AFFECTED}') }}}}),

{_ranks(list(plan.percentiles.values()))}

inputs as (
{_inputs(plan, everything)}
    {{%- if is_partial %}}
    where affected.is_affected
    {{%- endif %}}
),

evaluated as (
    select
        customer_id, inputs_fingerprint, window_free_fingerprint,
        {FUNCTION}(struct({", ".join(everything)})) as words
    from inputs
    {{%- if is_partial %}}
{_kept(plan)}
    {{%- endif %}}
)

select
    customer_id,
{COMMA.join(stored)},
    inputs_fingerprint,
    window_free_fingerprint,
    '{plan.fingerprint}' as rules_fingerprint,
    {{{{ business_date() }}}} as as_of_date
from evaluated
"""


def _kept(plan: Plan) -> str:
    """Customers of whom there is no news: their words, with the daily tags made anew."""
    return f"""
    union all

    select
        daily_inputs.customer_id, daily_inputs.inputs_fingerprint, daily_inputs.window_free_fingerprint,
        {f"{DAILY_FUNCTION}(struct({_daily_inputs(plan)}))" if plan.daily_tags else f"struct({_words(plan)})"} as words
    from (
{_inputs(plan, plan.daily_inputs)}
        where not affected.is_affected
    ) as daily_inputs
    inner join {{{{ this }}}} as words on words.customer_id = daily_inputs.customer_id"""


def _daily_inputs(plan: Plan) -> str:
    return ", ".join([*(f"daily_inputs.{one}" for one in plan.daily_inputs), _words(plan)])


def _words(plan: Plan) -> str:
    return ", ".join(f"words.{one}" for one in plan.columns)


def _hash(inputs: Iterable[Input]) -> str:
    """Spark's hash passes over NULL: whether a column is unknown is hashed beside its value."""
    expressions = [_as_input(one) for one in inputs]
    return f"xxhash64({', '.join(f'{one}, {one} is null' for one in expressions) or '0'})"


def _inputs(plan: Plan, names: Iterable[str]) -> str:
    known = {one: f"{_as_input(found)} as {one}" for one, found in plan.inputs.items()}
    columns = [f",\n        {known.get(one, f'ranks.{one}')}" for one in names]
    return f"""    select /*+ broadcast(households, ranks, affected) */
        affected.customer_id,
        affected.inputs_fingerprint,
        affected.window_free_fingerprint{"".join(columns)}
    from customers
    inner join affected on affected.customer_id = customers.customer_id
    left join households on households.household_id = customers.household_id
    left join ranks on ranks.customer_id = customers.customer_id"""


def _ranks(percentiles: list[Percentile]) -> str:
    """A CTE of the ranks of all customers, in one task."""
    if not percentiles:
        return "ranks as (select customer_id from customers),"
    measures = sorted({one.measure for one in percentiles})
    groups = sorted({one.group for one in percentiles if one.group} - set(measures))
    columns = [*(f"cast({one} as double) as {one}" for one in measures), *groups]
    return f"""ranks as (
    select customer_id, ranks.* from (
        select customer_id, {RANKS_FUNCTION}(struct({", ".join([*measures, *groups])})) as ranks
        from (
            select /*+ coalesce(1) */
                customer_id,
{COMMA.join(f"                {one}" for one in columns)}
            from customers
        )
    )
),"""


def _stored(name: str, kind: str) -> str:
    """Texts of a function say their collation, which readers without Spark do not know: the cast takes it off."""
    return f"cast(words.{name} as {kind}) as {name}" if "string" in kind else f"words.{name}"


def _as_input(one: Input) -> str:
    table = {"customer_360": "customers", "household_360": "households"}[one.table]
    column = f"{table}.{one.column}"
    return column if one.kind in ("string", "boolean") else f"cast({column} as {one.kind})"
