"""Stories by their ids: kept when they are put together, listed, given out, removed. A later version replaces none.

At most MAX_STORIES are kept: an editor removes what is done with.
"""

import datetime as dt
import json
import secrets
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, insert, select

from assistant.topics.story import Length, Story, Style
from index.errors import shown
from index.store.database import Database
from web.errors import Refused, UnknownStory
from web.replies import Json
from web.stories.tables import metadata, stories, story_versions

MAX_STORIES = 10_000


class Stories:
    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(metadata)

    def keep(self, asked: Json, told: Story, length: Length, style: Style) -> Json:
        """The first version of a new story, as it is sent; where nothing was told, that alone, and nothing is kept.

        Raises Refused where too many are kept.
        """
        document = {**asdict(told), "length": length, "style": style}
        if told.reason:
            return {"story_id": None, "version": None, "created_at": None, **document}
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        kept = {"story_id": secrets.token_urlsafe(9), "version": 1, "created_at": now, **document}
        with self._database.write() as connection:
            count = connection.execute(select(func.count()).select_from(stories)).scalar_one()
            if count >= MAX_STORIES:
                raise Refused(409, f"{MAX_STORIES:,} stories are kept already. Remove those that are done with.")
            row = {"id": kept["story_id"], "asked": json.dumps(asked), "created_at": now, "updated_at": now}
            connection.execute(insert(stories).values(row))
            connection.execute(insert(story_versions).values(_row(kept)))
        return kept

    def get(self, story_id: str, version: int | None = None) -> Json:
        """The newest version, or that one. Raises UnknownStory."""
        of_it = select(story_versions.c.document).where(story_versions.c.story_id == story_id)
        if version is not None:
            of_it = of_it.where(story_versions.c.version == version)
        with self._database.read() as connection:
            found = connection.execute(of_it.order_by(story_versions.c.version.desc())).first()
        if found is None:
            which = f"no version {version} of the story" if version is not None else "no story"
            raise UnknownStory(f"There is {which} {shown(story_id)}. GET /api/stories lists those that there are.")
        document: Json = json.loads(found.document)
        return document

    def all(self, limit: int) -> list[Json]:
        """At most so many, the one that changed last first: without the text."""
        newest = (
            select(story_versions.c.story_id, func.max(story_versions.c.version).label("version"))
            .group_by(story_versions.c.story_id)
            .subquery()
        )
        listed = (
            select(stories, story_versions.c.version, story_versions.c.document)
            .join_from(stories, newest, stories.c.id == newest.c.story_id)
            .join(
                story_versions,
                (story_versions.c.story_id == newest.c.story_id) & (story_versions.c.version == newest.c.version),
            )
            .order_by(stories.c.updated_at.desc(), stories.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(listed).mappings()]

    def remove(self, story_id: str) -> None:
        """With all its versions. Raises UnknownStory."""
        with self._database.write() as connection:
            if not connection.execute(delete(stories).where(stories.c.id == story_id)).rowcount:
                raise UnknownStory(f"There is no story {shown(story_id)}.")


def _row(document: Json) -> Json:
    return {
        "story_id": document["story_id"],
        "version": document["version"],
        "document": json.dumps(document),
        "created_at": document["created_at"],
    }


def _entry(row: Any) -> Json:
    document = json.loads(row["document"])
    return {
        "story_id": row["id"],
        "version": row["version"],
        "topic": document["topic"],
        "headline": document["headline"],
        "as_of": document["as_of"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
