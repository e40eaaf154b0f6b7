"""What a user can be told about a configuration is shown by a golden file, each finding of it."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A finding is made by one of these, with its id as the first literal.
MADE = re.compile(r'\b(?:error|warning|refused|add|items\.push_back)\s*[({][^;"]{0,160}?'
                  r'"([a-z]+(?:-[a-z0-9]+)+)"(?:\s*:\s*"([a-z]+(?:-[a-z0-9]+)+)")?')
# Two hundred findings, and what is said at their end: tests/unit/shared/config/load_test.cc.
ELSEWHERE = {"too-many-findings"}


def ids_of_the_sources():
    found = set()
    for folder in ("config", "decision", "routing", "suite"):
        for source in (ROOT / "shared" / folder).glob("*.cc"):
            for ids in MADE.findall(source.read_text()):
                found.update(filter(None, ids))
    return found


class Golden(unittest.TestCase):
    def test_each_finding_has_a_golden_file(self):
        shown = set()
        for expected in (ROOT / "tests/golden").glob("*/*/expected.txt"):
            shown.update(re.findall(r"^(?:error|warning)\[([a-z0-9-]+)\]", expected.read_text(),
                                    re.M))
        made = ids_of_the_sources()
        self.assertGreater(len(made), 60)
        self.assertEqual(made - shown - ELSEWHERE, set())


if __name__ == "__main__":
    unittest.main()
