"""What an article shows of other things follows them."""

import io

import pytest
from django.core.files.images import ImageFile
from PIL import Image

from pennypress.publishing.models import ArticlePage, NewsImage, SectionPage
from tests.factories import make_article, make_byline, make_section


@pytest.fixture
def image(newsroom, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    data = io.BytesIO()
    Image.new("RGB", (90, 60), "navy").save(data, "PNG")
    return NewsImage.objects.create(title="Boat", description="A boat", file=ImageFile(data, name="boat.png"))


@pytest.fixture
def section(newsroom):
    return make_section(newsroom)


def shown(article):
    return str(ArticlePage.objects.get(pk=article.pk).rendered)


def test_the_words_of_a_picture(section, image, work_off):
    lead = make_article(section, title="Lead", lead_image=image)
    inside = ArticlePage(title="Inside", live=False, body=[("image", {"image": image, "placement": "column"})])
    section.add_child(instance=inside)
    inside.save_revision().publish()
    other = make_article(section, title="Other")
    work_off()
    before = shown(other)
    image.description = "A red boat"
    image.save()
    work_off()
    assert "A red boat" in shown(lead) and "A red boat" in shown(inside) and shown(other) == before


def test_the_name_of_a_section_and_of_a_byline(section, work_off):
    article = make_article(section)
    byline = make_byline(article)
    section = SectionPage.objects.get(pk=section.pk)
    section.title = "Town and harbour"
    section.save_revision().publish()
    byline.name = "Ida Holm-Sand"
    byline.save()
    work_off()
    assert "Town and harbour" in shown(article) and "Ida Holm-Sand" in shown(article)


def test_the_address_of_a_page_that_is_linked_to(section, work_off, django_capture_on_commit_callbacks):
    target = make_article(section, title="Target", slug="target")
    linking = make_article(section, title="Linking", text=f'<p><a linktype="page" id="{target.pk}">there</a></p>')
    work_off()
    assert 'href="/town/target/"' in shown(linking)
    target.slug = "moved"
    with django_capture_on_commit_callbacks(execute=True):
        target.save_revision().publish()
    work_off()
    assert 'href="/town/moved/"' in shown(linking)
