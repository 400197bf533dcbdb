# ruff: noqa: E501 - one break a line reads as a table
"""Every way to break one place of the sample tree, and the problem that it must cause."""

from typing import NamedTuple

SOURCE = "sources/crm/persons.yml"
PARTIES = "entities/parties.yml"


class Break(NamedTuple):
    """One edit of a valid file, and the problem it must cause in the line that holds `at`."""

    rule: str
    old: str
    new: str
    at: str | None
    says: str
    file: str = SOURCE


BREAKS = [
    # shape of the file
    Break("unknown_field", "status: active", "statuss: active", "statuss", "did you mean status?"),
    Break("unknown_field", "team: {name: CRM operations}", "team: {name: CRM operations, boss: x}", "team:", "field boss"),
    Break("unknown_field", "{format: dd", "{fromat: x, format: dd", "fromat", "did you mean format?"),
    Break("unknown_field", "      calendar: weekly", "      calender: daily\n      calendar: weekly", "calender", "did you mean calendar?"),
    Break("unknown_field", "        where: kind", "        were: a\n        where: kind", "were: a", "did you mean where?"),
    Break("unknown_field", "row_count: rows,", "row_count: rows, rowcount: 1,", "rowcount", "did you mean row_count?"),
    Break("unknown_field", "property: quote", "property: qoute", "qoute", "did you mean quote?"),
    Break("unknown_field", "  - property: parameters", "  - {property: externl, value: true}\n  - property: parameters", "externl", "did you mean external?"),
    Break("unknown_field", "property: vaulted", "property: vault", "property: vault,", "did you mean vaulted?", PARTIES),
    Break("missing_field", "team: {name: CRM operations}\n", "", None, "team.name is missing"),
    Break("missing_field", "{purpose: One row per person.}", "{usage: all}", "usage: all", "description.purpose is missing"),
    Break("missing_field", "        description: Date of birth\n", "", "- name: birth_date", "birth_date has no description"),
    Break("missing_field", "      mode: merge\n", "", None, "mode is missing"),
    Break("missing_field", "row_count: rows, ", "", "control:", "row_count is missing"),
    Break("missing_field", "type: custom, engine: spark, implementation: birth_date <= deleted_date", "metric: rowCount, mustBe: 1", "rowCount", "cannot state", PARTIES)._replace(rule="bad_rule"),
    Break("bad_value", "mode: merge", "mode: merged", "mode: merged", "'append', 'merge' or 'snapshot'"),
    Break("bad_value", 'cut_off: "06:00"', 'cut_off: "26:00"', "26:00", "cut_off"),
    Break("bad_value", "order_by: [changed_at]", "order_by: changed_at", "order_by", "valid list"),
    Break("bad_value", "severity: warning", "severity: warn", "severity: warn", "did you mean warning?"),
    Break("bad_value", "classification: restricted", "classification: secret", "secret", "classification secret", PARTIES),
    Break("bad_value", "required: true, description: Person}", "required: 3.5, description: Person}", "3.5", "required"),
    Break("bad_value", "encoding: iso-8859-1", "encoding: latin-99", "latin-99", "unknown encoding"),
    Break("bad_value", "environment: demo", "environment: dmo", "environment: dmo", "did you mean demo?"),
    Break("bad_value", "format: csv", "format: cvs", "format: cvs", "did you mean csv?"),
    Break("bad_path", '"{inbox}/crm', '"{imbox}/crm', "imbox", "did you mean inbox?"),
    Break("bad_path", '"{inbox}/crm', '"/deliveries/crm', "/deliveries/crm", "one machine"),
    Break("bad_path", "/{date}/", "/../{date}/", "/../", "leaves its folder"),
    Break("duplicate", "schema:\n", "  - {server: again, environment: demo, type: local, format: csv, path: '{inbox}/x'}\nschema:\n", "server: again", "environment demo has two servers"),
    Break("bad_value", "income_amount: income", "income_amount: [a, b]", "[a, b]", "income_amount"),
    # types and names
    Break("bad_type", "{name: income, logicalType: number", "{name: income, logicalType: numbre", "numbre", "did you mean number?"),
    Break("bad_type", "income_amount, logicalType: number", "income_amount, logicalType: number, physicalType: float", "float", "physicalType float", PARTIES),
    Break("bad_option", "minimum: 0}, description: Income", "minimum: 0, timezone: UTC}, description: Income", "timezone: UTC", "does nothing for a number"),
    Break("bad_option", "Europe/Zurich", "Europe/Zuerich", "Zuerich", "unknown zone"),
    Break("bad_option", r"'^\S+@\S+$'", "'^(x'", "^(x", "does not compile"),
    Break("bad_name", "      - {name: operation,", "      - {name: Kind2, logicalType: string, description: x}\n      - {name: operation,", "Kind2", "column name Kind2"),
    Break("bad_name", "{name: adviser_id,", "{name: is_deleted,", "name: is_deleted", "added by the runner", PARTIES),
    # identity and duplicates
    Break("identity", "id: crm/persons", "id: crm/people", "id: crm/people", "the path says crm/persons"),
    Break("identity", "  - name: persons", "  - name: person", "- name: person", "schema is named person"),
    Break("duplicate", "status: active\n", "status: active\nstatus: draft\n", "status: draft", "status is given twice"),
    Break("duplicate", "      - {name: operation,", "      - {name: income, logicalType: number, description: Again}\n      - {name: operation,", "Again", "column income is declared twice"),
    Break("duplicate", "          is_pep: is_pep\n", "          is_pep: is_pep\n          is_pep: true\n", "is_pep: true", "is_pep is given twice"),
    Break("duplicate", "name: born_in_the_past", "name: kind_is_known", "implementation:", "two rules are named kind_is_known"),
    # feeds
    Break("dangling_entity", "entity: parties", "entity: partys", "partys", "did you mean parties?"),
    Break("unknown_entity_column", "          is_pep: is_pep", "          is_pop: is_pep", "is_pop", "did you mean is_pep?"),
    Break("missing_expression", "          party_id: concat('crm-', person_id)\n", "", "columns:", "key column party_id"),
    Break("missing_expression", "          party_type: case kind when 'p' then 'person' else 'organisation' end\n", "", "columns:", "required column party_type"),
    Break("bad_expression", "concat('crm-', person_id)", "concat('crm-', person_id", "concat(", "does not parse"),
    Break("bad_expression", "income_amount: income", "income_amount: sum(income)", "sum(income)", "looks at other rows"),
    Break("clock", "add_months(birth_date, :shift_months)", "current_date()", "current_date()", "depends on the clock"),
    Break("undeclared_column", "concat('crm-', person_id)", "concat('crm-', persn_id)", "persn_id", "did you mean person_id?"),
    Break("undeclared_column", "where: kind <> 'x'", "where: knd <> 'x'", "knd", "did you mean kind?"),
    Break("undeclared_parameter", ":shift_months", ":shift_month", ":shift_month", "did you mean shift_months?"),
    Break("type_mismatch", "add_months(birth_date, :shift_months)", "'1970-01-01'", "'1970-01-01'", "date is needed"),
    Break("type_mismatch", "income_amount: income", "income_amount: kind", "income_amount: kind", "decimal(20,4) is needed"),
    Break("type_mismatch", "where: kind <> 'x'", "where: upper(kind)", "upper(kind)", "boolean is needed"),
    Break("unknown_transform", "        where: kind", "        transform: nowhere.function\n        where: kind", "nowhere", "no module nowhere"),
    Break("unknown_transform", "        where: kind", "        transform: sample.with_siz\n        where: kind", "with_siz", "did you mean with_size?"),
    Break("bad_feed", "        where: kind", "        adds: {size: int}\n        where: kind", "adds:", "nothing adds a column"),
    Break("bad_expression", "        where: kind", "        explode: split(kind, ',')\n        where: kind", "explode:", "explode"),
    Break("type_mismatch", "        where: kind", "        explode: kind as one\n        where: kind", "explode:", "array<string> is needed"),
    Break("unknown_function", "concat('crm-', person_id)", "conct('crm-', person_id)", "conct", "did you mean concat?"),
    # rules
    Break("bad_expression", "implementation: birth_date <= current", "implementation: birth_date <= <= current", "<= <=", "rule born_in_the_past"),
    Break("undeclared_column", "<= current_delivery_date", "<= current_delivry_date", "delivry", "did you mean current_delivery_date?"),
    Break("undeclared_column", "birth_date <= deleted_date", "birth_date <= removed_date", "removed_date", "rule born_before_deletion", PARTIES),
    # load
    Break("undeclared_column", "order_by: [changed_at]", "order_by: [change_at]", "change_at", "did you mean changed_at?"),
    Break("undeclared_column", "operation_column: operation", "operation_column: op", "operation_column: op", "op is not declared"),
    Break("undeclared_column", "      mode: merge\n", "      mode: merge\n      key: [person]\n", "key: [person]", "key column person"),
    Break("undeclared_column", "amount_column: income}", "amount_column: incom}", "amount_column: incom}", "did you mean income?"),
    Break("undeclared_column", "value: [party_type]", "value: [party_typ]", "party_typ]", "did you mean party_type?", PARTIES),
    Break("unknown_calendar", "calendar: weekly:mon", "calendar: weekly:someday", "someday", "unknown calendar"),
    Break("bad_load", "primaryKey: true, required: true, description: Person}", "description: Person}", "mode: merge", "needs a key"),
    Break("bad_load", "mode: merge", "mode: snapshot", "operation_column:", "absence deletes"),
    Break("bad_load", "amount_sum: sum_income, ", "", "control:", "only one of"),
    # entities
    Break("dangling_reference", "to: advisers.adviser_id", "to: advisers.id", "advisers.id", "which is not declared", PARTIES),
    Break("missing_field", "customProperties: [{property: normaliser, value: name}, {property: vaulted, value: true}]", "", "- name: name_token", "no normaliser", PARTIES),
    Break("missing_field", "primaryKey: true, required: true, description: Party}", "required: true, description: Party}", "properties:", "no key", PARTIES),
    Break("grain", "{purpose: One row per party.}", "{purpose: Parties.}", "Parties.}", "does not say the grain", PARTIES),
    # syntax
    Break("yaml", "team: {name: CRM operations}", "team: {name: CRM operations", "servers:", "did not find")._replace(at=None, says=""),
]  # fmt: skip
