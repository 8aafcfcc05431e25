import pytest


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
