-- On which days of the week does money move?
-- Tells: the rhythm of the last 90 days, in the base currency.
select
    calendar.weekday_number,
    count(*) as postings_count,
    sum(case when transactions.direction_code = 'credit' then transactions.base_amount else 0 end) as inflow_amount,
    sum(case when transactions.direction_code = 'debit' then transactions.base_amount else 0 end) as outflow_amount
from serving.transactions as transactions
inner join serving.calendar as calendar on calendar.calendar_date = transactions.posted_date
where transactions.posted_date > (select date_sub(max(as_of_date), 90) from serving.customer_360)
group by calendar.weekday_number
order by calendar.weekday_number
