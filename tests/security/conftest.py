import pytest

from tests.factories import make_article, make_section


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


@pytest.fixture
def moderator(newsroom, django_user_model):
    return django_user_model.objects.create_superuser("m@example.org", name="Mo")


@pytest.fixture
def reader(newsroom, django_user_model):
    return django_user_model.objects.create_user("reader@example.org", name="Rita")


@pytest.fixture
def address(article):
    """Where comments on the article are sent."""
    return f"/discussion/pages/{article.pk}/comments/"
