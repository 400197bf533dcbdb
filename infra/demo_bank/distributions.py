"""Wealth, ages and balance sheets of affluent households.

Figures restated from the Survey of Consumer Finances of the US Federal Reserve (waves 2010 to 2022, weighted, in
thousands of 2022 dollars). Net worth follows the age of the household's head; shares are means over gross assets within
a bracket of net worth.
"""

import numpy as np

AGE_BRACKETS = np.array([18, 35, 45, 55, 65, 75, 92])
AGE_SHARES = np.array([0.040, 0.139, 0.201, 0.244, 0.244, 0.132])
"""Ages of heads of households with a net worth above 500 thousand."""

WEALTH_QUANTILES = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999])
WEALTH_BY_AGE = np.array([
    [12, 27, 66, 120, 243, 379, 784, 3_340],
    [87, 145, 245, 409, 999, 2_012, 6_395, 20_123],
    [163, 270, 420, 773, 1_547, 3_350, 13_606, 33_399],
    [221, 360, 615, 1_082, 2_304, 5_881, 17_817, 78_952],
    [334, 538, 810, 1_465, 2_709, 5_289, 16_169, 71_870],
    [289, 389, 571, 906, 1_926, 3_741, 13_957, 73_797],
])  # fmt: skip

WEALTH_BRACKETS = np.array([500, 1_000, 3_000, 10_000])
"""Lower bounds, in thousands, of the second to the last bracket of SHARES."""

SHARES = {
    "liquid": np.array([0.058, 0.051, 0.051, 0.046, 0.042]),
    "equity": np.array([0.102, 0.151, 0.225, 0.277, 0.282]),
    "other_financial": np.array([0.116, 0.139, 0.163, 0.191, 0.144]),
    "property": np.array([0.581, 0.480, 0.303, 0.169, 0.102]),
    "business": np.array([0.025, 0.053, 0.100, 0.181, 0.323]),
    "debt": np.array([0.286, 0.200, 0.128, 0.052, 0.030]),
}
INCOME_TO_WEALTH = np.array([0.299, 0.193, 0.133, 0.117, 0.078])
INDEBTED = np.array([0.82, 0.81, 0.78, 0.64, 0.62])
"""Share of households with any debt."""
BUSINESS_OWNERS = np.array([0.10, 0.19, 0.33, 0.48, 0.70])

CLIENT_FLOOR = 0.75
"""A private bank's clients come from the upper quarter of their age group."""


def draw_ages(random: np.random.Generator, size: int) -> np.ndarray:
    """Ages in years (fractions included) of heads of affluent households."""
    bracket = random.choice(len(AGE_SHARES), size, p=AGE_SHARES / AGE_SHARES.sum())
    low, high = AGE_BRACKETS[bracket], AGE_BRACKETS[bracket + 1]
    return low + random.random(size) * (high - low)


def draw_wealth(random: np.random.Generator, ages: np.ndarray) -> np.ndarray:
    """Net worth of clients of these ages, in whole units of base currency."""
    rank = CLIENT_FLOOR + random.random(len(ages)) * (0.9995 - CLIENT_FLOOR)
    bracket = np.clip(np.searchsorted(AGE_BRACKETS, ages, side="right") - 1, 0, len(WEALTH_BY_AGE) - 1)
    logs = np.log(WEALTH_BY_AGE)
    wealth = np.empty(len(ages))
    for index, row in enumerate(logs):
        chosen = bracket == index
        wealth[chosen] = np.exp(np.interp(rank[chosen], WEALTH_QUANTILES, row))
    return np.round(wealth * 1_000)


def bracket_of(wealth: np.ndarray) -> np.ndarray:
    """Index of the wealth bracket of each amount in whole units."""
    return np.searchsorted(WEALTH_BRACKETS * 1_000, wealth, side="right")


def share(kind: str, wealth: np.ndarray) -> np.ndarray:
    """Mean share of assets held as `kind` at this wealth."""
    return SHARES[kind][bracket_of(wealth)]
