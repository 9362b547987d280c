"""The tables of stories: what each is about, and every version of it as the JSON that it was sent as."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

from index.store.dialects import Text

metadata = MetaData()

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("asked", Text, nullable=False),  # as JSON: topic, filters, length, style
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

story_versions = Table(
    "story_versions",
    metadata,
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),  # from 1
    Column("document", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)
