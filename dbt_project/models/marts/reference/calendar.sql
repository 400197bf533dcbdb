-- One row per day from 2015 to the end of the year after the business date.
with

days as (
    select
        explode(sequence(
            date '2015-01-01', make_date(year({{ business_date() }}) + 1, 12, 31), interval 1 day
        )) as calendar_date
),

final as (
    select
        cast(calendar_date as date) as calendar_date,
        date_format(calendar_date, 'yyyy-MM') as month_name,
        cast(year(calendar_date) as bigint) as year_number,
        cast(quarter(calendar_date) as bigint) as quarter_number,
        cast(month(calendar_date) as bigint) as month_number,
        cast(day(calendar_date) as bigint) as day_number,
        cast(datediff(calendar_date, date '1900-01-01') % 7 + 1 as bigint) as weekday_number,
        datediff(calendar_date, date '1900-01-01') % 7 >= 5 as is_weekend,
        calendar_date = last_day(calendar_date) as is_month_end,
        calendar_date = {{ business_date() }} as is_business_date,
        cast(trunc(calendar_date, 'month') as date) as month_start_date,
        cast(last_day(calendar_date) as date) as month_end_date
    from days
)

select * from final
