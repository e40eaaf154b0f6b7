#include "shared/store/writer.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <functional>
#include <optional>

#include "shared/base/decider.h"
#include "shared/store/block_table.h"
#include "shared/store/connection.h"
#include "shared/store/health_table.h"
#include "shared/store/limit_table.h"
#include "shared/store/process_table.h"
#include "shared/store/request_table.h"
#include "shared/store/retention.h"
#include "shared/store/rollup_table.h"
#include "shared/store/schema.h"
#include "shared/store/security_table.h"
#include "shared/store/span_index.h"
#include "shared/store/trace_table.h"

namespace gateway::store {
namespace {

// Cells pending in memory, some 500 bytes each: beyond this they are written before their time.
constexpr std::size_t kMaxPendingCells = 20'000;

// Writing a cell costs as much as three or four rows. With many cells they are written more seldom
// than every kRollupEvery, so that it stays a small part of a row's cost, but no later than this:
// a reader goes through the rows that no rollup counts yet.
constexpr std::int64_t kFewCells = 500;
constexpr std::int64_t kRowsACell = 50;
constexpr std::int64_t kMaxUncountedRows = 400'000;
constexpr seconds kRollupLatest{60};

void name_deciders(SQLite::Database& db) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement name(db,
                         "INSERT INTO deciders VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET "
                         "name = excluded.name WHERE name <> excluded.name");
  for (const DeciderInfo& decider : all_deciders()) {
    name.bind(1, static_cast<std::int32_t>(decider.decider));
    name.bind(2, std::string(decider.name));
    name.exec();
    name.reset();
  }
  transaction.commit();
}

}  // namespace

// Members are destroyed last to first: statements before their connection, the lock at the end.
struct Writer::State {
  State(FileLock file_lock, std::unique_ptr<SQLite::Database> database, std::string file)
      : lock(std::move(file_lock)),
        path(std::move(file)),
        db(std::move(database)),
        requests(*db),
        name(*db, "INSERT OR REPLACE INTO names VALUES (?, ?)"),
        revision(*db, "INSERT OR REPLACE INTO revisions VALUES (?, ?, ?, ?)"),
        data_version(*db, "PRAGMA data_version"),  // of commits by other connections
        spans(*db),
        blocks(*db),
        events(*db),
        traces(*db),
        rollups(*db),
        retention(*db) {}

  // Runs one piece of work; a failure of it ends the transaction, and what memory knows of rows
  // that are now gone is read again from the file before the next one.
  bool guarded(const std::function<void()>& work) {
    try {
      work();
      return true;
    } catch (const std::exception& failure) {
      error = explain(path, failure).message;
      roll_back();
      return false;
    }
  }

  void roll_back() {
    name.tryReset();
    revision.tryReset();
    events.reset();
    traces.reset();
    requests.restart();
    if (sqlite3_get_autocommit(db->getHandle()) == 0) db->tryExec("ROLLBACK");
    spans.restart();
    blocks.restart();
    pending.clear();
    recovered = false;
  }

  void recover() {
    if (recovered) return;
    pending.clear();
    rollups.recover(pending);
    last_row = db->execAndGet("SELECT ifnull(max(seq), 0) FROM requests").getInt64();
    uncounted = last_row - read_marks(*db).rows_to;
    recovered = true;
  }

  // What memory knows of rows is wrong once another connection has written some.
  void notice_others() {
    data_version.reset();
    data_version.executeStep();
    const std::int64_t version = data_version.getColumn(0).getInt64();
    data_version.reset();
    if (version == seen_version) return;
    if (seen_version != 0) {
      spans.restart();
      recovered = false;
    }
    seen_version = version;
  }

  void append(std::span<const RequestRow> rows) {
    requests.append(rows, last_row + 1);
    last_row += static_cast<std::int64_t>(rows.size());
    uncounted += static_cast<std::int64_t>(rows.size());
    spans.note(rows, last_row, now);
    blocks.note(rows, last_row);
    for (const RequestRow& row : rows) {
      pending.add({row.time, row.route, row.service, row.status, row.total_us, row.bytes_in,
                   row.bytes_out});
    }
  }

