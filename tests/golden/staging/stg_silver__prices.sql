select
    instrument_id,
    source_system,
    _changed_date
from {{ source('silver', 'prices') }}
where not is_deleted
