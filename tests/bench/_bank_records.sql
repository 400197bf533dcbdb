-- Records as 20 source systems write them down, from the numbers in `writings` alone: record = 6 * person + copy, version,
-- since_date. What belongs to a person or a home is drawn from its number, what a clerk did from the number of the writing.
create or replace table written as
with numbered as (
    select *, record // 6 as person, record // 6 * 10 // 13 as home, record * 16 + version as writing from writings
),

drawn as (
    select
        *,
        (pick(person, 7, 20) + record % 6) % 20 as system,
        pick(home, 1, 100) < 30 as is_chinese,
        person > 0 and home = (person - 1) * 10 // 13 as is_second,
        pick(writing, 23, 100) < 60 and is_chinese as is_in_han,
        (pick(home, 2, 2) + is_second::int) % 2 as sex,
        if(is_second and pick(person, 3, 100) < 15, person * 2 + 1, home * 2) as family_seed,
        home * 64 + if(pick(writing, 20, 100) < 25, 1 + version, 0) as address_seed,
        person * 2 + (pick(writing, 21, 100) < 20)::int as phone_seed,
        person * 2 + (pick(writing, 22, 100) < 25)::int as email_seed,
        date '1935-01-01' + pick(person, 5, 26000)::int as born
    from numbered
),

named as (
    select
        *,
        if(is_chinese, pinyin_given(sex, person, 9), latin_given(sex, person, 9)
            || if(pick(person, 10, 100) < 30, ' ' || latin_given(sex, person, 11), '')) as given_read,
        if(is_chinese, pinyin_family(family_seed, 12), latin_family(family_seed, 12)
            || if(pick(family_seed, 13, 100) < 40, '-' || latin_family(family_seed, 14), '')) as family_read,
        if(is_in_han, han_given(sex, person, 9), typed(given_read, writing, 24)) as given_typed,
        if(is_in_han, han_family(family_seed, 12), typed(family_read, writing, 25)) as family_typed,
        pick(writing, 26, 100) = 0 as is_swapped,
        if(is_chinese, chinese_city(if(pick(home, 4, 3) = 0, address_seed, home * 64), 8),
            latin_city(if(pick(home, 4, 3) = 0, address_seed, home * 64), 8)) as place
    from drawn
),

final as (
    select
        record,
        since_date,
        if(system = 0, 'crm', printf('system_%02d', system)) as source_system,
        printf('%09d', record * 7919 % 999999937) as party_id,
        if(is_swapped, family_typed, given_typed) as given,
        if(is_swapped, given_typed, family_typed) as family,
        if(is_in_han, family || given, given || ' ' || family) as whole,
        if(is_in_han, 'han', 'latin') as name_script,
        if(pick(writing, 27, 100) < 95, ['f', 'm'][sex + 1], null) as gender_code,
        case
            when pick(writing, 28, 100) < 3 then null
            when pick(writing, 28, 100) < 4 then born + 1
            when pick(writing, 28, 100) < 5 and day(born) <= 12 then make_date(year(born), day(born), month(born))
            else born
        end as birth_date,
        place[if(is_in_han, 2, 1)] as city,
        place[3] as country,
        case
            when pick(writing, 29, 100) >= 70 then null
            when pick(writing, 30, 100) < 4 then 'home' || home || '@example.org'
            else regexp_replace(replace(lower(strip_accents(given_read || '.' || family_read)), 'ø', 'o'), '[^a-z.]', '', 'g')
                || pick(email_seed, 15, 10000) || '@example.' || ['com', 'org', 'net'][pick(person, 16, 3) + 1]
        end as email,
        if(pick(writing, 31, 100) < 75, place[5] || lpad(pick(phone_seed, 17, 1000000000)::varchar, 9, '0')
            [:place[6]::int], null) as mobile,
        case
            when pick(writing, 32, 100) >= 92 then null
            when is_in_han then place[2] || han_street(address_seed, 18) || pick(address_seed, 19, 400) + 1 || '号'
                || pick(address_seed, 33, 60) + 1 || '室'
            else if(pick(writing, 34, 100) < 30, replace(street(address_seed, 18), 'strasse', 'str.'),
                street(address_seed, 18)) || ' ' || pick(address_seed, 19, 400) + 1 || ', ' || place[4]
                || lpad(pick(address_seed, 33, 100)::varchar, 2, '0') || ' ' || place[1]
        end as address,
        pick(writing, 35, 100) < 60 as is_verified,
        if(pick(writing, 36, 100) < 55,
            pick(person, 37, 8999999999) + 1000000000 + if(pick(writing, 38, 100) < 2, 10, 0), null)::varchar as tax_id,
        if(pick(writing, 39, 100) < 20, pick(person, 40, 899999999999) + 100000000000, null)::varchar as national_id,
        if(pick(writing, 41, 100) < 12, 'X' || pick(person, 42, 89999999) + 10000000, null) as passport,
        if(pick(writing, 43, 100) < 25, 'K' || person, null) as core_client_id,
        ['employee', 'professional', 'retired', 'student'][if(system % 5 < 2, pick(person, 44, 4) + 1, null)]
            as occupation_code,
        ['retail', 'affluent', 'private'][if(system % 5 < 2, pick(person, 45, 3) + 1, null)] as segment_code
    from named
)

select * from final
