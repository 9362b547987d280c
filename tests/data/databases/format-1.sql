-- A database of format 1, with the tables of then: two articles, one removed.
CREATE TABLE articles (
	id VARCHAR(128) NOT NULL,
	revision VARCHAR(16) NOT NULL,
	origin TEXT NOT NULL,
	in_folder INTEGER NOT NULL,
	chunker INTEGER NOT NULL,
	added_at VARCHAR(32) NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX articles_by_origin ON articles (origin);
CREATE TABLE embeddings (
	"key" BLOB NOT NULL,
	model TEXT NOT NULL,
	vector BLOB NOT NULL,
	PRIMARY KEY ("key", model)
);
CREATE TABLE removals (
	seq INTEGER NOT NULL,
	article_id TEXT NOT NULL,
	revision VARCHAR(16) NOT NULL,
	by_hand INTEGER NOT NULL,
	PRIMARY KEY (seq, article_id)
);
CREATE INDEX removals_by_article ON removals (article_id, revision);
CREATE TABLE files (
	path TEXT NOT NULL,
	size INTEGER NOT NULL,
	modified FLOAT NOT NULL,
	PRIMARY KEY (path)
);
CREATE TABLE corpus (
	seq INTEGER NOT NULL
);
CREATE TABLE rebuilds (
	completed_at VARCHAR(32) NOT NULL
);
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
	provenance TEXT,
	added_at VARCHAR(32) NOT NULL,
	PRIMARY KEY (article_id, revision),
	FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
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
CREATE INDEX passages_by_article ON passages (article_id);
CREATE INDEX passages_by_embedding ON passages (embedding_key);
CREATE TRIGGER corpus_insert AFTER INSERT ON articles BEGIN UPDATE corpus SET seq = seq + 1; END;
CREATE TRIGGER corpus_update AFTER UPDATE OF revision, chunker ON articles BEGIN UPDATE corpus SET seq = seq + 1; END;
CREATE TRIGGER corpus_delete AFTER DELETE ON articles BEGIN UPDATE corpus SET seq = seq + 1; END;
INSERT INTO "articles" VALUES('bridge','5590b461f850035b','bridge.txt',0,3,'2026-11-27T16:27:07.469+00:00');
INSERT INTO "articles" VALUES('comet','4c41a6d399aacb29','by hand',0,3,'2026-11-27T16:27:08.078+00:00');
INSERT INTO "revisions" VALUES('bridge','5590b461f850035b','Bridge','The Zephyr bridge opened on 4 November 2023.','https://example.org/bridge','Gazette',NULL,'2023-11-04',NULL,NULL,NULL,'2026-11-27T16:27:07.469+00:00');
INSERT INTO "revisions" VALUES('comet','4c41a6d399aacb29','Comet','The comet came back.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-27T16:27:08.078+00:00');
INSERT INTO "corpus" VALUES(4);
INSERT INTO "passages" VALUES(1,'bridge','5590b461f850035b',0,44,X'1035A8818B42BE7E58C4101348C4117F');
INSERT INTO "passages" VALUES(2,'comet','4c41a6d399aacb29',0,20,X'D08F91A5956FF3B63D88C985C4B4D123');
INSERT INTO "rebuilds" VALUES('2026-11-27T16:27:09.397+00:00');
INSERT INTO "removals" VALUES(4,'gone','ed327aa0e9c51d3e',1);
PRAGMA user_version = 1;
