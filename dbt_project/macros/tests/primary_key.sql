{# Rows whose key is NULL or not unique, in one pass. #}
{% test primary_key(model, columns) %}
select
    {{ columns | join(", ") }},
    count(*) as rows_count
from {{ model }}
group by {{ columns | join(", ") }}
having
    count(*) > 1
    {% for column in columns %}
    or {{ column }} is null
    {% endfor %}
{% endtest %}
