"""The library that the settings name."""

from index.library import Library
from web.settings import Settings


def open_library(settings: Settings) -> Library:
    return Library(
        settings.data_dir,
        settings.embedding_model,
        database=settings.database,
        index=settings.index,
        companies=settings.companies,
    )
