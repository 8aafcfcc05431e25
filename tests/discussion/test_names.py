"""Nobody but the newsroom's own people takes a name that reads as theirs."""

import pytest
from django.db import connection

from pennypress.discussion import names, rules
from pennypress.discussion.names import reads_as_newsrooms
from pennypress.lib.ids import NOBODY
from pennypress.lib.prepared import with_values
from pennypress.readers.identity import Identity
from tests.discussion.ground import GUEST, post


@pytest.fixture
def ida(django_user_model):
    return django_user_model.objects.create_user("ida@example.org", name="Ida Holm", is_staff=True)


@pytest.mark.parametrize(
    "name",
    [
        "Ida Holm",
        "IDA  HOLM",
        "idaholm",
        "Ｉｄａ　Ｈｏｌｍ",  # full width
        "Idа Hоlm",  # noqa: RUF001 - Cyrillic letters
        "Ida\u200b Holm",
        "Ídà Hólm",
        "I d a H o l m",
        "1da H0lm",
        "Ida.Holm ✓",
        "Ida Holm (Staff)",
        "Editor Ida Holm",
        "The Ferry Post",
        "ferry post",
        "FerryP0st",
        "The Ferry Post newsroom",
        "Anna of the Ferry Post",
        "Moderator",
        "The Editors",
        "ＳＴＡＦＦ",
    ],
)
def test_a_name_that_reads_as_the_newsrooms_is_refused(article, ida, name):
    with pytest.raises(rules.Refused) as refused:
        post(article, name=name)
    assert "reads like the newsroom" in refused.value.sentence


@pytest.mark.parametrize(
    "name",
    ["Ida", "Ida Holmes", "Holm", "Ferry", "Postman", "paul ( original )", "🦊", "★", "李", "Ann, editor of verse"],
)
def test_other_names_are_everybodys(article, ida, name):
    assert post(article, name=name).name == name


def test_the_newsroom_and_who_bears_the_name_keep_it(article, ida, moderator, django_user_model):
    own = Identity(f"user:{ida.pk}", ida.pk, "Ida Holm", True)
    assert post(article, own, name="Ida Holm").name == "Ida Holm"
    assert post(article, GUEST, name="The Ferry Post", by_staff=True).name == "The Ferry Post"
    member = django_user_model.objects.create_user("reader@example.org", name="Mo")
    with pytest.raises(rules.Refused):
        post(article, Identity(f"user:{member.pk}", member.pk, "Mo", False), name="Mo")
    ida.is_active = False
    ida.save()
    assert post(article, text="She has left", name="Ida Holm").id


def test_it_costs_one_query(newsroom, ida, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert reads_as_newsrooms("Ida Holm")


def test_the_form_says_why_and_keeps_the_words(client, article, ida):
    answer = client.post(
        f"/discussion/pages/{article.pk}/comments/", {"text": "Believe me", "name": "Ida Holm"}
    )  # fmt: skip
    assert answer.status_code == 422 and "reads like the newsroom" in answer.content.decode()
    assert "Believe me" in answer.content.decode()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what it knows of the tables.")
def test_names_of_the_newsroom_are_not_looked_for_among_all_readers(newsroom):
    made = names._staff.made()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {made.sql}", with_values(made.params, {"but": NOBODY}, connection))
        plan = [row[3] for row in cursor.fetchall()]
    assert [step for step in plan if step.startswith("SCAN readers_user")] == [
        "SCAN readers_user USING INDEX reader_staff"
    ]
