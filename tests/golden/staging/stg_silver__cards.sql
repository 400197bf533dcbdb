select
    card_id,
    status_code,
    source_system,
    _changed_date
from {{ source('silver', 'cards') }}
where not is_deleted and is_current
