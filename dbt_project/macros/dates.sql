{# The day the run is for. #}
{% macro business_date() -%}
    date '{{ var("business_date") }}'
{%- endmacro %}

{# How far ahead the last fixing holds. #}
{% macro last_rated_date() -%}
    date_add({{ business_date() }}, 366)
{%- endmacro %}
