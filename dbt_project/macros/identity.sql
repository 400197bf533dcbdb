{# The rows of a relation with the customer that their party is a record of; a party that nobody describes stays one. #}
{% macro with_customer(relation, party="party_id") -%}
    {%- set customer = "coalesce(customer_parties.customer_id, rows_of_parties." ~ party ~ ") as customer_id" -%}
    {%- set is_same = "customer_parties.party_id = rows_of_parties." ~ party -%}
    (select rows_of_parties.*, {{ customer }} from {{ relation }} as rows_of_parties
    {{- " left join " ~ ref("int_customer_parties") ~ " as customer_parties on " ~ is_same }})
{%- endmacro %}

{# The golden value of an attribute among the rows of a customer, in its own type. #}
{% macro golden_value(attribute, type) -%}
    cast(max(case when attributes.attribute = '{{ attribute }}' then attributes.value end) as {{ type }})
{%- endmacro %}
