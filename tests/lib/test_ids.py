from pennypress.lib.ids import uuid7


def test_ids_are_version_7_and_sort_by_the_time_they_were_made():
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {each.version for each in made} == {7}
