"""diff, apply, confirm, rollback, history and drift: how a configuration changes, and comes back."""

import json
import os
import shutil
import stat
import tempfile
import time
import unittest

from support import Client, GatewayTest, fill, gateway, gatewayctl, table
from support.process import Gatewayd, eventually


def answering(text, **more):
    """A config whose one route answers `text`."""
    return gateway(routes={"all": {"path": "/*", "respond": {"body": text}, **more}},
                   services={"origin": {"instances": ["@origin@"]}}) + (
                       '[routes.spare]\npath = "/spare"\nservice = "origin"\n')


class Changes(GatewayTest):
    config = answering("one")

    def setUp(self):
        super().setUp()
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.gateway = Gatewayd(self.directory, fill(answering("one"), {
            **self.places, "dir": self.directory}))
        self.addCleanup(self.gateway.close)
        self.gateway.start()
        self.socket = f"{self.directory}/control.sock"
        self.live = self.gateway.config_path

    def ctl(self, *arguments, code=0):
        done = gatewayctl(*arguments, "--socket", self.socket)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}{done.stderr}")
        return done

    def ctl_json(self, *arguments, code=0):
        return json.loads(self.ctl(*arguments, "-o", "json", code=code).stdout)

    def candidate(self, text, name="candidate.toml"):
        path = self.gateway.directory / name
        path.write_text(fill(text, {**self.places, "dir": self.directory}))
        return path

    def body(self):
        with Client(self.gateway.address) as client:
            return client.get("/x").body.decode()

    def revision(self):
        return self.ctl_json("status")["revision"]

    def restart(self):
        self.gateway = Gatewayd(self.directory, notify=f"n{time.monotonic_ns()}.sock")
        self.addCleanup(self.gateway.close)
        self.gateway.start()

    def left_beside(self):
        return [n for n in os.listdir(self.directory) if n.startswith(".") and "gatewayd" in n]

    def test_diff_shows_what_would_change_and_changes_nothing(self):
        path = self.candidate(answering("two") + table("limits.guard", {
            "key": "ip", "limit": 10, "window": "1m", "paths": ["/*"]}))
        shown = self.ctl("diff", path).stdout
        self.assertRegex(shown, r"\Arunning \(revision 1\)  →  \S*candidate\.toml\n")
        self.assertRegex(shown, r'(?m)^~ routes\.all\.respond\.body +"one" → "two" +live$')
        self.assertRegex(shown, r"(?m)^\+ limits\.guard +live, starts empty$")
        self.assertIn(f"2 changes. Next: gatewayctl apply {path}\n", shown)
        self.ctl("diff", path, "--exit-code", code=2)
        self.ctl("diff", self.live, "--exit-code")
        self.assertEqual(self.body(), "one")
        changes = self.ctl_json("diff", path)["changes"]
        self.assertEqual([c["path"] for c in changes], ["routes.all.respond.body", "limits.guard"])
        bad = self.candidate(answering("two").replace('"/spare"', '"spare"'))
        self.assertRegex(self.ctl("diff", bad, code=78).stderr, r"--> \S*candidate\.toml:\d+:\d+")

    def test_apply_writes_serves_and_is_remembered(self):
        os.chmod(self.live, 0o604)
        path = self.candidate(answering("two"))
        done = self.ctl("apply", path, "--yes", "-m", "say two")
        self.assertRegex(done.stdout, r"revision 2 is live on 1 worker \(\d+ ms\)\n  kept: ")
        self.assertEqual(self.body(), "two")
        self.assertEqual(self.live.read_text(), path.read_text())
        self.assertEqual(stat.S_IMODE(self.live.stat().st_mode), 0o604)
        self.assertEqual(self.left_beside(), [])
        rows = self.ctl_json("history")["changes"]
        self.assertEqual([(r["revision"], r["cause"], r["verdict"], r["message"]) for r in rows],
                         [(2, "apply", "live", "say two"), (1, "start", "live", "")])
        self.assertIn("say two", self.ctl("history").stdout)
        shown = self.ctl("history", "show", "2").stdout
        self.assertRegex(shown, r'~ routes\.all\.respond\.body +"one" → "two"')
        self.assertIn('body = "two"', self.ctl("history", "show", "2", "--text").stdout)
        again = self.ctl("apply", path, "--yes")
        self.assertIn("runs this already", again.stderr)
        self.assertEqual(self.revision(), 2)

    def test_without_a_terminal_apply_asks_for_yes(self):
        self.assertIn("--yes", self.ctl("apply", self.candidate(answering("two")), code=64).stderr)
        self.assertEqual(self.body(), "one")

    def test_a_rejected_candidate_changes_nothing_and_is_remembered(self):
        before = self.live.read_text()
        bad = self.candidate(answering("two") + "[routes.broken]\npath = 7\n")
        self.assertIn("wrong-type", self.ctl("apply", bad, "--yes", code=78).stderr)
        taken = self.candidate(answering("two").replace("127.0.0.1:0", "192.0.2.1:1"))
        self.assertIn("rejected", self.ctl("apply", taken, "--yes", code=1).stderr)
        self.assertEqual(self.live.read_text(), before)
        self.assertEqual(self.body(), "one")
        row = self.ctl_json("history")["changes"][0]
        self.assertEqual((row["verdict"], row["revision"]), ("rejected", None))
        self.assertIn("192.0.2.1", row["reason"])
        self.assertIn("attempt", self.ctl("history", "show", f"x{row['id']}").stdout)

    def test_what_moved_since_the_diff_is_not_applied(self):
        diff = self.ctl_json("diff", self.candidate(answering("two")))
        body = {"name": "c", "text": self.candidate(answering("two")).read_text(),
                "expect_revision": diff["revision"], "expect_disk_sha256": diff["disk_sha256"],
                "expect_sha256": diff["sha256"]}
        with self.live.open("a") as file:
            file.write("# edited\n")
        status, answer = self.post("/api/v1/gateway/config/apply", body)
        self.assertEqual(status, 409)
        self.assertIn("was changed since the diff was shown", answer["detail"])
        self.ctl("reload")
        status, answer = self.post("/api/v1/gateway/config/apply", body)
        self.assertEqual(status, 409)
        self.assertIn("runs revision 2 by now", answer["detail"])
        self.assertEqual(self.body(), "one")

    def post(self, path, body):
        import http.client
        import socket as sockets
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = sockets.socket(sockets.AF_UNIX)
        connection.sock.connect(self.socket)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        document = json.loads(answer.read())
        connection.close()
        return answer.status, document

    def test_bodies_that_are_wrong_are_refused_with_the_field(self):
        for body, word in (({}, "text"), ({"text": 7}, "text"), ([], "object"),
                           ({"text": "", "revision": 1}, "text"), ({"revision": -1}, "revision"),
                           ({"text": "", "nonsense": 1}, "nonsense"),
                           ({"revision": 1, "confirm_ms": 5}, "confirm_ms"),
                           ({"revision": 1, "message": "m" * 1001}, "message")):
            status, answer = self.post("/api/v1/gateway/config/apply", body)
            self.assertEqual(status, 400, body)
            self.assertIn(word, answer["detail"])
        self.assertEqual(self.post("/api/v1/gateway/config/apply", {"revision": 99})[0], 404)

    def test_rollback_brings_the_old_text_back_as_a_new_revision(self):
        first = self.live.read_text()
        self.ctl("apply", self.candidate(answering("two")), "--yes")
        shown = self.ctl("rollback", "--yes").stdout
        self.assertIn("→  revision 1", shown)
        self.assertEqual((self.body(), self.revision(), self.live.read_text()), ("one", 3, first))
        self.ctl("rollback", "2", "--yes", "-m", "after all")
        self.assertEqual((self.body(), self.revision()), ("two", 4))
        rows = self.ctl_json("history")["changes"]
        self.assertEqual([r["message"] for r in rows[:2]], ["after all", "back to revision 1"])
        self.assertIn("no revision 77", self.ctl("rollback", "77", "--yes", code=1).stderr)

    def test_drift_tells_of_edits_that_do_not_serve(self):
        self.assertIn("No changes.", self.ctl("drift", "--exit-code").stdout)
        self.live.write_text(self.live.read_text().replace('"one"', '"edited"'))
        shown = self.ctl("drift", "--exit-code", code=2).stdout
        self.assertRegex(shown, r'~ routes\.all\.respond\.body +"one" → "edited"')
        self.assertIn("Next: gatewayctl reload", shown)
        # Another change replaces them, says so, and keeps them in the history.
        done = self.ctl("apply", self.candidate(answering("two")), "--yes")
        self.assertIn("holds edits that do not serve", done.stderr)
        kept = [r for r in self.ctl_json("history")["changes"] if r["verdict"] == "discarded"]
        text = self.ctl("history", "show", f"x{kept[0]['id']}", "--text").stdout
        self.assertIn('"edited"', text)

    def test_included_files_are_part_of_it(self):
        os.mkdir(self.gateway.directory / "conf.d")
        more = self.gateway.directory / "conf.d" / "more.toml"
        more.write_text('[routes.more]\npath = "/more"\nrespond = { body = "m1" }\n')
        included = answering("two").replace("version = 1", 'version = 1\ninclude = ["conf.d/*.toml"]')
        # What a candidate includes is found beside the live file, wherever it lies itself.
        os.mkdir(self.gateway.directory / "elsewhere")
        shown = self.ctl("apply", self.candidate(included, "elsewhere/c.toml"), "--yes").stdout
        self.assertIn("+ routes.more", shown)
        more.write_text(more.read_text().replace("m1", "m2"))
        self.assertIn("changed: ", self.ctl("drift").stdout)
        self.ctl("reload")
        self.ctl("rollback", "2", "--yes")
        self.assertIn("m1", more.read_text())
        with Client(self.gateway.address) as client:
            self.assertEqual(client.get("/more").body, b"m1")
        self.assertEqual(self.left_beside(), [])
        (more.parent / "new.toml").write_text('[routes.new]\npath = "/n"\nrespond = {}\n')
        self.ctl("reload")
        self.assertIn("new.toml is not part of revision 2",
                      self.ctl("rollback", "2", "--yes", code=1).stderr)

    def test_a_change_that_is_not_confirmed_goes_back(self):
        # As long as the calls may take that find it waiting.
        done = self.ctl("apply", self.candidate(answering("two")), "--yes", "--confirm", "9s")
        self.assertRegex(done.stdout, r"revision 2 goes back to 1 in [1-9]s unless it is kept")
        self.assertEqual(self.body(), "two")
        self.assertIn("gatewayctl confirm", self.ctl("status").stdout)
        self.assertIn("still waits", self.ctl("apply", self.candidate(answering("three")), "--yes",
                                              code=1).stderr)
        eventually(lambda: self.body() == "one", "the config of before")
        self.assertEqual(self.revision(), 3)
        self.assertIn('"one"', self.live.read_text())
        rows = eventually(lambda: [r for r in self.ctl_json("history")["changes"]
                                   if r["revision"] == 2 and r["verdict"] == "rolled back"], "its verdict")
        self.assertEqual(rows[0]["reason"], "it was not confirmed in time")
        self.assertEqual(self.left_beside(), [])
        self.assertIn("no change waits", self.ctl("confirm", code=1).stderr)

    def test_a_confirmed_change_stays(self):
        self.ctl("apply", self.candidate(answering("two")), "--yes", "--confirm", "5s")
        self.assertEqual(self.ctl("confirm").stdout, "revision 2 is kept\n")
        time.sleep(6)  # past the time at which it would have gone back
        self.assertEqual((self.body(), self.revision()), ("two", 2))
        self.assertEqual(self.left_beside(), [])

    def test_confirmation_outlives_kill_and_restart(self):
        first = self.live.read_text()
        self.ctl("apply", self.candidate(answering("two")), "--yes", "--confirm", "12s")
        self.gateway.kill()
        self.restart()
        self.assertEqual(self.body(), "two")
        self.assertIn("gatewayctl confirm", self.ctl("status").stdout)
        eventually(lambda: self.body() == "one", "the config of before")
        self.assertEqual(self.live.read_text(), first)
        # The time passes while nothing runs.
        self.ctl("apply", self.candidate(answering("two")), "--yes", "--confirm", "4s")
        self.gateway.kill()
        time.sleep(4.1)
        self.restart()
        self.assertEqual(self.body(), "one")
        self.gateway.wait_for_log("was not confirmed in time")
        self.assertEqual([r["verdict"] for r in self.ctl_json("history")["changes"]].count(
            "rolled back"), 2)
        self.assertEqual(self.live.read_text(), first)

    def test_a_guard_takes_back_what_breaks_it(self):
        for _ in range(110):
            self.body()
        bad = answering("two").replace('body = "two"', 'body = "two", status = 503')
        done = self.ctl("apply", self.candidate(bad), "--yes", "--guard", "5xx<5%,p99<10s")
        self.assertIn("when this breaks: 5xx<5%,p99<10s", done.stdout)
        for _ in range(120):
            self.body()
        eventually(lambda: self.body() == "one", "the guard")
        row = eventually(lambda: [r for r in self.ctl_json("history")["changes"]
                                  if r["revision"] == 2 and r["reason"]], "its verdict")[0]
        self.assertRegex(row["reason"], r"the guard is broken: 5xx<5%: it is 100.00 % over \d+ req")
        for guard, why in (("p42<1s", "none of"), ("5xx", "no <"), ("5xx<200%", "per cent")):
            done = self.ctl("apply", self.candidate(bad), "--yes", "--guard", guard, code=64)
            self.assertIn(why, done.stderr)

    def test_a_guard_that_compares_needs_something_to_compare_with(self):
        done = self.ctl("apply", self.candidate(answering("two")), "--yes", "--guard", "p99<+20%",
                        code=1)
        self.assertIn("at least 100 are needed", done.stderr)
        self.assertEqual(self.body(), "one")

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_a_folder_that_cannot_be_written(self):
        os.chmod(self.directory, 0o500)
        self.addCleanup(os.chmod, self.directory, 0o700)
        done = self.ctl("apply", self.candidate(answering("two")), "--yes", code=1)
        self.assertIn("cannot be written", done.stderr)
