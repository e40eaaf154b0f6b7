-- A database as a gatewayd of schema version 1 left it: four requests.
PRAGMA application_id = 1735883108;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE deciders (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO "deciders" VALUES(0,'upstream');
INSERT INTO "deciders" VALUES(1,'builtin');
INSERT INTO "deciders" VALUES(10,'bad-request');
INSERT INTO "deciders" VALUES(11,'header-too-large');
INSERT INTO "deciders" VALUES(12,'body-too-large');
INSERT INTO "deciders" VALUES(13,'uri-too-long');
INSERT INTO "deciders" VALUES(14,'header-timeout');
INSERT INTO "deciders" VALUES(15,'body-timeout');
INSERT INTO "deciders" VALUES(16,'expectation-failed');
INSERT INTO "deciders" VALUES(17,'not-implemented');
INSERT INTO "deciders" VALUES(18,'version-unsupported');
INSERT INTO "deciders" VALUES(19,'client-closed');
INSERT INTO "deciders" VALUES(30,'no-route');
INSERT INTO "deciders" VALUES(31,'method-not-allowed');
INSERT INTO "deciders" VALUES(32,'ip-denied');
INSERT INTO "deciders" VALUES(33,'preflight');
INSERT INTO "deciders" VALUES(34,'threat');
INSERT INTO "deciders" VALUES(35,'rate-limited');
INSERT INTO "deciders" VALUES(36,'unauthenticated');
INSERT INTO "deciders" VALUES(37,'forbidden');
INSERT INTO "deciders" VALUES(38,'csrf');
INSERT INTO "deciders" VALUES(39,'invalid-request');
INSERT INTO "deciders" VALUES(40,'unsupported-media');
INSERT INTO "deciders" VALUES(41,'respond');
INSERT INTO "deciders" VALUES(42,'maintenance');
INSERT INTO "deciders" VALUES(43,'auth-unavailable');
INSERT INTO "deciders" VALUES(50,'upstream-resolve');
INSERT INTO "deciders" VALUES(51,'upstream-connect');
INSERT INTO "deciders" VALUES(52,'upstream-connect-timeout');
INSERT INTO "deciders" VALUES(53,'upstream-reset');
INSERT INTO "deciders" VALUES(54,'upstream-timeout');
INSERT INTO "deciders" VALUES(55,'upstream-malformed');
INSERT INTO "deciders" VALUES(70,'overloaded');
INSERT INTO "deciders" VALUES(71,'draining');
INSERT INTO "deciders" VALUES(72,'internal');
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO "names" VALUES(1,'samples');
INSERT INTO "names" VALUES(2,'lab');
INSERT INTO "names" VALUES(3,'http://127.0.0.1:9');
CREATE TABLE requests (
  seq INTEGER PRIMARY KEY,
  time INTEGER,
  status INTEGER,
  route INTEGER,
  service INTEGER,
  total_us INTEGER,
  bytes_in INTEGER,
  bytes_out INTEGER,
  upstream_us INTEGER,
  decider INTEGER,
  retries INTEGER,
  instance INTEGER,
  revision INTEGER,
  id BLOB,
  method TEXT,
  host TEXT,
  path TEXT,
  query TEXT,
  client TEXT,
  user TEXT
);
INSERT INTO "requests" VALUES(1,1795526775603636,502,1,2,594,0,181,0,51,0,3,1,X'01A20DBC53337277B65600123E4D47EC','GET','127.0.0.1','/samples/1','page=1','127.0.0.1',NULL);
INSERT INTO "requests" VALUES(2,1795526775620383,502,1,2,58,0,181,0,51,0,3,1,X'01A20DBC53447B10A5F69A0682AA99C6','GET','127.0.0.1','/samples/3','page=3','127.0.0.1',NULL);
INSERT INTO "requests" VALUES(3,1795526775610308,502,1,2,58,0,181,0,51,0,3,1,X'01A20DBC533A778B87899B0AFC6831FF','GET','127.0.0.1','/samples/2','page=2','127.0.0.1',NULL);
INSERT INTO "requests" VALUES(4,1795526775627553,404,0,0,141,0,174,0,30,0,0,1,X'01A20DBC534B7AA7B8DFF6031EE15979','GET','127.0.0.1','/nothing',NULL,'127.0.0.1',NULL);
CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  applied_by TEXT NOT NULL
);
INSERT INTO "revisions" VALUES(1,'9891a8c2e7a454aedbbc275e3cf655741a6b10686721575d4604bc0c127d9b56',1795526774501285,'start');
CREATE TABLE rollup_marks (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  rows_to INTEGER NOT NULL,
  minutes_to INTEGER NOT NULL,
  minutes_from INTEGER NOT NULL,
  hours_from INTEGER NOT NULL
);
INSERT INTO "rollup_marks" VALUES(1,4,1795526400,0,0);
CREATE TABLE rollups (
  width INTEGER NOT NULL,
  start INTEGER NOT NULL,
  route INTEGER NOT NULL,
  service INTEGER NOT NULL,
  class INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL,
  bytes_out INTEGER NOT NULL,
  sum_us INTEGER NOT NULL,
  max_us INTEGER NOT NULL,
  histogram BLOB NOT NULL,
  PRIMARY KEY (width, start, route, service, class)
) WITHOUT ROWID;
INSERT INTO "rollups" VALUES(60,1795526760,0,0,4,1,0,174,141,141,X'6301');
INSERT INTO "rollups" VALUES(60,1795526760,1,2,5,3,0,543,710,594,X'3A026B01');
CREATE TABLE spans (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  min_time INTEGER NOT NULL,
  max_time INTEGER NOT NULL,
  classes INTEGER NOT NULL
);
INSERT INTO "spans" VALUES(1,4,1795526775603636,1795526775627553,48);
CREATE VIEW requests_view AS
SELECT r.seq,
       lower(substr(hex(r.id), 1, 8) || '-' || substr(hex(r.id), 9, 4) || '-' ||
             substr(hex(r.id), 13, 4) || '-' || substr(hex(r.id), 17, 4) || '-' ||
             substr(hex(r.id), 21)) AS id,
       strftime('%Y-%m-%dT%H:%M:%S', r.time / 1000000, 'unixepoch') ||
             printf('.%06dZ', r.time % 1000000) AS time,
       r.method, r.host, r.path, r.query, r.status,
       ifnull(d.name, r.decider) AS decider,
       route.name AS route, service.name AS service, instance.name AS instance,
       r.client, r.user, r.bytes_in, r.bytes_out, r.total_us, r.upstream_us, r.retries, r.revision
FROM requests r
LEFT JOIN deciders d ON d.id = r.decider
LEFT JOIN names route ON route.id = r.route
LEFT JOIN names service ON service.id = r.service
LEFT JOIN names instance ON instance.id = r.instance;
COMMIT;
