-- In which currencies do accounts hold money, and what is it worth?
-- Tells: exposure to each currency at the last fixing.
select
    account_daily.currency_code,
    max(currencies.currency_name) as currency_name,
    max(currencies.rate) as rate,
    count(*) as accounts_count,
    sum(account_daily.balance_amount) as balance_amount,
    sum(account_daily.base_balance_amount) as base_balance_amount
from serving.account_daily as account_daily
inner join serving.currencies as currencies on currencies.currency_code = account_daily.currency_code
where account_daily.as_of_date = (select max(as_of_date) from serving.account_daily)
group by account_daily.currency_code
order by base_balance_amount desc, account_daily.currency_code
