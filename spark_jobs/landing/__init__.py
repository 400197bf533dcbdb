"""Landing: files as delivered become checked, counted, row-numbered bronze rows, and ledger records say so."""

from spark_jobs.landing.problems import DeliveryProblem
from spark_jobs.landing.system import LandingResult, land_system

__all__ = ["DeliveryProblem", "LandingResult", "land_system"]
