import pytest

from tests.browser.ground import sign_in


@pytest.fixture
def make_page(site, browser):
    """Pages of the demo in contexts of their own; options are playwright's."""
    contexts = []

    def make(**options):
        context = browser.new_context(**{"base_url": site.url, **options})
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def editor(make_page, site):
    """Makes a page of somebody who may moderate, and whose comments appear at once."""

    def make(**options):
        page = make_page(**options)
        sign_in(page, site)
        return page

    return make