  bool rollups_due() const {
    const auto cells = static_cast<std::int64_t>(pending.cells().size());
    if (cells == 0) return false;
    const microseconds age(now - rolled_up_at);
    if (cells >= static_cast<std::int64_t>(kMaxPendingCells) || uncounted >= kMaxUncountedRows ||
        age >= kRollupLatest || age < microseconds(0)) {
      return true;
    }
    return age >= kRollupEvery && (cells <= kFewCells || uncounted >= cells * kRowsACell);
  }

  void flush_rollups() {
    rollups.flush(pending, last_row, now);
    flushed = true;
  }

  void finish() {
    requests.finish();
    spans.save();
    if (!flushed && rollups_due()) flush_rollups();
    db->exec("COMMIT");
    if (!flushed) return;
    pending.clear();
    uncounted = 0;
    rolled_up_at = now;
  }

  FileLock lock;
  std::string path;
  std::unique_ptr<SQLite::Database> db;
  RequestTable requests;
  SQLite::Statement name;
  SQLite::Statement revision;
  SQLite::Statement data_version;
  SpanIndex spans;
  BlockTable blocks;
  SecurityTable events;
  TraceTable traces;
  RollupTable rollups;
  RetentionSteps retention;
  PendingRollups pending;
  UnixMicros now = 0;
  UnixMicros rolled_up_at = 0;
  std::int64_t seen_version = 0;
  std::int64_t last_row = 0;
  std::int64_t uncounted = 0;  // rows that no rollup in the file counts
  bool recovered = false;
  bool flushed = false;  // this transaction wrote the pending cells
  std::string error;
  std::vector<std::pair<std::uint32_t, std::string>> names;
  Revision last_revision;
};

namespace {

std::vector<std::pair<std::uint32_t, std::string>> read_names(SQLite::Database& db) {
  std::vector<std::pair<std::uint32_t, std::string>> names;
  SQLite::Statement query(db, "SELECT id, name FROM names ORDER BY id");
  while (query.executeStep()) {
    names.emplace_back(query.getColumn(0).getUInt(), query.getColumn(1).getString());
  }
  return names;
}

Revision read_last_revision(SQLite::Database& db) {
  SQLite::Statement query(
      db, "SELECT id, sha256, applied_at, applied_by FROM revisions ORDER BY id DESC LIMIT 1");
  if (!query.executeStep()) return {};
  return {query.getColumn(0).getUInt(), query.getColumn(1).getString(),
          query.getColumn(2).getInt64(), query.getColumn(3).getString()};
}

}  // namespace

Result<std::unique_ptr<Writer>, OpenError> Writer::open(const std::string& path, int lock_fd) {
  auto lock = lock_fd < 0 ? FileLock::take(path) : FileLock::adopt(lock_fd, path);
  if (!lock) return lock.error();
  try {
    auto db = connect_writer(path);
    if (auto schema = migrate(*db, migrations()); !schema) return schema.error();
    set_up_writer(*db);
    name_deciders(*db);
    auto state = std::make_unique<State>(std::move(*lock), std::move(db), path);
    state->names = read_names(*state->db);
    state->last_revision = read_last_revision(*state->db);
    state->notice_others();
    state->recover();
    set_running(*state->db);
    return std::unique_ptr<Writer>(new Writer(std::move(state)));
  } catch (const std::exception& failure) {
    return explain(path, failure);
  }
}

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::~Writer() = default;

bool Writer::begin(UnixMicros now) {
  State& s = *state_;
  return s.guarded([&] {
    s.now = now;
    if (s.rolled_up_at == 0) s.rolled_up_at = now;
    s.flushed = false;
    s.requests.restart();
    s.db->exec("BEGIN IMMEDIATE");
    s.notice_others();
    s.recover();
  });
}

