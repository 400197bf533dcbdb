"""What can be wrong with a delivery, in words that say where and what to do."""


class DeliveryProblem(Exception):  # noqa: N818
    """The run must stop: nothing of this delivery was committed. The message names file, rule and the way out."""


class RejectedDeliveryError(Exception):
    """The delivery as a whole cannot be taken; it is recorded as rejected and the run goes on."""

    def __init__(self, rule: str, reason: str, raw: str | None = None) -> None:
        super().__init__(reason)
        self.rule, self.reason, self.raw = rule, reason, raw
