"""Parting one component that cannot be taken as it is: it joins what must stay apart, is too large or too thin.

Plain Python on the few components that need it; nodes are integers in the order of the record keys, so that the result
depends on the records and never on the order they came in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from spark_jobs.identity.policy import Policy

SCORE, RULE, MUST = 0, 1, 2
"""Tiers of links: a must-link is stronger than a rule, a rule is stronger than any score."""


class Link(NamedTuple):
    """A link between two records, left < right; of must-links the score is the day of the decision."""

    tier: int
    score: float
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Part:
    """Records that are published as one customer; held_reason says why the cluster they come from is held."""

    nodes: tuple[int, ...]
    held_reason: str | None = None


def settle(nodes: Iterable[int], links: list[Link], cannot: list[tuple[int, int]], policy: Policy) -> Iterator[Part]:
    """The parts of one component, in no order.

    A part that is neither oversized nor thin is taken. Any other is held: only what stronger links join is published,
    under each of the stricter thresholds, then rules and must-links, then must-links, until it fits.
    """
    for part, within in _within(agglomerate(nodes, links, cannot), links):
        reason = held_reason(part, within, policy)
        if reason is None:
            yield Part(part)
        else:
            for stricter in _tighten(part, within, cannot, policy):
                yield Part(stricter, reason)


def agglomerate(
    nodes: Iterable[int], links: Iterable[Link], cannot: Iterable[tuple[int, int]]
) -> list[tuple[int, ...]]:
    """Groups joined by the links, strongest first, where a link that would join a cannot-pair is refused.

    Order: must-links (the latest decision first), rules, scores descending; ties by left, then right node. So a
    cannot-link gives way to nothing, and of contradictory must-links the later ones hold.
    """
    group = {node: [node] for node in nodes}
    home = {node: node for node in group}
    foes: dict[int, set[int]] = defaultdict(set)
    for left, right in cannot:
        if left in home and right in home:
            foes[left].add(right)
            foes[right].add(left)
    for link in sorted(links, key=lambda one: (-one.tier, -one.score, one.left, one.right)):
        kept, joined = home[link.left], home[link.right]
        if kept == joined or joined in foes[kept]:
            continue
        if len(group[kept]) < len(group[joined]):
            kept, joined = joined, kept
        for node in group[joined]:
            home[node] = kept
        group[kept] += group.pop(joined)
        for foe in foes.pop(joined, set()):
            foes[foe].discard(joined)
            foes[foe].add(kept)
            foes[kept].add(foe)
    return [tuple(sorted(one)) for one in group.values()]


def held_reason(part: tuple[int, ...], within: list[Link], policy: Policy) -> str | None:
    """`oversized`, `thin` or None; a cluster that must-links alone hold together has been approved by stewards."""
    size = len(part)
    is_thin = size >= policy.thin_from and len(within) < policy.least_density * size * (size - 1) / 2
    if size <= policy.largest_cluster and not is_thin:
        return None
    approved = agglomerate(part, [one for one in within if one.tier == MUST], [])
    return None if len(approved) == 1 else "oversized" if size > policy.largest_cluster else "thin"


def _tighten(
    part: tuple[int, ...], links: list[Link], cannot: list[tuple[int, int]], policy: Policy
) -> Iterator[tuple[int, ...]]:
    waiting = [(part, links)]
    for is_strong in _rungs(policy):
        held = []
        for one in waiting:
            strong = [link for link in one[1] if is_strong(link)]
            for piece, within in _within(agglomerate(one[0], strong, cannot), strong):
                if held_reason(piece, within, policy):
                    held.append((piece, within))
                else:
                    yield piece
        waiting = held
    yield from (piece for piece, _ in waiting)


def _rungs(policy: Policy) -> list[Callable[[Link], bool]]:
    scores = [lambda link, least=least: link.tier > SCORE or link.score >= least for least in policy.stricter]
    return [*scores, lambda link: link.tier >= RULE, lambda link: link.tier == MUST]


def _within(parts: list[tuple[int, ...]], links: Iterable[Link]) -> list[tuple[tuple[int, ...], list[Link]]]:
    """Each part with the links that lie inside it."""
    place = {node: number for number, part in enumerate(parts) for node in part}
    inside: list[list[Link]] = [[] for _ in parts]
    for link in links:
        if place[link.left] == place[link.right]:
            inside[place[link.left]].append(link)
    return list(zip(parts, inside, strict=True))
