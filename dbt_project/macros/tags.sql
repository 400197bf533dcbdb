{# Fingerprints of the words that there are and that the same rules have made; none where there are no such words. #}
{% macro words_fingerprints(rules) -%}
    {%- if has_fingerprints() | trim == "yes" -%}
        select customer_id, inputs_fingerprint, window_free_fingerprint
        from marts.customer_tag_words where rules_fingerprint = '{{ rules }}'
    {%- else -%}
        select cast(null as string) as customer_id, cast(null as bigint) as inputs_fingerprint,
            cast(null as bigint) as window_free_fingerprint where false
    {%- endif -%}
{%- endmacro %}

{# Whether most customers keep their words: then only the others, and what moves from day to day, are evaluated. #}
{% macro is_partial_better(affected) -%}
    {%- if execute and has_fingerprints() | trim == "yes" -%}
        {%- set found = run_query("select count_if(is_affected) <= 0.5 * count(*) from " ~ affected)[0][0] -%}
        {{ return(found | string | lower == "true") }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}

{# "yes" when there are words that say what they were made from, and no full refresh is asked for. #}
{% macro has_fingerprints() -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set words = adapter.get_relation(none, "marts", "customer_tag_words") -%}
        {%- if words is not none -%}
            {%- set names = adapter.get_columns_in_relation(words) | map(attribute="name") | list -%}
            {%- if "rules_fingerprint" in names -%}yes{%- endif -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
