"""gatewayd-sqlite(5) tells of the database as it is: every table and column, and queries that run."""

import re
import sqlite3
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


class Database(GatewayTest):
    config = gateway()

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

    def test_the_queries_run(self):
        self.assertEqual(self.get("/x").status, 200)
        queries = re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", PAGE, re.S | re.M)
        self.assertGreater(len(queries), 3)
        for query in queries:
            self.database.execute(query).fetchall()

        def slowest():
            return self.database.execute(queries[0]).fetchall()

        rows = self.eventually(slowest, "the request in the database")
        self.assertEqual([row[1:4] for row in rows], [("GET", "/x", 200)])
        hour = self.database.execute(queries[1]).fetchall()
        self.assertEqual([row[1:] for row in hour], [(200, 1)])


if __name__ == "__main__":
    unittest.main()
