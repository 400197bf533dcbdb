select
    card_id,
    status_code,
    source_system,
    is_deleted,
    deleted_date,
    valid_from,
    valid_to,
    is_current,
    _changed_date
from {{ source('silver', 'cards') }}
