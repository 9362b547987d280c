-- A database of format 2, as it was made before `application_id` and `corpus.id`: two articles, one removed.
CREATE TABLE articles (
	id VARCHAR(128) NOT NULL,
	revision VARCHAR(16) NOT NULL,
	origin TEXT NOT NULL,
	in_folder INTEGER NOT NULL,
	chunker INTEGER NOT NULL,
	added_at VARCHAR(32) NOT NULL,
	PRIMARY KEY (id)
);
INSERT INTO "articles" VALUES('bridge','5590b461f850035b','bridge.txt',0,3,'2026-11-27T16:27:07.469+00:00');
INSERT INTO "articles" VALUES('comet','4c41a6d399aacb29','by hand',0,3,'2026-11-27T16:27:08.078+00:00');
CREATE TABLE copies (
	article_id VARCHAR(128) NOT NULL,
	copy_id VARCHAR(128) NOT NULL,
	PRIMARY KEY (article_id, copy_id),
	FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE,
	FOREIGN KEY(copy_id) REFERENCES articles (id) ON DELETE CASCADE
);
CREATE TABLE copy_bands (
	band INTEGER NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (band, number),
	FOREIGN KEY(number) REFERENCES signatures (number) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE TABLE corpus (
	seq INTEGER NOT NULL
);
INSERT INTO "corpus" VALUES(4);
CREATE TABLE embeddings (
	"key" BLOB NOT NULL,
	model TEXT NOT NULL,
	vector BLOB NOT NULL,
	PRIMARY KEY ("key", model)
);
CREATE TABLE feed_entries (
	address TEXT NOT NULL,
	error_count INTEGER NOT NULL,
	errors TEXT NOT NULL,
	PRIMARY KEY (address)
);
CREATE TABLE feedback (
	message_id TEXT NOT NULL,
	is_positive BOOLEAN NOT NULL,
	feedback_text TEXT,
	created_at TEXT NOT NULL,
	PRIMARY KEY (message_id),
	FOREIGN KEY(message_id) REFERENCES messages (id) ON DELETE CASCADE
);
CREATE TABLE feeds (
	address TEXT NOT NULL,
	checked_at TEXT NOT NULL,
	last_good_at TEXT,
	failing_since TEXT,
	message TEXT,
	PRIMARY KEY (address)
);
CREATE TABLE files (
	path TEXT NOT NULL,
	size INTEGER NOT NULL,
	modified FLOAT NOT NULL,
	PRIMARY KEY (path)
);
CREATE TABLE jobs (
	number INTEGER NOT NULL,
	id TEXT NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	request TEXT,
	outcome TEXT,
	PRIMARY KEY (number),
	UNIQUE (id)
);
CREATE TABLE listing (
	article_id VARCHAR(128) NOT NULL,
	revision VARCHAR(16) NOT NULL,
	published VARCHAR(40) NOT NULL,
	added VARCHAR(32) NOT NULL,
	title TEXT NOT NULL,
	source TEXT NOT NULL,
	passages INTEGER NOT NULL,
	words TEXT NOT NULL,
	PRIMARY KEY (article_id),
	FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);
INSERT INTO "listing" VALUES('bridge','5590b461f850035b','2023-11-04','2026-11-27T16:27:07.469+00:00','bridge','gazette',1,'bridge
gazette

bridge.txt');
INSERT INTO "listing" VALUES('comet','4c41a6d399aacb29','','2026-11-27T16:27:08.078+00:00','comet','',1,'comet


by hand');
CREATE TABLE message_facts (
	number INTEGER NOT NULL,
	session_id TEXT NOT NULL,
	words TEXT NOT NULL,
	settings TEXT NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(number) REFERENCES messages (number) ON DELETE CASCADE
);
CREATE TABLE messages (
	number INTEGER NOT NULL,
	id TEXT NOT NULL,
	session_id TEXT NOT NULL,
	question TEXT NOT NULL,
	answer TEXT NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (id),
	FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);
CREATE TABLE passages (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	article_id TEXT NOT NULL,
	revision VARCHAR(16) NOT NULL,
	start INTEGER NOT NULL,
	"end" INTEGER NOT NULL,
	embedding_key BLOB NOT NULL,
	FOREIGN KEY(article_id, revision) REFERENCES revisions (article_id, revision) ON DELETE CASCADE
);
INSERT INTO "passages" VALUES(1,'bridge','5590b461f850035b',0,44,X'1035A8818B42BE7E58C4101348C4117F');
INSERT INTO "passages" VALUES(2,'comet','4c41a6d399aacb29',0,20,X'D08F91A5956FF3B63D88C985C4B4D123');
CREATE TABLE rebuilds (
	completed_at VARCHAR(32) NOT NULL
);
INSERT INTO "rebuilds" VALUES('2026-11-27T16:27:09.397+00:00');
CREATE TABLE removals (
	seq INTEGER NOT NULL,
	article_id TEXT NOT NULL,
	revision VARCHAR(16) NOT NULL,
	by_hand INTEGER NOT NULL,
	PRIMARY KEY (seq, article_id)
);
INSERT INTO "removals" VALUES(4,'gone','ed327aa0e9c51d3e',1);
CREATE TABLE revisions (
	article_id VARCHAR(128) NOT NULL,
	revision VARCHAR(16) NOT NULL,
	title TEXT NOT NULL,
	text TEXT NOT NULL,
	url TEXT,
	source TEXT,
	author TEXT,
	published_at VARCHAR(40),
	updated_at VARCHAR(40),
	language VARCHAR(40),
	section TEXT,
	image_credit TEXT,
	provenance TEXT,
	provenance_evidence TEXT,
	removed TEXT DEFAULT '[]' NOT NULL,
	found_in TEXT DEFAULT '{}' NOT NULL,
	added_at VARCHAR(32) NOT NULL,
	PRIMARY KEY (article_id, revision),
	FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);
INSERT INTO "revisions" VALUES('bridge','5590b461f850035b','Bridge','The Zephyr bridge opened on 4 November 2023.','https://example.org/bridge','Gazette',NULL,'2023-11-04',NULL,NULL,NULL,NULL,NULL,NULL,'[]','{}','2026-11-27T16:27:07.469+00:00');
INSERT INTO "revisions" VALUES('comet','4c41a6d399aacb29','Comet','The comet came back.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','{}','2026-11-27T16:27:08.078+00:00');
CREATE TABLE sessions (
	id TEXT NOT NULL,
	title TEXT NOT NULL,
	created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE signatures (
	number INTEGER NOT NULL,
	article_id VARCHAR(128) NOT NULL,
	revision VARCHAR(16) NOT NULL,
	shingles INTEGER NOT NULL,
	minima BLOB NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (article_id),
	FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);
CREATE TABLE trash (
	article_id TEXT NOT NULL,
	removed_at VARCHAR(32) NOT NULL,
	seq INTEGER NOT NULL,
	article TEXT NOT NULL,
	revisions TEXT NOT NULL,
	PRIMARY KEY (article_id)
);
INSERT INTO "trash" VALUES('gone','2026-11-27T16:27:09.081+00:00',4,'{"id": "gone", "revision": "ed327aa0e9c51d3e", "origin": "by hand", "in_folder": 0, "chunker": 3, "added_at": "2026-11-27T16:27:08.537+00:00"}','[{"article_id": "gone", "revision": "ed327aa0e9c51d3e", "title": "Gone", "text": "The lantern went out.", "url": null, "source": null, "author": null, "published_at": null, "updated_at": null, "language": null, "section": null, "image_credit": null, "provenance": null, "provenance_evidence": null, "removed": "[]", "found_in": "{}", "added_at": "2026-11-27T16:27:08.537+00:00"}]');
CREATE TABLE validators (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	url TEXT NOT NULL,
	etag TEXT,
	last_modified TEXT,
	UNIQUE (url)
);
CREATE INDEX articles_by_origin ON articles (origin);
CREATE INDEX removals_by_article ON removals (article_id, revision);
CREATE INDEX trash_by_time ON trash (removed_at);
CREATE INDEX copies_by_copy ON copies (copy_id);
CREATE INDEX passages_by_article ON passages (article_id);
CREATE INDEX passages_by_embedding ON passages (embedding_key);
CREATE INDEX copy_bands_by_number ON copy_bands (number);
CREATE TRIGGER corpus_insert AFTER INSERT ON articles BEGIN UPDATE corpus SET seq = seq + 1; END;
CREATE TRIGGER corpus_update AFTER UPDATE OF revision, chunker ON articles BEGIN UPDATE corpus SET seq = seq + 1; END;
CREATE TRIGGER corpus_delete AFTER DELETE ON articles BEGIN UPDATE corpus SET seq = seq + 1; END;
CREATE INDEX messages_by_session ON messages (session_id, number);
INSERT INTO "sqlite_sequence" VALUES('passages',3);
PRAGMA user_version = 2;