bool Writer::append(std::span<const RequestRow> rows) {
  if (rows.empty()) return true;
  return state_->guarded([&] { state_->append(rows); });
}

bool Writer::append_events(std::span<const SecurityRow> rows) {
  if (rows.empty()) return true;
  return state_->guarded([&] { state_->events.append(rows); });
}

bool Writer::append_traces(std::span<const TraceRow> rows) {
  if (rows.empty()) return true;
  return state_->guarded([&] { state_->traces.append(rows); });
}

bool Writer::append_health(std::span<const HealthChangeRow> rows) {
  if (rows.empty()) return true;
  return state_->guarded([&] { insert_health_changes(*state_->db, rows); });
}

bool Writer::append_breakers(std::span<const BreakerChangeRow> rows) {
  if (rows.empty()) return true;
  return state_->guarded([&] { insert_breaker_changes(*state_->db, rows); });
}

bool Writer::add_checks(std::span<const HealthCheckCell> cells) {
  if (cells.empty()) return true;
  return state_->guarded([&] { add_health_checks(*state_->db, cells); });
}

bool Writer::note_process(ProcessEvent::Kind kind, std::string_view version, UnixMicros now) {
  State& s = *state_;
  return s.guarded([&] {
    s.db->exec("BEGIN IMMEDIATE");
    insert_process_event(*s.db, kind, version, now);
    s.db->exec("COMMIT");
  });
}

bool Writer::add_name(std::uint32_t id, std::string_view name) {
  State& s = *state_;
  return s.guarded([&] {
    s.name.bind(1, id);
    s.name.bind(2, std::string(name));
    s.name.exec();
    s.name.reset();
  });
}

bool Writer::add_revision(const Revision& revision) {
  State& s = *state_;
  return s.guarded([&] {
    s.revision.bind(1, revision.id);
    s.revision.bind(2, revision.sha256);
    s.revision.bind(3, revision.applied_at);
    s.revision.bind(4, revision.applied_by);
    s.revision.exec();
    s.revision.reset();
    s.last_revision = revision;
  });
}

bool Writer::commit() {
  return state_->guarded([&] { state_->finish(); });
}

bool Writer::rollups_due(UnixMicros now) const {
  state_->now = now;
  return state_->rollups_due();
}

bool Writer::roll_up(UnixMicros now) {
  const auto flush = [&] {
    state_->flush_rollups();
    state_->blocks.save();
  };
  return begin(now) && state_->guarded(flush) && commit();
}

bool Writer::save_limit_counters(LimitCounters counters) {
  State& s = *state_;
  return s.guarded([&] {
    s.db->exec("BEGIN IMMEDIATE");
    replace_limit_counters(*s.db, std::move(counters));
    s.db->exec("COMMIT");
  });
}

bool Writer::save_breakers(std::span<const SavedBreaker> breakers) {
  State& s = *state_;
  return s.guarded([&] {
    s.db->exec("BEGIN IMMEDIATE");
    replace_breakers(*s.db, breakers);
    s.db->exec("COMMIT");
  });
}

bool Writer::retain(UnixMicros now, const Retention& retention) {
  State& s = *state_;
  bool more = false;
  const bool done = s.guarded([&] { more = s.retention.step(now, retention); });
  if (done && s.retention.cut_open_span()) s.spans.restart();
  return done && more;
}

bool Writer::limit_pages(std::uint32_t pages) {
  State& s = *state_;
  return s.guarded([&] { s.db->exec("PRAGMA max_page_count = " + std::to_string(pages)); });
}

int Writer::lock_fd() const {
  return state_->lock.fd();
}
std::vector<std::pair<std::uint32_t, std::string>> Writer::names() const {
  return state_->names;
}
Revision Writer::last_revision() const {
  return state_->last_revision;
}
const std::string& Writer::error() const {
  return state_->error;
}

}  // namespace gateway::store
