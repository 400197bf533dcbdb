"""What counts as one customer: declared once, part of every step's fingerprint."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of the partition and of the review queue. A changed policy re-clusters everything."""

    threshold: float = 0.95
    """Edges of kind `score` link from here on; rules and must-links always do."""
    review_from: float = 0.80
    review_to: float = 0.98
    """Pairs of kind `score` in [review_from, review_to) are near the threshold and go to the stewards."""
    largest_cluster: int = 50
    """A cluster of more records is held."""
    thin_from: int = 8
    least_density: float = 0.3
    """A cluster of at least thin_from records is held when it has less than this share of its possible links."""
    stricter: tuple[float, ...] = (0.99,)
    """Thresholds tried in turn on a held cluster, before rules and must-links alone, and must-links alone."""
    queue_rows: int = 10_000
    """Rows of the review queue that a business date keeps, highest value at stake first."""

    @classmethod
    def of_model(cls, merge_from: float) -> "Policy":
        """The policy of a matching model that declares from which score on pairs merge: what is below is a question."""
        return cls(threshold=merge_from, review_to=merge_from, stricter=((1 + merge_from) / 2,))

    def text(self) -> str:
        """The policy as JSON, the same text for the same policy."""
        return json.dumps(asdict(self), sort_keys=True)
