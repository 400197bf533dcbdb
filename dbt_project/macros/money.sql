{# Money: the one decimal type that amounts have. #}
{% macro money(expression) -%}
    cast({{ expression }} as decimal(20, 4))
{%- endmacro %}

{# An amount in the base currency; `rate` is units of its currency for one unit of the base currency. #}
{% macro in_base(amount, rate) -%}
    {{ money("case when " ~ rate ~ " = 1 then " ~ amount ~ " else try_divide(" ~ amount ~ ", " ~ rate ~ ") end") }}
{%- endmacro %}

{# The part of an amount that falls to an owner. The parts of all owners add up to the amount exactly. #}
{% macro owner_part(amount) -%}
    {{ money(
        "case when share_from_rate = 0 and share_to_rate = 1 then " ~ amount
        ~ " else round((" ~ amount ~ ") * share_to_rate, 4) - round((" ~ amount ~ ") * share_from_rate, 4) end"
    ) }}
{%- endmacro %}

{# The same of an amount in ten-thousandths, in ten-thousandths. #}
{% macro owner_part_of_units(units) -%}
    case
        when share_from_rate = 0 and share_to_rate = 1 then {{ units }}
        else cast(
            round(cast({{ units }} as decimal(20, 0)) * cast(share_to_rate as decimal(12, 10)))
            - round(cast({{ units }} as decimal(20, 0)) * cast(share_from_rate as decimal(12, 10))) as bigint
        )
    end
{%- endmacro %}

{# Amounts are summed as whole ten-thousandths: exact, and many times faster than decimals in a wide aggregate. #}
{% macro as_units(amount) -%}
    cast(({{ amount }}) * 10000 as bigint)
{%- endmacro %}

{# Money again from a sum of ten-thousandths; without a row the sum is zero. #}
{% macro money_of_units(expression) -%}
    {{ money("cast(coalesce(" ~ expression ~ ", 0) as decimal(20, 0)) * 0.0001") }}
{%- endmacro %}

{# The sum of an amount in ten-thousandths over the rows that meet a condition, as money, or left in ten-thousandths. #}
{% macro sum_where(units, condition) -%}
    {{ money_of_units(units_where(units, condition)) }}
{%- endmacro %}

{% macro units_where(units, condition) -%}
    sum(case when {{ condition }} then {{ units }} end)
{%- endmacro %}

{# How many rows meet a condition. #}
{% macro count_where(condition) -%}
    count(case when {{ condition }} then 1 end)
{%- endmacro %}

{# Rate of a currency: 1 for the base currency, else that of the joined rates; unknown without a fixing. #}
{% macro rate_of(currency, rates) -%}
    case when {{ currency }} = '{{ var("base_currency") }}' then 1 else {{ rates }}.rate end
{%- endmacro %}
