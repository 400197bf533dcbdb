-- Which customers keep much idle cash and hold no investments?
-- Tells: whom an adviser could call first; only customers who consent to advice are listed.
select
    customer_id,
    adviser_name,
    cash_amount,
    total_asset_amount,
    last_interaction_at
from serving.customer_360
where investment_amount = 0 and cash_amount >= 50000 and has_advice_consent
order by cash_amount desc, customer_id
limit 10
