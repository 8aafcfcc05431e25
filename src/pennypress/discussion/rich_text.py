"""The author's question to readers, as a button of Wagtail's text editor: a stretch of text with a question attached.

In the stored text it is `<span data-key="…" data-open="1" data-question="…">`, which goes as it is into what readers see.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from draftjs_exporter.dom import DOM
from wagtail.admin.rich_text.converters.html_to_contentstate import InlineEntityElementHandler
from wagtail.admin.rich_text.editors.draftail.features import EntityFeature
from wagtail.rich_text.feature_registry import FeatureRegistry

FEATURE, TYPE = "question", "QUESTION"

# The words of the dialog, for its script.
WORDS = {
    "title": _("A question to readers"),
    "passage": _("About the words"),
    "question": _("Question"),
    "open": _("Show the question in the article"),
    "openHelp": _("It stands below the paragraph, with a way to answer. Otherwise only a quiet mark stands there."),
    "save": _("Ask"),
    "remove": _("Take the question out"),
    "cancel": _("Cancel"),
    "nothing": _("Select the words your question is about first, then press this button."),
    "twoParagraphs": _("A question is about words of one paragraph. Select less."),
    "link": _("There is a link or a question in the selected words. Select words without one."),
}


def register(features: FeatureRegistry) -> None:
    """Make the button known to the editor; a text field shows it where its `features` name it."""
    button = {"type": TYPE, "icon": "help", "description": _("Ask readers"), "words": WORDS}
    script = EntityFeature(
        button, js=["discussion/question-editor.js"], css={"all": ["discussion/question-editor.css"]}
    )
    features.register_editor_plugin("draftail", FEATURE, script)
    features.register_converter_rule(
        "contentstate",
        FEATURE,
        {
            "from_database_format": {"span[data-question]": QuestionHandler(TYPE)},
            "to_database_format": {"entity_decorators": {TYPE: question_element}},
        },
    )


class QuestionHandler(InlineEntityElementHandler):
    mutability = "MUTABLE"

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, str]:
        return {name: attrs.get(f"data-{name}", "") for name in ("key", "open", "question")}


def question_element(props: dict[str, Any]) -> Any:
    data = {f"data-{name}": str(props.get(name) or "") for name in ("key", "open", "question")}
    return DOM.create_element("span", data, props["children"])
