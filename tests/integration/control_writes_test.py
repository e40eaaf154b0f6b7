"""Routes, limits and CORS rules are added, changed and removed over the control API: in the managed
file alone, whole or not at all, and never over somebody else's change."""

import json
import os
import stat
import threading
import unittest

from control_api_test import CONTROL, TOKENS
from support import Client, GatewayTest, fill, gateway, gatewayctl
from support.control import PREFIX, Control, tcp_address

MANAGED = """# Written by the control API; comments stay.

# The laboratory.
[routes.lab]
path    = "/lab"      # nothing below
respond = { body = "lab" }

[limits.burst]  # on everybody
key    = "ip"
limit  = 100000
window = "1m"

[cors.app]
origins = ["https://app.example.com"]
"""


def config(managed="conf.d/managed.toml"):
    text = gateway(control={**CONTROL, "managed_file": managed}) if managed else gateway(
        control=CONTROL)
    text = text.replace("version = 1", 'version = 1\ninclude = ["conf.d/*.toml"]', 1)
    return text + ('[limits.fixed]\nkey = "ip"\nlimit = 9\nwindow = "1h"\n'
                   '[cors.fixed]\norigins = ["https://fixed.example.com"]\n')


class WritingTest(GatewayTest):
    managed = "conf.d/managed.toml"

    def setUp(self):
        super().setUp()
        self.start(config(self.managed), MANAGED)

    def start(self, text, managed):
        import tempfile
        import shutil
        from support.process import Gatewayd
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        os.mkdir(f"{self.directory}/conf.d")
        self.file = f"{self.directory}/conf.d/managed.toml"
        if managed is not None:
            with open(self.file, "w") as file:
                file.write(managed)
        self.gateway = Gatewayd(self.directory, fill(text, {**self.places, "dir": self.directory}))
        self.addCleanup(self.gateway.close)
        self.gateway.start()
        self.api = Control(f"{self.directory}/control.sock")

    def text(self):
        with open(self.file) as file:
            return file.read()

    def body(self, target):
        with Client(self.gateway.address) as client:
            return client.get(target).body.decode()

    def revision(self):
        return self.api.get("status").json["revision"]

    def refused(self, answer, status, *pointers):
        """A problem that names these fields, and nothing has changed."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.fields["content-type"], "application/problem+json")
        self.assertTrue(answer.json["detail"])
        self.assertEqual(answer.pointers, [f"#{pointer}" for pointer in pointers], answer)
        self.assertEqual((self.text(), self.revision()), self.before)

    def hold(self):
        self.before = (self.text(), self.revision())


class Changing(WritingTest):
    def test_a_route_comes_changes_and_goes(self):
        os.chmod(self.file, 0o604)
        made = self.api.post("routes", {"name": "news", "path": "/news",
                                        "respond": {"body": "n1"}})
        self.assertEqual(made.status, 201, made)
        self.assertEqual(made.fields["location"], f"{PREFIX}/routes/news")
        self.assertEqual((made.json["name"], made.json["respond"]), ("news", {"body": "n1"}))
        self.assertEqual(made.json["revision"], 2)
        self.assertEqual(self.text(), MANAGED +
                         '\n[routes.news]\npath = "/news"\nrespond = { body = "n1" }\n')
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o604)
        self.assertEqual(self.body("/news"), "n1")
        shown = self.api.get("routes/news")
        self.assertEqual(shown.etag, made.etag)
        # What was read can be sent back.
        document = shown.json
        same = self.api.put("routes/news", document)
        self.assertEqual((same.status, same.etag, self.revision()), (200, shown.etag, 2))
        document["respond"]["body"] = "n2"
        changed = self.api.put("routes/news", document, headers={"If-Match": shown.etag})
        self.assertEqual((changed.status, self.body("/news")), (200, "n2"), changed)
        self.assertNotEqual(changed.etag, shown.etag)
        gone = self.api.delete("routes/news", headers={"If-Match": changed.etag})
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assertEqual(self.text(), MANAGED)
        self.assertEqual(self.api.get("routes/news").status, 404)
        causes = [(row["cause"], row["message"])
                  for row in self.api.get("config/history").json["changes"]]
        self.assertEqual(causes[:3], [("api", "DELETE routes.news"), ("api", "PUT routes.news"),
                                      ("api", "POST routes.news")])

    def test_comments_and_spelling_of_what_stays_stay(self):
        answer = self.api.put("routes/lab", {"path": "/lab", "priority": 3,
                                             "respond": {"body": "new"}})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.text(), MANAGED.replace(
            'respond = { body = "lab" }\n', 'respond = { body = "new" }\npriority = 3\n'))

    def test_limits(self):
        made = self.api.post("config/rate-limits", {
            "name": "few", "key": ["ip", "endpoint"], "limit": 2, "window": "1h",
            "paths": ["/few"]})
        self.assertEqual(made.status, 201, made)
        with Client(self.gateway.address) as client:
            self.assertEqual([client.get("/few").status for _ in range(3)], [200, 200, 429])
        document = made.json
        document["limit"] = 1000
        self.assertEqual(self.api.put("config/rate-limits/few", document).status, 200)
        with Client(self.gateway.address) as client:
            self.assertEqual(client.get("/few").status, 200)
        self.assertEqual(self.api.delete("config/rate-limits/few").status, 204)
        self.assertEqual(self.text(), MANAGED)

    def test_cors_rules_are_put_as_a_whole(self):
        listed = self.api.get("config/cors")
        document = listed.json
        document["cors"] = [item for item in document["cors"] if item["name"] == "fixed"]
        document["cors"].append({"name": "other", "origins": ["https://o.example.com"]})
        done = self.api.put("config/cors", document, headers={"If-Match": listed.etag})
        self.assertEqual(done.status, 200, done)
        self.assertEqual([item["name"] for item in done.json["cors"]], ["fixed", "other"])
        self.assertNotIn("app.example.com", self.text())
        self.hold()
        fixed = {"name": "fixed", "origins": ["https://moved.example.com"]}
        for wanted in ([fixed], []):
            answer = self.api.put("config/cors", {"cors": wanted})
            self.refused(answer, 409)
            self.assertRegex(answer.json["detail"], r"cors\.fixed is declared at \S+gatewayd\.toml:\d+")
        self.refused(self.api.put("config/cors", {"cors": [fixed, {"name": "x", "origins": 7}]}),
                     400, "/cors/1/origins")
        self.refused(self.api.put("config/cors", {"cors": [{"origins": []}]}), 400, "/cors/0/name")

    def test_a_managed_file_that_is_not_there_yet_is_made(self):
        self.start(config(), None)
        self.assertEqual(self.api.post("routes", {"name": "a", "path": "/a",
                                                  "respond": {}}).status, 201)
        self.assertEqual(self.text(), '[routes.a]\npath = "/a"\nrespond = {}\n')
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode) & 0o137, 0)

    def test_the_main_file_may_be_the_managed_one(self):
        self.start(config("gatewayd.toml"), None)
        self.file = f"{self.directory}/gatewayd.toml"
        before = self.text()
        self.assertEqual(self.api.put("config/rate-limits/fixed", {
            "key": "ip", "limit": 10, "window": "1h"}).status, 200)
        self.assertEqual(self.text(), before.replace("limit = 9\n", "limit = 10\n"))

    def test_a_hidden_secret_stays(self):
        self.assertEqual(self.api.post("routes", {
            "name": "s", "path": "/s", "service": "origin",
            "request": {"set": {"Authorization": "Basic c2VjcmV0"}}}).status, 201)
        document = self.api.get("routes/s").json
        self.assertEqual(document["request"]["set"]["Authorization"], "(hidden)")
        document["priority"] = 1
        self.assertEqual(self.api.put("routes/s", document).status, 200)
        self.assertIn("Basic c2VjcmV0", self.text())
        self.hold()
        document["request"]["set"]["Cookie"] = "(hidden)"
        self.refused(self.api.put("routes/s", document), 400, "/request/set/Cookie")

    def test_history_goes_back(self):
        self.api.delete("routes/lab")
        done = gatewayctl("rollback", "--yes", "--socket", f"{self.directory}/control.sock")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.text(), self.body("/lab")), (MANAGED, "lab"))


class Refusing(WritingTest):
    def setUp(self):
        super().setUp()
        self.hold()

    def test_what_is_no_json(self):
        for body in (b"", b"{", b"[]", b"null", b"7", b'"x"', b"{}garbage", b"\xff\xfe",
                     b'{"name": "\xff"}', b"[" * 100_000, b'{"a":' * 3000, b"nan"):
            for method, path in (("POST", "routes"), ("PUT", "routes/lab"),
                                 ("POST", "config/rate-limits"), ("PUT", "config/cors")):
                answer = self.api.call(method, path, body)
                self.assertEqual(answer.status, 400 if body else 400, (body[:20], answer))
                self.assertEqual((self.text(), self.revision()), self.before)
        self.refused(self.api.post("routes", b'{"name":"x","path":"/x","path":"/y"}'), 400, "")

    def test_wrong_fields_are_pointed_at(self):
        good = {"name": "x", "path": "/x", "service": "origin"}
        for more, pointer in (({"path": 7}, "/path"), ({"timeout": "soon"}, "/timeout"),
                              ({"timeout": "1ms"}, "/timeout"), ({"nonsense": 1}, "/nonsense"),
                              ({"methods": ["GET", 7]}, "/methods/1"),
                              ({"retry": {"attempts": 11}}, "/retry/attempts"),
                              ({"retry": {"often": True}}, "/retry/often"),
                              ({"retry": None}, "/retry"), ({"priority": 1.5}, "/priority"),
                              ({"enabled": "yes"}, "/enabled"), ({"name": "a b"}, "/name"),
                              ({"name": 7}, "/name"), ({"name": "n" * 65}, "/name"),
                              ({"request": {"set": {"a/b~c": 7}}}, "/request/set/a~1b~0c"),
                              ({"path": "/x\n[routes.evil]"}, "/path")):
            answer = self.api.post("routes", {**good, **more})
            self.refused(answer, 400, pointer)
        self.refused(self.api.post("routes", {"path": "/x", "service": "origin"}), 400, "/name")
        self.refused(self.api.post("routes", {"name": "x", "service": "origin"}), 400, "")
        self.refused(self.api.put("routes/lab", {"name": "other", "path": "/lab"}), 400, "/name")
        both = self.api.post("routes", {"name": "x", "path": 1, "service": 2})
        self.assertEqual(sorted(both.pointers), ["#/path", "#/service"])

    def test_what_would_not_be_valid_is_pointed_at(self):
        good = {"name": "x", "path": "/x", "service": "origin"}
        for more, pointer in (({"service": "nobody"}, "/service"), ({"path": "x"}, "/path"),
                              ({"limits": ["nothing"]}, "/limits"), ({"cors": "none"}, "/cors")):
            answer = self.api.post("routes", {**good, **more})
            self.refused(answer, 422, pointer)
        self.refused(self.api.post("routes", {"name": "x", "path": "/x", "service": "origin",
                                              "rewrite": "/{none}"}), 422, "/rewrite")

    def test_what_others_need_stays(self):
        self.assertEqual(self.api.put("routes/lab", {
            "path": "/lab", "limits": ["burst"], "respond": {"body": "lab"}}).status, 200)
        self.hold()
        answer = self.api.delete("config/rate-limits/burst")
        self.refused(answer, 409)
        self.assertIn("lab", answer.json["detail"])

    def test_names_that_are_not_there_or_taken(self):
        self.refused(self.api.put("routes/nobody", {"path": "/x", "service": "origin"}), 404)
        self.refused(self.api.delete("routes/nobody"), 404)
        self.refused(self.api.delete("config/rate-limits/nobody"), 404)
        taken = self.api.post("routes", {"name": "lab", "path": "/x", "service": "origin"})
        self.refused(taken, 409, "/name")
        self.assertRegex(taken.json["detail"], r"managed\.toml:4")

    def test_what_another_file_declares_is_told_with_its_line(self):
        for answer in (self.api.delete("routes/all"),
                       self.api.put("routes/all", {"path": "/*", "service": "origin"}),
                       self.api.delete("config/rate-limits/fixed"),
                       self.api.put("config/rate-limits/fixed", {"key": "ip", "limit": 1,
                                                                 "window": "1h"})):
            self.refused(answer, 409)
            self.assertRegex(answer.json["detail"], r"is declared at \S+gatewayd\.toml:\d+")

    def test_too_large(self):
        big = b'{"name": "x", "path": "/x", "service": "origin"}'
        self.refused(self.api.post("routes", big + b" " * ((1 << 20) - len(big) + 1)), 413)
        self.assertEqual(self.api.post("routes", big + b" " * ((1 << 20) - len(big))).status, 201)

    def test_etags(self):
        lab = self.api.get("routes/lab").etag
        new = {"path": "/lab", "respond": {"body": "x"}}
        for stale in ('"0"', f"W/{lab}", lab.strip('"'), f'"a", W/{lab}'):
            self.refused(self.api.put("routes/lab", new, headers={"If-Match": stale}), 412)
            self.refused(self.api.delete("routes/lab", headers={"If-Match": stale}), 412)
        self.refused(self.api.post("routes", {"name": "x", "path": "/x", "respond": {}},
                                   headers={"If-Match": lab}), 412)
        self.assertEqual(self.api.put("routes/lab", new,
                                      headers={"If-Match": f'"0", {lab}'}).status, 200)
        listed = self.api.get("routes").etag
        self.assertEqual(self.api.post("routes", {"name": "x", "path": "/x", "respond": {}},
                                       headers={"If-Match": listed}).status, 201)
        self.assertEqual(self.api.delete("routes/x", headers={"If-Match": "*"}).status, 204)

    def test_edits_of_others_are_not_served_along(self):
        with open(self.gateway.config_path, "a") as file:
            file.write("# edited\n")
        answer = self.api.delete("routes/lab")
        self.refused(answer, 409)
        self.assertIn("gatewayctl drift", answer.json["detail"])
        self.assertEqual(self.api.post("reload").status, 200)
        self.assertEqual(self.api.delete("routes/lab").status, 204)

    def test_a_new_file_is_not_served_along(self):
        with open(f"{self.directory}/conf.d/new.toml", "w") as file:
            file.write('[routes.fresh]\npath = "/fresh"\nrespond = {}\n')
        answer = self.api.delete("routes/lab")
        self.refused(answer, 409)
        self.assertIn("new.toml", answer.json["detail"])

    def test_a_change_that_waits_for_its_confirmation_comes_first(self):
        text = self.gateway.config_path.read_text()
        done = self.api.post("config/apply", {"text": text + "# new\n", "confirm_ms": 60000})
        self.assertEqual(done.status, 200, done)
        self.hold()
        answer = self.api.delete("routes/lab")
        self.refused(answer, 409)
        self.assertIn("gatewayctl confirm", answer.json["detail"])


class Off(WritingTest):
    managed = None

    def test_without_a_managed_file_nothing_is_written(self):
        self.hold()
        for answer in (self.api.post("routes", {"name": "x", "path": "/x", "service": "origin"}),
                       self.api.delete("routes/lab"),
                       self.api.put("config/cors", {"cors": []})):
            self.refused(answer, 409)
            self.assertIn("control.managed_file", answer.json["detail"])


class Racing(WritingTest):
    def test_of_two_writers_with_one_etag_one_wins(self):
        for number in range(5):
            etag = self.api.get("routes/lab").etag
            statuses = {}
            start = threading.Barrier(2)

            def write(who):
                start.wait()
                statuses[who] = self.api.put(
                    "routes/lab", {"path": "/lab", "respond": {"body": f"{who}{number}"}},
                    headers={"If-Match": etag}).status

            writers = [threading.Thread(target=write, args=(who,)) for who in ("one", "two")]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            self.assertEqual(sorted(statuses.values()), [200, 412], statuses)
            winner = next(who for who, status in statuses.items() if status == 200)
            self.assertEqual(self.body("/lab"), f"{winner}{number}")

    def test_writers_of_different_routes_do_not_lose_each_other(self):
        def write(who):
            for number in range(4):
                answer = self.api.post("routes", {"name": f"{who}{number}",
                                                  "path": f"/{who}{number}", "respond": {}})
                self.failures.extend([answer] if answer.status != 201 else [])

        self.failures = []
        writers = [threading.Thread(target=write, args=(who,)) for who in ("a", "b", "c")]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        self.assertEqual(self.failures, [])
        names = {route["name"] for route in self.api.get("routes").json["routes"]}
        self.assertEqual(len(names), 2 + 12, names)


class Auditing(WritingTest):
    def entries(self, *arguments):
        done = gatewayctl("audit", "-o", "json", *arguments, "--socket",
                          f"{self.directory}/control.sock")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["entries"]

    def test_who_changed_what_and_who_was_refused(self):
        address = tcp_address(self.gateway)
        viewer = Control(address, TOKENS["viewer"])
        admin = Control(address, TOKENS["admin"])
        self.assertEqual(viewer.delete("routes/lab").status, 403)
        self.assertEqual(admin.delete("routes/lab").status, 204)
        self.assertEqual(self.api.post("routes", {"name": "x", "path": 7}).status, 400)
        self.assertEqual(self.api.get("routes").status, 200)
        self.assertEqual(viewer.post("explain", {"method": "GET", "path": "/"}).status, 200)
        bad, done, refused = self.entries()
        self.assertEqual((refused["by"], refused["role"], refused["status"]),
                         ("the-viewer", "viewer", 403))
        self.assertEqual((done["by"], done["method"], done["path"], done["status"]),
                         ("the-admin", "DELETE", f"{PREFIX}/routes/lab", 204))
        self.assertTrue(done["address"].startswith("127.0.0.1:"))
        self.assertEqual((bad["role"], bad["address"], bad["status"]), ("admin", "", 400))
        self.assertIn("path", bad["detail"])
        self.assertEqual((done["revision"], refused["revision"]), (2, 1))
        self.assertEqual([entry["id"] for entry in self.entries("--by", "the-admin")], [done["id"]])
        self.assertEqual(self.entries("-n", "1"), [bad])
        self.assertEqual(len(self.entries("--since", "1h")), 3)
        self.assertEqual(self.entries("--until", "1h"), [])
        shown = gatewayctl("audit", "--socket", f"{self.directory}/control.sock").stdout
        self.assertRegex(shown, r"the-admin +admin +127\.0\.0\.1:\d+ +204 +DELETE /api/v1/gateway/")
        self.gateway.wait_for_log(r"control: the-admin \(admin, 127\.0\.0\.1:")
        for wrong in (("-n", "0"), ("-n", "501"), ("--since", "soon")):
            self.assertEqual(gatewayctl("audit", *wrong).returncode, 64)
        self.assertEqual(self.api.get("audit?limit=501").status, 400)


if __name__ == "__main__":
    unittest.main()
