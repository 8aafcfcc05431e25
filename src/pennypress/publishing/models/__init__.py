from pennypress.publishing.models.corrections import Correction
from pennypress.publishing.models.images import NewsImage, NewsRendition
from pennypress.publishing.models.pages import (
    ArticleByline,
    ArticlePage,
    ArticleTag,
    AuthorPage,
    Byline,
    FrontPage,
    PlainPage,
    RelatedArticle,
    SectionPage,
)

__all__ = [
    "ArticleByline",
    "ArticlePage",
    "ArticleTag",
    "AuthorPage",
    "Byline",
    "Correction",
    "FrontPage",
    "NewsImage",
    "NewsRendition",
    "PlainPage",
    "RelatedArticle",
    "SectionPage",
]
