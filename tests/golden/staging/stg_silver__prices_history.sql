select
    instrument_id,
    source_system,
    is_deleted,
    deleted_date,
    _changed_date
from {{ source('silver', 'prices') }}
