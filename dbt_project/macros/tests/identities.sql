{# Rows for which a statement about the columns is not true, all statements in one pass; NULL counts as not true. #}
{% test identities(model, statements) %}
select *
from {{ model }}
where not coalesce(
    {% for statement in statements %}
    ({{ statement }}){{ " and" if not loop.last }}
    {% endfor %},
    false
)
{% endtest %}
