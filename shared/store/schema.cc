#include "shared/store/schema.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <array>

namespace gateway::store {
namespace {

// requests: what scans and rollups read stands first, so that they decode the front of a row only.
// No NOT NULL and no second index: each would cost every row. Empty text is NULL.
// seq is never used twice: the newest row is never deleted.
constexpr const char* kVersion1 = R"sql(
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

-- Runs of rows with the bounds of their start times. Rows stand in the order they ended; a window
-- of time finds its rows through here. classes: bit n is set when a row has status class n.
CREATE TABLE spans (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  min_time INTEGER NOT NULL,
  max_time INTEGER NOT NULL,
  classes INTEGER NOT NULL
);

CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE deciders (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  applied_by TEXT NOT NULL
);

-- width: 60, 3600 or 86400 seconds; start: Unix seconds. histogram: store::Histogram::encode.
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

-- rows_to: the last row that is counted in the rollups; minutes_to: Unix seconds, minutes that
-- start before it are counted in hours and days; minutes_from, hours_from: older ones are deleted.
CREATE TABLE rollup_marks (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  rows_to INTEGER NOT NULL,
  minutes_to INTEGER NOT NULL,
  minutes_from INTEGER NOT NULL,
  hours_from INTEGER NOT NULL
);
INSERT INTO rollup_marks VALUES (1, 0, 0, 0, 0);

-- For people with the sqlite3 shell.
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
)sql";

// security: AUTOINCREMENT, because all of its rows may be deleted and seq is never used twice.
// kind: as requests.decider; action: store::SecurityAction; count: events that the row stands for.
// limit_counters: see store::LimitCounter; limit_key: what their ids were made with.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE security (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER,
  kind INTEGER,
  action INTEGER,
  count INTEGER,
  route INTEGER,
  id BLOB,
  rule TEXT,
  client TEXT,
  user TEXT,
  method TEXT,
  host TEXT,
  path TEXT,
  detail TEXT
);
CREATE INDEX security_time ON security (time);

CREATE TABLE limit_counters (
  id INTEGER PRIMARY KEY,
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  c INTEGER NOT NULL,
  used INTEGER NOT NULL
);
CREATE TABLE limit_key (id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL);

-- For people with the sqlite3 shell.
CREATE VIEW security_view AS
SELECT s.seq,
       lower(substr(hex(s.id), 1, 8) || '-' || substr(hex(s.id), 9, 4) || '-' ||
             substr(hex(s.id), 13, 4) || '-' || substr(hex(s.id), 17, 4) || '-' ||
             substr(hex(s.id), 21)) AS id,
       strftime('%Y-%m-%dT%H:%M:%S', s.time / 1000000, 'unixepoch') ||
             printf('.%06dZ', s.time % 1000000) AS time,
       ifnull(d.name, s.kind) AS kind, s.rule,
       CASE s.action WHEN 0 THEN 'blocked' WHEN 1 THEN 'observed' ELSE s.action END AS action,
       s.count, s.client, s.user, s.method, s.host, s.path, route.name AS route, s.detail
FROM security s
LEFT JOIN deciders d ON d.id = s.kind
LEFT JOIN names route ON route.id = s.route;
)sql";

// from_state, to_state: HealthState and BreakerState. seq breaks ties of time.
// health_checks: width is 60 or 3600 seconds, start in Unix seconds. requests: ids, 16 bytes each.
// breakers: those that were not closed when they were last saved.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE health_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  service INTEGER NOT NULL,
  instance INTEGER NOT NULL,
  address TEXT NOT NULL,
  from_state INTEGER NOT NULL,
  to_state INTEGER NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX health_changes_time ON health_changes (time);

CREATE TABLE breaker_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  service INTEGER NOT NULL,
  instance INTEGER NOT NULL,
  from_state INTEGER NOT NULL,
  to_state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  requests BLOB NOT NULL,
  by_user TEXT NOT NULL
);
CREATE INDEX breaker_changes_time ON breaker_changes (time);

CREATE TABLE health_checks (
  width INTEGER NOT NULL,
  start INTEGER NOT NULL,
  service INTEGER NOT NULL,
  instance INTEGER NOT NULL,
  passed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  sum_us INTEGER NOT NULL,
  max_us INTEGER NOT NULL,
  PRIMARY KEY (width, start, service, instance)
) WITHOUT ROWID;

CREATE TABLE breakers (
  service TEXT NOT NULL,
  instance TEXT NOT NULL,
  state INTEGER NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  reason TEXT NOT NULL,
  by_user TEXT NOT NULL,
  PRIMARY KEY (service, instance)
) WITHOUT ROWID;

-- For people with the sqlite3 shell.
CREATE VIEW health_view AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', h.time / 1000000, 'unixepoch') ||
             printf('.%06dZ', h.time % 1000000) AS time,
       service.name AS service, instance.name AS instance, h.address,
       CASE h.from_state WHEN 0 THEN 'unknown' WHEN 1 THEN 'healthy' WHEN 2 THEN 'degraded'
            WHEN 3 THEN 'unhealthy' ELSE h.from_state END AS from_state,
       CASE h.to_state WHEN 0 THEN 'unknown' WHEN 1 THEN 'healthy' WHEN 2 THEN 'degraded'
            WHEN 3 THEN 'unhealthy' ELSE h.to_state END AS to_state,
       h.reason
