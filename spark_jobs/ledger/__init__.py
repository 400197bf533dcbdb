"""The ledger: what was delivered, what became of it and what has been done with it, as small Delta tables."""

from spark_jobs.ledger.deliveries import Delivery, delivery_id, resolve
from spark_jobs.ledger.ledger import Freshness, Ledger, Reconciliation, UnknownDeliveryError
from spark_jobs.ledger.store import Store

__all__ = [
    "Delivery",
    "Freshness",
    "Ledger",
    "Reconciliation",
    "Store",
    "UnknownDeliveryError",
    "delivery_id",
    "resolve",
]
