-- Which products hold the most assets?
-- Tells: what the bank lives on, and products on sale that nobody keeps.
select
    product_id,
    product_name,
    product_family_code,
    accounts_count,
    asset_amount,
    is_on_sale
from serving.products
order by asset_amount desc, product_id
limit 10
