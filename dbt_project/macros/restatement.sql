{# First date that account_daily keeps: the business date of the first run. #}
{% macro first_loaded_date() -%}
    {{ return(_loaded_date("min")) }}
{%- endmacro %}

{# First date this run adds whatever changed: the day after the last loaded one, at most the business date. #}
{% macro first_new_date() -%}
    {%- if flags.FULL_REFRESH -%}{{ return(_loaded_date("min")) }}{%- endif -%}
    {{ return("least(" ~ business_date() ~ ", date_add(" ~ _loaded_date("max") ~ ", 1))") }}
{%- endmacro %}

{% macro _loaded_date(function) -%}
    {%- set daily = adapter.get_relation(none, "marts", "account_daily") if execute else none -%}
    {%- set found = run_query("select " ~ function ~ "(as_of_date) from marts.account_daily")[0][0] if daily -%}
    {%- set earliest = "least(date '" ~ found ~ "', " ~ business_date() ~ ")" if found else business_date() -%}
    {{ return("date '" ~ found ~ "'" if found and function == "max" else earliest) }}
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

{# Whether a mart does not exist yet, so that everything is written. #}
{% macro is_first_build(mart) -%}
    {{ return(not execute or adapter.get_relation(none, "marts", mart) is none) }}
{%- endmacro %}
