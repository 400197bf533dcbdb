select source, source_system, owner_name, is_required, maximum_age_days
from values
    ('fx/rates', 'fx', 'Treasurer\'s desk', false, cast(6 as int))
    as declared (source, source_system, owner_name, is_required, maximum_age_days)
