select 'fx/rates' as source, 'fx' as source_system, 'Treasurer\'s desk' as owner_name, false as is_required, cast(6 as int) as maximum_age_days
