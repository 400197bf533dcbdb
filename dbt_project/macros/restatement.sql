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
{% macro delete_removed(entity, key, silver_key=none) -%}
    {%- if execute and is_incremental() -%}
        {%- set removed -%}
            select distinct {{ silver_key or key }} from silver.{{ entity }}
            where is_deleted and _changed_date >= {{ business_date() }}
        {%- endset -%}
        {%- if run_query(removed ~ " limit 1") | length > 0 -%}
            merge into {{ this }} as kept using ({{ removed }}) as removed
            on kept.{{ key }} = removed.{{ silver_key or key }}
            when matched then delete
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
