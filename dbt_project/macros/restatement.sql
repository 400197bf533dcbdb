{# First date that account_daily keeps: the business date of the first run. #}
{% macro first_loaded_date() -%}
    least({{ _loaded_date("min") }}, {{ business_date() }})
{%- endmacro %}

{# First date this run adds whatever changed: the day after the last loaded one, at most the business date. #}
{% macro first_new_date() -%}
    {%- if is_everything_new("account_daily") | trim == "yes" -%}
        {{ first_loaded_date() }}
    {%- else -%}
        least({{ business_date() }}, date_add({{ _loaded_date("max") }}, 1))
    {%- endif -%}
{%- endmacro %}

{% macro _loaded_date(function) -%}
    {%- set daily = adapter.get_relation(none, "marts", "account_daily") if execute else none -%}
    {%- set found = run_query("select " ~ function ~ "(as_of_date) from marts.account_daily")[0][0] if daily -%}
    {%- if found %}date '{{ found }}'{% else %}{{ business_date() }}{% endif -%}
{%- endmacro %}

{# "yes" when a mart is written whole: it does not exist yet, or a full refresh is asked for. #}
{% macro is_everything_new(mart) -%}
    {%- if not execute or flags.FULL_REFRESH or adapter.get_relation(none, "marts", mart) is none -%}yes{%- endif -%}
{%- endmacro %}

{# After a merge: rows that silver marks as deleted since the business date go too. #}
{% macro delete_removed(entity, key) -%}
    {%- if execute and is_incremental() -%}
        {%- set removed -%}
            select distinct {{ key }} from silver.{{ entity }}
            where is_deleted and _changed_date >= {{ business_date() }}
        {%- endset -%}
        {%- if run_query(removed ~ " limit 1") | length > 0 -%}
            merge into {{ this }} as kept using ({{ removed }}) as removed
            on kept.{{ key }} = removed.{{ key }}
            when matched then delete
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# After a merge: ids that are no customer any more, since they left or became part of another, go with all their dates.
   Every customer of the run before has a row of its date, so that only the last dates are searched. #}
{% macro delete_unknown_customers() -%}
    {%- if execute and is_incremental() -%}
        {%- set before = "(select max(as_of_date) from " ~ this ~ " where as_of_date < " ~ business_date() ~ ")" -%}
        {%- set unknown -%}
            select distinct daily.customer_id from {{ this }} as daily
            left anti join intermediate.int_customers_known as known on known.customer_id = daily.customer_id
            where daily.as_of_date >= coalesce({{ before }}, {{ business_date() }})
        {%- endset -%}
        {%- if run_query(unknown ~ " limit 1") | length > 0 -%}
            merge into {{ this }} as kept using ({{ unknown }}) as gone
            on kept.customer_id = gone.customer_id
            when matched then delete
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Earliest date in a column of an entity's rows that changed since the business date, as a literal (files without such
   rows are then not read); NULL when none changed. #}
{% macro first_changed_date(entity, column) -%}
    {%- set table = adapter.get_relation(none, "silver", entity) if execute else none -%}
    {%- set changed -%}
        select min({{ column }}) from silver.{{ entity }} where _changed_date >= {{ business_date() }}
    {%- endset -%}
    {%- set found = run_query(changed)[0][0] if table -%}
    {%- if found %}date '{{ found }}'{% else %}cast(null as date){% endif -%}
{%- endmacro %}
