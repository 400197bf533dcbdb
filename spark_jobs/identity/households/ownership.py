"""Who owns what through layers: shares of persons in organisations, all paths added, loops included.

With D the shares that persons hold themselves (person x organisation) and A those that organisations hold of each
other, the effective shares are E = D + E A = D (I - A)^-1, the integrated ownership of Brioschi, Buzzacchi and Colombo
(Risk capital financing and the separation of ownership and control in business groups, 1989). On layers without a loop
it is the sum over all paths of the products of their shares, as article 52 of Regulation (EU) 2024/1624 says.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import sparse

from spark_jobs.identity.engine import query
from spark_jobs.identity.households.facts import Facts

HOLDINGS = """
select customer_id as owner_id, related_id as organisation_id, share_rate,
    share_rate / greatest(1, sum(share_rate) over (partition by related_id)) as part_rate,
    people.customer_id is not null as is_person
from ties
left join people using (customer_id)
anti join people as persons on ties.related_id = persons.customer_id
where relation = 'owner' and share_rate > 0
order by organisation_id, owner_id
"""
TOLERANCE = 1e-9
SMALLEST = 1e-15
DOUBLINGS = 40
"""Paths of up to 2^40 steps are added: exact on layers, and past what a double tells apart on loops."""


def holdings(facts: Facts) -> pa.Table:
    """One row per owner and organisation held: owner_id, organisation_id, share_rate, part_rate, is_person.

    `part_rate` is the share, brought to a sum of 1 where an organisation's owners are told to hold more than that.
    """
    return query(HOLDINGS, ties=facts.ties, people=facts.people)


@dataclass(frozen=True, slots=True)
class Ownership:
    """Shares as matrices: D (person x organisation) and A (organisation x organisation) that lead to a person."""

    persons: pa.Array
    organisations: pa.Array
    direct: sparse.csr_array
    between: sparse.csr_array

    @classmethod
    def of(cls, held: pa.Table) -> "Ownership":
        """Of the parts that owners hold. An organisation that no path from a person reaches is left out.

        What is left has an owner outside of every loop, so that the sum over paths is finite.
        """
        reached = query(REACHED, held=held)
        behind = query("select * from held semi join reached using (organisation_id)", held=held, reached=reached)
        organisations = reached.column("organisation_id").combine_chunks()
        persons = query("select distinct owner_id from behind where is_person order by 1", behind=behind)
        owners = persons.column("owner_id").combine_chunks()
        own = behind.filter(behind["is_person"])
        others = query(OTHERS, behind=behind, reached=reached)
        direct = _matrix(own, owners, organisations)
        return cls(owners, organisations, direct, _matrix(others, organisations, organisations))

    def effective(self) -> sparse.csr_array:
        """D (I - A)^-1, by doubling: (I + A)(I + A^2)(I + A^4)..."""
        power = self.between
        every = sparse.eye_array(power.shape[0], format="csr") + power
        for _ in range(DOUBLINGS):
            power = _pruned(power @ power)
            if not power.nnz:
                break
            every = every + every @ power
        return _pruned(self.direct @ every)

    def controlled(self, above: float) -> sparse.csr_array:
        """Shares that a person holds oneself and through organisations of which one controls more than `above`."""
        in_hand = self.direct
        count = -1
        while True:
            control = _above(in_hand, above)
            if control.nnz == count:
                return in_hand
            count = control.nnz
            in_hand = _pruned(self.direct + control @ self.between)


REACHED = """
with recursive found as (
    select organisation_id from held where is_person
    union
    select held.organisation_id from found join held on held.owner_id = found.organisation_id
)
select organisation_id from found order by 1
"""
OTHERS = """
select * from behind
semi join (select organisation_id as owner_id from reached) as owners using (owner_id)
where not is_person
"""


def as_table(matrix: sparse.csr_array, ownership: Ownership, column: str) -> pa.Table:
    """One row per person and organisation with a share: person_id, organisation_id and the share, to 10 decimals."""
    cells = matrix.tocoo()
    return pa.table({
        "person_id": ownership.persons.take(pa.array(cells.row)),
        "organisation_id": ownership.organisations.take(pa.array(cells.col)),
        column: np.round(cells.data, 10),
    })  # fmt: skip


def _matrix(rows: pa.Table, owners: pa.Array, organisations: pa.Array) -> sparse.csr_array:
    places = [
        pa.compute.index_in(rows.column(name).combine_chunks(), value_set=known).to_numpy(zero_copy_only=False)
        for name, known in (("owner_id", owners), ("organisation_id", organisations))
    ]
    shape = (len(owners), len(organisations))
    return sparse.csr_array((rows.column("part_rate").to_numpy(), tuple(places)), shape=shape, dtype=np.float64)


def _pruned(matrix: sparse.csr_array) -> sparse.csr_array:
    matrix.data[matrix.data < SMALLEST] = 0
    matrix.eliminate_zeros()
    return matrix


def _above(matrix: sparse.csr_array, above: float) -> sparse.csr_array:
    control = matrix.copy()
    control.data = (control.data > above + TOLERANCE).astype(np.float64)
    control.eliminate_zeros()
    return control
