"""Places of tags in the packed words."""

from spark_jobs.tags.layout import columns_of, slots_of


def test_the_64th_boolean_tag_of_a_domain_starts_a_second_word():
    slots = slots_of((f"tag_{number:03}", "flows", "boolean") for number in range(64))
    assert [(one.position, one.bit) for one in (slots[62], slots[63])] == [(0, 62), (1, 0)]


def test_places_do_not_depend_on_the_order_of_definitions():
    tags = [("b", "flows", "number"), ("a", "flows", "number"), ("c", "assets", "date")]
    assert slots_of(tags) == slots_of(reversed(tags))


def test_columns_are_those_that_the_tags_need():
    tags = [("a", "flows", "boolean"), ("b", "flows", "score"), ("c", "assets", "category")]
    assert columns_of(slots_of(tags)) == {
        "assets_texts": "array<string>", "flows_known": "array<bigint>", "flows_numbers": "array<double>",
        "flows_true": "array<bigint>",
    }  # fmt: skip
