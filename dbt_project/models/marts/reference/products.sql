-- One row per product.
with

products as (select * from {{ ref('int_products_described') }}),

accounts as (select * from {{ ref('accounts') }}),

accounts_by_product as (
    select
        product_id,
        count(*) as accounts_count,
        {{ money("sum(asset_amount)") }} as asset_amount
    from accounts
    where is_open
    group by product_id
),

final as (
    select
        products.product_id,
        products.product_name,
        products.product_family_code,
        products.product_type_code,
        products.asset_class_code,
        products.currency_code,
        cast(products.risk_level as bigint) as risk_level,
        coalesce(accounts_by_product.accounts_count, 0) as accounts_count,
        {{ money("coalesce(accounts_by_product.asset_amount, 0)") }} as asset_amount,
        coalesce(products.withdrawn_date > {{ business_date() }}, true) as is_on_sale,
        products.launched_date,
        products.withdrawn_date
    from products
    left join accounts_by_product on accounts_by_product.product_id = products.product_id
)

select * from final
