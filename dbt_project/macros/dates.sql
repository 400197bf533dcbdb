{# The day the run is for. #}
{% macro business_date() -%}
    date '{{ var("business_date") }}'
{%- endmacro %}

{# The windows, in days, over which behaviour is counted. #}
{% macro windows() %}{{ return([7, 30, 90, 365]) }}{% endmacro %}

{# Whether a date lies in the last so many days up to the business date. #}
{% macro in_last_days(column, days) -%}
    {{ column }} > date_sub({{ business_date() }}, {{ days }})
{%- endmacro %}
