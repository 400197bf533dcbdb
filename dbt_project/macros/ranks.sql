{# Place of a code in a list that is ordered from low to high, from 1; NULL for any other code. #}
{% macro rank_in(codes, column) -%}
    case {{ column }}{% for code in codes %} when '{{ code }}' then {{ loop.index }}{% endfor %} end
{%- endmacro %}

{# The code at a place of such a list. #}
{% macro name_of_rank(codes, column) -%}
    case {{ column }}{% for code in codes %} when {{ loop.index }} then '{{ code }}'{% endfor %} end
{%- endmacro %}
