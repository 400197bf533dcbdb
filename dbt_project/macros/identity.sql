{# The rows of a relation with the customer that their party is a record of; a party that nobody describes stays one. #}
{% macro with_customer(relation, party="party_id") -%}
(
    select
        rows_of_parties.*,
        coalesce(customer_parties.customer_id, rows_of_parties.{{ party }}) as customer_id
    from {{ relation }} as rows_of_parties
    left join {{ ref('int_customer_parties') }} as customer_parties
        on customer_parties.party_id = rows_of_parties.{{ party }}
)
{%- endmacro %}
