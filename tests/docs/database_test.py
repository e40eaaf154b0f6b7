"""gatewayd-sqlite(5) tells of the database as it is: every table and column, and queries that run."""

import contextlib
import json
import re
import sqlite3
import subprocess
import unittest
from pathlib import Path

from support import GatewayTest, gateway

PAGE = (Path(__file__).resolve().parents[2] / "man/gatewayd-sqlite.5").read_text()


def documented():
    """Table or view → the columns that the page tells of."""
    found = {}
    for part in re.split(r"^\.Ss ", PAGE, flags=re.M)[1:]:
        kind, _, name = part.split("\n")[0].partition(" ")
        if kind not in ("Table", "View"):
            continue
        part = re.split(r"^\.Sh ", part, flags=re.M)[0]
        columns = [column for line in re.findall(r"^\.It Va (.*)$", part, re.M)
                   for column in line.split(" , ")]
        found[(kind.lower(), name)] = sorted(columns)
    return found


def shown_queries():
    """The blocks of the page's examples."""
    return re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", PAGE, re.S | re.M)


class Database(GatewayTest):
    config = gateway(routes={"office": {"path": "/office", "service": "origin",
                                        "allow": ["192.0.2.0/24"]},
                             "all": {"path": "/*", "service": "origin"}})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = sqlite3.connect(f"file:{cls.directory}/gatewayd.db?mode=ro", uri=True)
        cls.addClassCleanup(cls.database.close)

    def test_every_table_and_column_is_told_of(self):
        real = {}
        for kind, name in self.database.execute(
                "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite_%'").fetchall():
            columns = [row[1] for row in self.database.execute(f"PRAGMA table_info({name})")]
            real[(kind, name)] = sorted(columns)
        self.assertEqual(documented(), real)

    def test_the_number_of_the_application(self):
        number = self.database.execute("PRAGMA application_id").fetchone()[0]
        self.assertIn(f"\nis {number} in every file", PAGE)

    def ask(self, query, database="gatewayd.db"):
        """The rows, asked for as the page tells its readers to."""
        self.assertIn("\n.Ql sqlite3 -readonly FILE .\n", PAGE)
        done = subprocess.run(["sqlite3", "-readonly", "-json", f"{self.directory}/{database}"],
                              input=query, capture_output=True, text=True, timeout=180, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), query)
        return json.loads(done.stdout or "[]")

    def a_day_later(self):
        """A copy of the database whose sums are those of days: gatewayd makes them of its minutes
        every ten minutes only."""
        def counted():
            row = self.database.execute("SELECT sum(requests) FROM rollups WHERE width = 60")
            return row.fetchone()[0] == 2

        self.eventually(counted, "the sums of the minutes")
        with contextlib.closing(sqlite3.connect(f"{self.directory}/later.db")) as later:
            self.database.backup(later)
            later.execute("DELETE FROM rollups WHERE width > 60")
            later.execute("UPDATE rollups SET width = 86400")
            later.commit()
        return "later.db"

    def test_the_queries_run(self):
        answers = self.get("/x"), self.get("/office")
        self.assertEqual([answer.status for answer in answers], [200, 403])
        slowest, hour, days, refused, one = shown_queries()
        rows = self.eventually(lambda: len(self.ask(slowest)) == 2 and self.ask(slowest),
                               "the requests in the database")
        self.assertEqual({(row["method"], row["path"], row["status"]) for row in rows},
                         {("GET", "/x", 200), ("GET", "/office", 403)})
        self.assertEqual(sorted((row["route"], row["status"], row["requests"])
                                for row in self.ask(hour)), [("all", 200, 1), ("office", 403, 1)])
        events = self.eventually(lambda: self.ask(refused), "the event in the database")
        self.assertEqual([(row["client"], row["kind"], row["events"]) for row in events],
                         [("127.0.0.1", "ip-denied", 1)])
        rows = self.ask(days, self.a_day_later())  # of two days, when they were asked at midnight
        self.assertEqual((sum(day["requests"] for day in rows), rows[0]["errors"]), (2, 0))
        shown = "0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60"
        self.assertIn(shown, one)
        row, = self.ask(one.replace(shown, answers[0].fields.get("x-request-id")))
        self.assertEqual(row["path"], "/x")


if __name__ == "__main__":
    unittest.main()
