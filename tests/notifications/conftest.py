import pytest

from tests.factories import make_article, make_section


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


@pytest.fixture
def moderator(newsroom, django_user_model):
    return make_member(django_user_model, "m@example.org", is_superuser=True, is_staff=True)


@pytest.fixture
def member(newsroom, django_user_model):
    return make_member(django_user_model, "mia@example.org")


def make_member(model, email, **fields):
    user = model.objects.create_user(email, name=email.split("@")[0].title(), **fields)
    user.emailaddress_set.create(email=email, verified=True, primary=True)
    return user
