"""The author's question in Wagtail's text editor: what is stored is what the editor shows, and the other way round."""

import json

import pytest
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

STORED = (
    '<p data-block-key="a1b2c">The crane was <b>not</b> '
    '<span data-key="k1" data-open="1" data-question="Who &amp; when?">sold in 1988</span>.</p>'
)


@pytest.mark.django_db
def test_a_question_comes_back_as_it_was_stored():
    converter = ContentstateConverter(features=["bold", "question"])
    state = json.loads(converter.from_database_format(STORED))
    (entity,) = state["entityMap"].values()
    assert entity["type"] == "QUESTION"
    assert entity["data"] == {"key": "k1", "open": "1", "question": "Who & when?"}
    assert converter.to_database_format(json.dumps(state)) == STORED


def test_the_articles_text_offers_the_button():
    from pennypress.publishing.blocks import ArticleBody

    text = ArticleBody().child_blocks["text"]
    assert "question" in text.features
    options = text.field.widget.options["entityTypes"]
    assert [option["type"] for option in options if option["type"] == "QUESTION"]
