-- Who holds riskier investments than the own risk profile allows?
-- Tells: suitability cases for compliance, the largest first.
select
    customer_id,
    risk_profile_code,
    investment_amount,
    high_risk_investment_amount,
    equity_share_rate,
    risk_assessed_date
from serving.customer_360
where risk_profile_code in ('conservative', 'cautious') and high_risk_investment_amount > investment_amount / 2
order by high_risk_investment_amount desc, customer_id
limit 10
