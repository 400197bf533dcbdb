# ruff: noqa: E501 - YAML as people write it
"""A valid tree of one source and two entities, to be broken in one place at a time."""

from pathlib import Path

PARTIES = """\
apiVersion: v3.1.0
kind: DataContract
id: parties
version: 1.0.0
status: active
description: {purpose: One row per party.}
team: {name: Customer data}
schema:
  - name: parties
    properties:
      - {name: party_id, logicalType: string, primaryKey: true, required: true, description: Party}
      - {name: party_type, logicalType: string, required: true, description: person or organisation}
      - {name: birth_date, logicalType: date, description: Date of birth}
      - {name: income_amount, logicalType: number, description: Income a year}
      - {name: is_pep, logicalType: boolean, description: Politically exposed}
      - {name: adviser_id, logicalType: string, description: Adviser, relationships: [{type: foreignKey, to: advisers.adviser_id}]}
      - name: name_token
        logicalType: string
        classification: restricted
        description: Token of the name
        customProperties: [{property: normaliser, value: name}, {property: vaulted, value: true}]
    quality:
      - {name: born_before_deletion, type: custom, engine: spark, implementation: birth_date <= deleted_date, description: Born first}
customProperties:
  - {property: history, value: scd2}
  - {property: partition_by, value: [party_type]}
"""

ADVISERS = """\
apiVersion: v3.1.0
kind: DataContract
id: advisers
version: 1.0.0
status: active
description: {purpose: One row per adviser.}
team: {name: Sales}
schema:
  - name: advisers
    properties:
      - {name: adviser_id, logicalType: string, primaryKey: true, required: true, description: Adviser}
"""

PERSONS = """\
apiVersion: v3.1.0
kind: DataContract
id: crm/persons
version: 1.0.0
status: active
description: {purpose: One row per person.}
team: {name: CRM operations}
servers:
  - server: demo
    environment: demo
    type: custom
    format: csv
    path: "{inbox}/crm/{date}/persons*.csv"
    delimiter: ";"
    encoding: iso-8859-1
    customProperties:
      - {property: header, value: false}
      - {property: quote, value: "'"}
schema:
  - name: persons
    properties:
      - {name: person_id, physicalName: id, logicalType: string, primaryKey: true, required: true, description: Person}
      - name: birth_date
        logicalType: date
        logicalTypeOptions: {format: dd.MM.yyyy|yyyy-MM-dd, minimum: 1900-01-01}
        description: Date of birth
      - {name: income, logicalType: number, logicalTypeOptions: {minimum: 0}, description: Income, customProperties: [{property: decimal_comma, value: true}]}
      - {name: is_pep, logicalType: boolean, logicalTypeOptions: {trueValues: [J], falseValues: [N]}, description: Exposed}
      - name: kind
        logicalType: string
        description: Kind of person
        quality: [{metric: invalidValues, arguments: {validValues: [p, "o'r"]}, mustBe: 0, severity: warning}]
      - {name: email, logicalType: string, logicalTypeOptions: {pattern: '^\\S+@\\S+$'}, description: Mail address}
      - {name: changed_at, logicalType: timestamp, logicalTypeOptions: {defaultTimezone: Europe/Zurich}, description: Last change}
      - {name: operation, logicalType: string, description: U or D}
    quality:
      - name: born_in_the_past
        type: custom
        engine: spark
        implementation: birth_date <= current_delivery_date
        severity: info
        description: A birth lies before the delivery
customProperties:
  - property: parameters
    value: {shift_months: 288}
  - property: load
    value:
      mode: merge
      order_by: [changed_at]
      operation_column: operation
      calendar: weekly:mon
      cut_off: "06:00"
      requirement: optional
      control: {path: "{stem}.ctl", row_count: rows, amount_sum: sum_income, amount_column: income}
  - property: feeds
    value:
      - entity: parties
        where: kind <> 'x'
        columns:
          party_id: concat('crm-', person_id)
          party_type: case kind when 'p' then 'person' else 'organisation' end
          birth_date: add_months(birth_date, :shift_months)
          income_amount: income
          is_pep: is_pep
"""

FILES = {
    "sources/crm/persons.yml": PERSONS,
    "entities/parties.yml": PARTIES,
    "entities/advisers.yml": ADVISERS,
}


def write_tree(root: Path, files: dict[str, str] | None = None) -> Path:
    """The valid tree below `root`, with these files in place of its own."""
    for name, text in (FILES | (files or {})).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def line_of(text: str, marker: str) -> int:
    """Number of the only line that holds the marker."""
    found = [number for number, line in enumerate(text.splitlines(), 1) if marker in line]
    assert len(found) == 1, f"{marker!r} is in lines {found}"
    return found[0]
