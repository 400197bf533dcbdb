{# The day the run is for. #}
{% macro business_date() -%}
    date '{{ var("business_date") }}'
{%- endmacro %}
