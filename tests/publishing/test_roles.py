"""What editors, writers and moderators can do in the admin."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import WorkflowState
from wagtail.users.models import UserProfile

from pennypress.publishing.models import ArticlePage, Byline
from tests.factories import make_article, make_section


@pytest.fixture
def people(newsroom, django_user_model):
    made = {}
    for role in ("Editors", "Writers", "Moderators"):
        made[role] = django_user_model.objects.create_user(f"{role.lower()}@example.org", name=role)
        made[role].groups.add(Group.objects.get(name=role))
    return made


@pytest.fixture
def section(newsroom):
    return make_section(newsroom)


def form_of(article, **action):
    empty = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    sets = {f"{name}-{key}": value for name in ("article_bylines", "related_articles") for key, value in empty.items()}
    return {
        "title": article.title, "slug": article.slug, "standfirst": "", "body-count": "0", "tags": "", **sets, **action,
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "",
    }  # fmt: skip


def draft_of(section, owner):
    article = make_article(section, title="Mine", live=False, owner=owner)
    return ArticlePage.objects.get(pk=article.pk)


def test_a_writer_writes_and_asks_but_does_not_publish(client, people, section):
    client.force_login(people["Writers"])
    mine, theirs = draft_of(section, people["Writers"]), make_article(section, title="Theirs", owner=people["Editors"])
    assert client.get(f"/admin/pages/{mine.pk}/edit/").status_code == 200
    assert client.get(f"/admin/pages/{theirs.pk}/edit/").status_code in (302, 403)
    client.post(f"/admin/pages/{mine.pk}/edit/", form_of(mine, **{"action-publish": "1"}))
    assert not ArticlePage.objects.get(pk=mine.pk).live
    client.post(f"/admin/pages/{mine.pk}/edit/", form_of(mine, **{"action-submit": "1"}))
    assert WorkflowState.objects.filter(object_id=str(mine.pk), status="in_progress").exists()


def test_an_editor_publishes_what_a_writer_asked_for_and_a_moderator_cannot(client, people, section):
    mine = draft_of(section, people["Writers"])
    client.force_login(people["Writers"])
    client.post(f"/admin/pages/{mine.pk}/edit/", form_of(mine, **{"action-submit": "1"}))
    task = WorkflowState.objects.get(object_id=str(mine.pk)).current_task_state
    approve = reverse("wagtailadmin_pages:workflow_action", args=[mine.pk, "approve", task.pk])
    client.force_login(people["Moderators"])
    client.post(approve, {})
    client.post(f"/admin/pages/{mine.pk}/edit/", form_of(mine, **{"action-publish": "1"}))
    assert not ArticlePage.objects.get(pk=mine.pk).live
    client.force_login(people["Editors"])
    client.post(approve, {})
    assert ArticlePage.objects.get(pk=mine.pk).live


@pytest.mark.parametrize(
    ("role", "address", "allowed"),
    [
        ("Editors", "/admin/funding/", True),
        ("Writers", "/admin/funding/", False),
        ("Moderators", "/admin/funding/", False),
        ("Editors", "/admin/discussion/", True),
        ("Moderators", "/admin/discussion/", True),
        ("Writers", "/admin/discussion/", False),
        ("Editors", "/admin/redirects/", True),
        ("Writers", "/admin/redirects/", False),
        ("Writers", "/admin/users/", False),
        ("Moderators", "/admin/users/", False),
        ("Moderators", "/operator/mail/", False),
        ("Writers", "/operator/mail/", False),
    ],
)
def test_each_role_has_its_desks(client, people, role, address, allowed):
    client.force_login(people[role])
    assert (client.get(address).status_code == 200) is allowed


def test_a_draft_is_previewed_by_those_who_write_and_changes_nothing_that_readers_see(client, people, section):
    article = make_article(section, title="Open", slug="open")
    article = ArticlePage.objects.get(pk=article.pk)
    before = article.rendered
    article.title, article.body = "Not yet", [("text", "<p>Words of a draft</p>")]
    article.save_revision()
    draft = f"/admin/pages/{article.pk}/view_draft/"
    assert client.get(draft).status_code == 302
    client.force_login(people["Editors"])
    preview = client.get(draft).content.decode()
    assert "Words of a draft" in preview and "Not yet" in preview
    client.post(f"/admin/pages/{article.pk}/edit/preview/", form_of(article, title="Typed just now"))
    assert "Typed just now" in client.get(f"/admin/pages/{article.pk}/edit/preview/?mode=").content.decode()
    client.logout()
    page = client.get("/town/open/").content.decode()
    assert "draft" not in page and "Typed just now" not in page
    assert ArticlePage.objects.get(pk=article.pk).rendered == before


def test_the_desk_runs_on_the_newsrooms_clock_until_an_editor_chooses_another(client, people, section):
    client.force_login(people["Editors"])
    draft = draft_of(section, people["Editors"])
    draft.go_live_at = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
    draft.save_revision()
    assert "2026-12-01 18:00" in client.get(f"/admin/pages/{draft.pk}/edit/").content.decode()
    UserProfile.objects.update_or_create(user=people["Editors"], defaults={"current_time_zone": "Asia/Tokyo"})
    assert "2026-12-02 02:00" in client.get(f"/admin/pages/{draft.pk}/edit/").content.decode()


def test_a_new_article_carries_its_writers_name_and_the_desk_leads_to_it(client, people, section):
    byline = Byline.objects.create(name="Ida Holm", slug="ida-holm", account=people["Editors"])
    address = f"/admin/pages/add/publishing/articlepage/{section.pk}/"
    for role in ("Editors", "Writers"):
        client.force_login(people[role])
        assert address in client.get("/admin/").content.decode()
        own = client.get(address).context["page"].article_bylines.all()
        assert [line.byline for line in own] == ([byline] if role == "Editors" else [])
    client.force_login(people["Moderators"])
    assert address not in client.get("/admin/").content.decode()