FROM health_changes h
LEFT JOIN names service ON service.id = h.service
LEFT JOIN names instance ON instance.id = h.instance;
CREATE VIEW breaker_view AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', b.time / 1000000, 'unixepoch') ||
             printf('.%06dZ', b.time % 1000000) AS time,
       service.name AS service, instance.name AS instance,
       CASE b.from_state WHEN 0 THEN 'closed' WHEN 1 THEN 'open' WHEN 2 THEN 'half-open'
            ELSE b.from_state END AS from_state,
       CASE b.to_state WHEN 0 THEN 'closed' WHEN 1 THEN 'open' WHEN 2 THEN 'half-open'
            ELSE b.to_state END AS to_state,
       b.reason, lower(hex(b.requests)) AS requests, b.by_user
FROM breaker_changes b
LEFT JOIN names service ON service.id = b.service
LEFT JOIN names instance ON instance.id = b.instance;
)sql";

// Changes of the configuration, see store::ConfigHistory. verdict: ConfigVerdict. A text that
// several of them have is kept once.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE config_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  by_user TEXT NOT NULL,
  cause TEXT NOT NULL,
  message TEXT NOT NULL,
  verdict INTEGER NOT NULL,
  reason TEXT NOT NULL
);
CREATE TABLE config_texts (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  text BLOB NOT NULL
);
CREATE TABLE config_files (
  change INTEGER NOT NULL,
  at INTEGER NOT NULL,
  path TEXT NOT NULL,
  text INTEGER NOT NULL,
  PRIMARY KEY (change, at)
) WITHOUT ROWID;
CREATE INDEX config_files_text ON config_files (text);

-- What runs of rows hold, so that a search passes over them: groups as of store::RowGroups, words as
-- of store::WordSet. Rows that no block covers are searched one by one.
CREATE TABLE blocks (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  min_time INTEGER NOT NULL,
  max_time INTEGER NOT NULL,
  groups BLOB NOT NULL,
  words BLOB NOT NULL
);

-- What was decided about single requests, see decision::keep_trace. Ids may come from a trusted
-- proxy, so one may come twice. AUTOINCREMENT, as all of its rows may be deleted.
CREATE TABLE traces (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  decider INTEGER NOT NULL,
  id BLOB NOT NULL,
  trace BLOB NOT NULL
);
CREATE INDEX traces_id ON traces (id);
CREATE INDEX traces_decider ON traces (decider);

-- Starts and stops of the daemon. kind: store::ProcessEvent::Kind.
CREATE TABLE process_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL
);
CREATE INDEX process_events_time ON process_events (time);
)sql";

constexpr const char* kVersion5 = R"sql(
-- Calls of the control API that change something. AUTOINCREMENT: ids say how many there were.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  by_user TEXT NOT NULL,
  role TEXT NOT NULL,
  address TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  detail TEXT NOT NULL,
  revision INTEGER NOT NULL
);
)sql";

constexpr std::array kMigrations = {Migration{1, kVersion1}, Migration{2, kVersion2},
                                    Migration{3, kVersion3}, Migration{4, kVersion4},
                                    Migration{5, kVersion5}};

int pragma(SQLite::Database& db, const char* name) {
  return db.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

OpenError newer(const SQLite::Database& db, int found, int known) {
  return {fmt::format("{} was written by a newer gatewayd (schema {}, this one knows {}): run that "
                      "version, or set [store] path to another file",
                      db.getFilename(), found, known),
          true};
}

OpenError foreign(const SQLite::Database& db) {
  return {
      fmt::format("{} is a SQLite database of another program: set [store] path to another file",
                  db.getFilename()),
      false};
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

Result<SchemaVersion, OpenError> migrate(SQLite::Database& db, std::span<const Migration> steps) {
  const int known = steps.back().version;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  const int found = pragma(db, "user_version");
  const bool ours = pragma(db, "application_id") == kApplicationId;
  const bool empty = db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (!ours && !empty) return foreign(db);
  if (found > known) return newer(db, found, known);
  for (const Migration& step : steps) {
    if (step.version > found) db.exec(step.sql);
  }
  if (found < known) {
    db.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    db.exec(fmt::format("PRAGMA user_version = {}", known));
  }
  transaction.commit();
  return SchemaVersion{known};
}

Result<SchemaVersion, OpenError> check_schema(SQLite::Database& db,
                                              std::span<const Migration> steps) {
  const int known = steps.back().version;
  const int found = pragma(db, "user_version");
  if (pragma(db, "application_id") != kApplicationId) return foreign(db);
  if (found > known) return newer(db, found, known);
  if (found < known) {
    return OpenError{fmt::format("{} has the older schema {} (this program reads {}): start this "
                                 "version's gatewayd once, it brings the file forward",
                                 db.getFilename(), found, known),
                     false};
  }
  return SchemaVersion{known};
}

}  // namespace gateway::store
