"""Answers that a route keeps (RFC 9111): what is kept and for whom, validation, stale answers, one
fetch for many, what purges and unsafe requests drop, and what stays bounded."""

import re
import threading
import time

from support import GatewayTest, gateway, gatewayctl, gatewayctl_json, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"
KEEPS = {"path": "/*", "service": "origin", "cache": {}}


def says(control=None, *fields, body=None, status=200):
    """Answers with this Cache-Control, and with the number of the request as body."""

    def behaviour(peer):
        peer.read_body()
        lines = [f"Cache-Control: {control}"] if control else []
        content = body if body is not None else str(len(peer.origin.requests)).encode()
        peer.answer(status, content, *lines, *fields)

    return behaviour


def validates(etag='"v1"', control="max-age=0", *fields):
    """200 with `etag`, or 304 for who has it."""

    def behaviour(peer):
        peer.read_body()
        lines = [f"Cache-Control: {control}", f"ETag: {etag}", *fields]
        if peer.request.fields.get("if-none-match") == etag:
            head = "\r\n".join(["HTTP/1.1 304 Not Modified", *lines, "", ""])
            peer.send(head.encode())
        else:
            peer.answer(200, b"content", *lines)

    return behaviour


class CacheTest(GatewayTest):
    config = gateway(routes={"all": KEEPS})
    behaviour = staticmethod(says("max-age=60"))

    def setUp(self):
        super().setUp()
        gatewayctl("cache", "purge", "--all", "--socket", self.socket())

    def socket(self):
        return f"{self.directory}/control.sock"

    def asked(self):
        return len(self.origin.requests)

    def status_of(self, answer):
        return answer.fields.get("cache-status")


class Keeping(CacheTest):
    config = gateway(routes={"all": KEEPS}, store={"trace_one_in": 1})

    def test_a_fresh_answer_is_sent_again(self):
        before = self.asked()
        begun = time.monotonic()
        first = self.get("/a", "X-One: 1")
        self.assertRegex(self.status_of(first), r"^gatewayd; fwd=uri-miss; stored$")
        self.assertNotIn("age", first.fields)
        second = self.get("/a")
        self.assertEqual(second.body, first.body)
        age = int(second.fields.get("age"))
        self.assertIn(age, range(int(time.monotonic() - begun) + 2))  # in seconds that were begun
        ttl = int(re.fullmatch(r"gatewayd; hit; ttl=(\d+)", self.status_of(second))[1])
        self.assertIn(ttl + age, (60, 59))
        self.assertEqual(second.fields.get("content-length"), str(len(first.body)))
        self.assertNotEqual(second.fields.get("x-request-id"), first.fields.get("x-request-id"))
        self.assertEqual(self.asked(), before + 1)

    def test_on_one_connection_and_for_http_1_0(self):
        with self.client() as client:
            bodies = {client.get("/keep").body for _ in range(5)}
        self.assertEqual(len(bodies), 1)
        old = self.raw(b"GET /keep HTTP/1.0\r\nHost: gateway.test\r\n\r\n")
        self.assertEqual((old.status, old.body), (200, bodies.pop()))

    def test_head_is_answered_from_what_get_brought(self):
        first = self.get("/head")
        before = self.asked()
        with self.client() as client:
            head = client.request("HEAD", "/head").answer("HEAD")
        self.assertEqual(head.fields.get("content-length"), str(len(first.body)))
        self.assertIn("hit", self.status_of(head))
        self.assertEqual(self.asked(), before)

    def test_query_host_and_path_tell_answers_apart(self):
        bodies = [self.get(target).body for target in ("/q", "/q?", "/q?a=1", "/q?a=2", "/Q")]
        with self.client() as client:
            bodies.append(client.get("/q", host="other.test").body)
        self.assertEqual(len(set(bodies)), len(bodies))

    def test_chunked_and_close_delimited_answers_are_kept_whole(self):
        from support.origin import answers, answers_chunked
        self.origin.behaviour = answers_chunked(b"one ", b"two", fields=b"Cache-Control: max-age=9\r\n")
        self.assertEqual(self.get("/chunks").body, b"one two")
        kept = self.get("/chunks")
        self.assertEqual((kept.body, kept.fields.get("content-length")), (b"one two", "7"))
        self.origin.behaviour = answers(b"HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\n\r\nall", end=True)
        self.assertEqual(self.get("/close").body, b"all")
        self.assertIn("hit", self.status_of(self.get("/close")))

    def test_an_answer_that_breaks_off_is_not_kept(self):
        def breaks(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 100\r\n\r\nhalf")
            peer.close()

        self.origin.behaviour = breaks
        with self.client() as client:
            client.request("GET", "/broken")
            self.assertCut(client, client.head())
        self.origin.behaviour = type(self).behaviour
        self.assertIn("fwd=uri-miss", self.status_of(self.get("/broken")))

    def test_fields_of_the_client_and_of_the_route_are_made_anew(self):
        self.origin.behaviour = says("max-age=60", "Connection: X-Hop", "X-Hop: 1", "X-Kept: yes")
        self.get("/fields")
        kept = self.get("/fields")
        self.assertEqual(kept.fields.get("x-kept"), "yes")
        self.assertNotIn("x-hop", kept.fields)

    def test_what_is_not_kept(self):
        for number, (control, fields) in enumerate([
                (None, ()), ("no-store", ()), ("private, max-age=60", ()), ("max-age=0", ()),
                ("max-age=60", ("Set-Cookie: a=b",)), ("max-age=60", ("Vary: *",))]):
            with self.subTest(control=control, fields=fields):
                self.origin.behaviour = says(control, *fields)
                bodies = {self.get(f"/none{number}").body for _ in range(2)}
                self.assertEqual(len(bodies), 2)
                self.assertNotIn("stored", self.status_of(self.get(f"/none{number}")))

    def test_methods_and_bodies_pass_by(self):
        self.get("/method")
        with self.client() as client:
            answer = client.request("POST", "/method", body=b"x").answer("POST")
        self.assertEqual(self.status_of(answer), "gatewayd; fwd=method")
        with self.client() as client:
            answer = client.request("GET", "/other", body=b"x").answer()
        self.assertEqual(self.status_of(answer), "gatewayd; fwd=bypass")

    def test_targeted_control_counts_first(self):
        self.origin.behaviour = says("no-store", "CDN-Cache-Control: max-age=60")
        self.assertEqual(self.get("/target").body, self.get("/target").body)

    def test_vary_tells_clients_apart(self):
        self.origin.behaviour = says("max-age=60", "Vary: Accept-Language")
        german = self.get("/vary", "Accept-Language: de")
        english = self.get("/vary", "Accept-Language: en")
        self.assertIn("fwd=vary-miss", self.status_of(english))
        self.assertEqual(self.get("/vary", "accept-language:  de ").body, german.body)
        self.assertEqual(self.get("/vary", "Accept-Language: en").body, english.body)

    def test_what_clients_ask_of_the_cache(self):
        first = self.get("/ask")
        again = self.get("/ask", "Cache-Control: no-cache")
        self.assertNotEqual(again.body, first.body)
        self.assertIn("fwd=request", self.status_of(again))
        self.assertEqual(self.get("/ask").body, again.body)
        self.assertNotEqual(self.get("/ask", "Pragma: no-cache").body, again.body)
        passed = self.get("/ask", "Cache-Control: no-store")
        self.assertEqual(self.status_of(passed), "gatewayd; fwd=request")
        self.assertProblem(self.get("/never", "Cache-Control: only-if-cached"), 504)
        self.assertEqual(self.get("/ask", "Cache-Control: only-if-cached").status, 200)

    def test_parts_come_from_what_is_kept_and_whole_answers_are_fetched(self):
        self.origin.behaviour = says("max-age=60", 'ETag: "x"', body=b"0123456789")
        passed = self.get("/range", "Range: bytes=2-4")
        self.assertEqual(self.origin.requests[-1].fields.get("range"), "bytes=2-4")
        self.assertNotIn("stored", self.status_of(passed))
        self.get("/range")
        part = self.get("/range", "Range: bytes=2-4")
        self.assertEqual((part.status, part.body), (206, b"234"))
        self.assertEqual(part.fields.get("content-range"), "bytes 2-4/10")
        self.assertEqual(part.fields.get("content-length"), "3")
        self.assertEqual(self.get("/range", "Range: bytes=-3").body, b"789")
        beyond = self.get("/range", "Range: bytes=10-")
        self.assertEqual((beyond.status, beyond.fields.get("content-range")), (416, "bytes */10"))
        self.assertEqual(self.get("/range", "Range: bytes=0-1", 'If-Range: "y"').status, 200)
        self.assertEqual(self.get("/range", "Range: bytes=0-1", 'If-Range: "x"').status, 206)

    def test_explain_tells_what_is_kept(self):
        self.get("/explained")
        told = gatewayctl_json("explain", "GET", "http://gateway.test/explained", "--socket", self.socket())
        line = [line for line in told["steps"] if line["label"] == "cache"][0]
        self.assertEqual(line["summary"], "fresh")
        told = gatewayctl_json("explain", "GET", "http://gateway.test/unknown", "--socket", self.socket())
        line = [line for line in told["steps"] if line["label"] == "cache"][0]
        self.assertEqual(line["summary"], "nothing kept")

    def test_why_tells_it_afterwards(self):
        self.get("/why")
        ids = []
        for _ in range(5):
            ids.append(self.get("/why").fields.get("x-request-id"))
        told = self.eventually(lambda: [t for t in (
            gatewayctl("why", i, "--socket", self.socket()).stdout for i in ids) if "cache" in t],
            "a trace of one of them")
        self.assertIn("decided by  cache: fresh (route all)", told[0])

    def test_a_long_answer_is_passed_and_not_kept(self):
        for size in (1 << 20, 3 << 20):
            self.origin.behaviour = says("max-age=60", body=b"x" * size)
            self.assertEqual(len(self.get(f"/long{size}").body), size)
            again = self.get(f"/long{size}")
            self.assertNotIn("hit", self.status_of(again))


class Longest(CacheTest):
    config = gateway(routes={"all": KEEPS}) + table("cache", {"max_entry": "16KiB"})

    def is_kept(self, size):
        self.origin.behaviour = says("max-age=60", body=b"x" * size)
        for _ in range(2):
            answer = self.get(f"/long{size}")
            self.assertEqual(len(answer.body), size)
        return "hit" in self.status_of(answer)

    def test_an_answer_at_the_bound_is_kept_and_one_byte_more_is_not(self):
        kept, passed = 8 << 10, 16 << 10
        self.assertTrue(self.is_kept(kept))
        self.assertFalse(self.is_kept(passed))
        while passed - kept > 1:
            middle = (kept + passed) // 2
            kept, passed = (middle, passed) if self.is_kept(middle) else (kept, middle)
        self.assertGreater(kept, 15 << 10)  # the rest is its head, and what the store needs


class Validation(CacheTest):
    def test_a_stale_answer_is_validated(self):
        self.origin.behaviour = validates()
        self.assertEqual(self.get("/v").status, 200)
        again = self.get("/v")
        self.assertEqual((again.status, again.body), (200, b"content"))
        self.assertRegex(self.status_of(again), r"^gatewayd; fwd=stale; fwd-status=304; ttl=0$")
        self.assertEqual(self.origin.requests[-1].fields.get("if-none-match"), '"v1"')
        self.origin.behaviour = validates(control="max-age=60")
        self.get("/v")  # the 304 makes it fresh again
        before = self.asked()
        self.assertIn("hit", self.status_of(self.get("/v")))
        self.assertEqual(self.asked(), before)

    def test_another_version_takes_its_place(self):
        self.origin.behaviour = validates()
        self.get("/w")
        self.origin.behaviour = validates('"v2"', "max-age=60")
        self.assertEqual(self.get("/w").fields.get("etag"), '"v2"')
        self.assertIn("hit", self.status_of(self.get("/w")))

    def test_last_modified_validates_as_well(self):
        date = "Sun, 06 Nov 1994 08:49:37 GMT"
        self.origin.behaviour = says("max-age=0", f"Last-Modified: {date}")
        self.get("/m")
        self.get("/m")
        self.assertEqual(self.origin.requests[-1].fields.get("if-modified-since"), date)

    def test_clients_get_304_from_what_is_kept(self):
        self.origin.behaviour = validates(control="max-age=60")
        # What may be kept is fetched whole, whatever the client has.
        first = self.get("/c", 'If-None-Match: "v1"')
        self.assertEqual(first.status, 200)
        before = self.asked()
        for field in ('If-None-Match: "v1"', 'If-None-Match: W/"v1", "x"', "If-None-Match: *"):
            answer = self.get("/c", field)
            self.assertEqual((answer.status, answer.body), (304, b""))
            self.assertEqual(answer.fields.get("etag"), '"v1"')
            self.assertNotIn("content-length", answer.fields)
        self.assertEqual(self.get("/c", 'If-None-Match: "v2"').status, 200)
        self.assertEqual(self.asked(), before)

    def test_if_match_is_the_services_own_to_judge(self):
        self.origin.behaviour = validates(control="max-age=60")
        self.get("/own")
        before = self.asked()
        self.assertEqual(self.status_of(self.get("/own", 'If-Match: "v1"')), "gatewayd; fwd=bypass")
        self.assertEqual(self.asked(), before + 1)


class Stale(CacheTest):
    config = gateway(routes={"all": KEEPS}, service={"retry": {"attempts": 1}})

    def test_a_failure_is_stood_in_for(self):
        self.origin.behaviour = says("max-age=0, stale-if-error=60")
        first = self.get("/e")
        for status in (500, 502, 503, 504):
            self.origin.behaviour = says(status=status)
            answer = self.get("/e")
            self.assertEqual((answer.status, answer.body), (200, first.body))
            self.assertIn(f"fwd=stale; fwd-status={status}", self.status_of(answer))
        self.origin.behaviour = lambda peer: peer.reset()
        self.assertEqual(self.get("/e").body, first.body)
        self.origin.behaviour = says(status=404)
        self.assertEqual(self.get("/e").status, 404)

    def test_without_leave_a_failure_is_a_failure(self):
        self.origin.behaviour = says("max-age=0, must-revalidate, stale-if-error=60", 'ETag: "x"')
        self.get("/f")
        self.origin.behaviour = says(status=503)
        self.assertEqual(self.get("/f").status, 503)
        self.origin.behaviour = lambda peer: peer.reset()
        self.assertProblem(self.get("/f"), 502)

    def test_stale_while_it_is_fetched_anew(self):
        self.origin.behaviour = says("max-age=0, stale-while-revalidate=60")
        first = self.get("/swr")
        before = self.asked()
        self.origin.behaviour = says("max-age=60")
        stale = self.get("/swr")
        self.assertEqual(stale.body, first.body)
        self.assertRegex(self.status_of(stale), r"^gatewayd; hit; ttl=-?\d+$")
        self.eventually(lambda: self.get("/swr").body != first.body, "the new answer")
        self.assertEqual(self.asked(), before + 1)

    def test_one_refresh_at_a_time(self):
        self.origin.behaviour = says("max-age=0, stale-while-revalidate=60")
        first = self.get("/slow")
        before = self.asked()

        def slow(peer):
            peer.origin.release.wait(60)
            says("max-age=60")(peer)

        self.origin.behaviour = slow
        for _ in range(10):
            self.assertEqual(self.get("/slow").body, first.body)
        self.origin.wait_for_requests(before + 1)
        self.assertEqual(self.asked(), before + 1)
        self.origin.release.set()
        self.eventually(lambda: self.get("/slow").body != first.body, "the new answer")

    def test_the_routes_own_times(self):
        self.fresh_gateway(gateway(routes={"all": {**KEEPS, "cache": {
            "ttl": "5s", "stale_if_error": "1h"}}}))
        self.origin.behaviour = says()
        first = self.get("/t")
        self.assertEqual(self.get("/t").body, first.body)
        self.origin.behaviour = says(status=503)
        self.eventually(lambda: "fwd=stale" in self.status_of(self.get("/t")), "it is stale")
        self.assertEqual(self.get("/t").body, first.body)


class Users(CacheTest):
    config = gateway(routes={
        "shared": {"path": "/shared/*", "service": "origin", "cache": {}, "auth": "jwt"},
        "own": {"path": "/own/*", "service": "origin", "cache": {"key": ["user"]}, "auth": "jwt"},
        "tenant": {"path": "/tenant/*", "service": "origin", "cache": {"ttl": "60s", "key": ["header:X-Tenant"]}},
    }) + table("auth.jwt", {"algorithms": ["HS256"], "secret": SECRET})

    def token(self, user):
        return bearer(hs256(claims(sub=user), SECRET))

    def test_an_answer_to_credentials_is_kept_only_with_leave(self):
        self.assertNotEqual(self.get("/shared/a", self.token("ann")).body,
                            self.get("/shared/a", self.token("ann")).body)
        self.origin.behaviour = says("max-age=60, public")
        first = self.get("/shared/b", self.token("ann"))
        self.assertEqual(self.get("/shared/b", self.token("bob")).body, first.body)
        self.assertProblem(self.get("/shared/b"), 401)

    def test_users_told_apart_have_their_own(self):
        ann = self.get("/own/a", self.token("ann"))
        bob = self.get("/own/a", self.token("bob"))
        self.assertNotEqual(ann.body, bob.body)
        self.assertEqual(self.get("/own/a", self.token("ann")).body, ann.body)
        self.assertEqual(self.get("/own/a", self.token("bob")).body, bob.body)

    def test_a_field_tells_apart(self):
        self.origin.behaviour = says()
        one = self.get("/tenant/a", "X-Tenant: 1")
        self.assertNotEqual(self.get("/tenant/a", "X-Tenant: 2").body, one.body)
        self.assertEqual(self.get("/tenant/a", "X-Tenant: 1").body, one.body)
        # The route's ttl is not for requests with cookies, nor with credentials of the service's.
        for field in ("Cookie: a=b", "Authorization: Basic eA=="):
            self.assertNotEqual(self.get("/tenant/c", field).body, self.get("/tenant/c", field).body)


class Dropping(CacheTest):
    def test_unsafe_methods_drop_what_is_kept(self):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for query in ("", "?page=2"):
                self.get("/d" + query)
            with self.client() as client:
                self.assertEqual(client.request(method, "/d", body=b"x").answer(method).status, 200)
            for query in ("", "?page=2"):
                self.assertIn("fwd=uri-miss", self.status_of(self.get("/d" + query)))

    def test_a_refused_change_drops_nothing(self):
        first = self.get("/r")
        self.origin.behaviour = says(status=409)
        with self.client() as client:
            client.request("PUT", "/r", body=b"x").answer("PUT")
        self.assertEqual(self.get("/r").body, first.body)

    def test_what_the_answer_names_is_dropped_too(self):
        self.get("/list")
        self.get("/list/7")
        self.origin.behaviour = says(None, "Location: http://gateway.test/list/7",
                                     "Content-Location: /list", status=201)
        with self.client() as client:
            client.request("POST", "/form", body=b"x").answer("POST")
        self.origin.behaviour = type(self).behaviour
        for path in ("/list", "/list/7"):
            self.assertIn("fwd=uri-miss", self.status_of(self.get(path)))

    def test_purges(self):
        def fill():
            for path in ("/p", "/p/1", "/p/2", "/s"):
                self.get(path)

        def purged(*what):
            return gatewayctl_json("cache", "purge", *what, "--socket", self.socket())["dropped"]

        fill()
        self.assertEqual(purged("--path", "/p/1"), 1)
        self.assertIn("fwd=uri-miss", self.status_of(self.get("/p/1")))
        self.assertEqual(purged("--prefix", "/p"), 3)
        self.assertIn("hit", self.status_of(self.get("/s")))
        self.assertEqual(purged("--path", "/s", "--host", "other.test"), 0)
        self.origin.behaviour = says("max-age=60", "Cache-Tag: red, blue")
        self.get("/tagged")
        self.assertEqual(purged("--tag", "green"), 0)
        self.assertEqual(purged("--tag", "red"), 1)
        fill()
        self.assertEqual(purged("--all"), 4)
        self.gateway.wait_for_log("purged all=true")

    def test_what_is_fetched_during_a_purge_is_not_kept(self):
        def slow(peer):
            peer.origin.release.wait(60)
            says("max-age=60")(peer)

        self.origin.behaviour = slow
        before = self.asked()
        with self.client() as client:
            client.request("GET", "/race")
            self.origin.wait_for_requests(before + 1)
            gatewayctl("cache", "purge", "--path", "/race", "--socket", self.socket())
            self.origin.release.set()
            client.answer()
        self.assertIn("fwd=uri-miss", self.status_of(self.get("/race")))

    def test_a_reload_keeps_what_is_kept(self):
        first = self.get("/reload")
        self.reload(gateway(routes={"all": {**KEEPS, "timeout": "9s"}}))
        self.assertEqual(self.get("/reload").body, first.body)

    def test_status_tells_what_is_kept_and_how_often_it_serves(self):
        self.get("/status")
        self.get("/status")
        state = gatewayctl_json("status", "--socket", self.socket())["cache"]
        self.assertEqual(state["entries"], 1)
        self.assertTrue(0 < state["bytes"] < state["max_bytes"], state)
        stats = gatewayctl_json("cache", "stats", "--socket", self.socket())
        answered = sum(stats[name] for name in ("hits", "stale_hits", "revalidated", "collapsed"))
        self.assertAlmostEqual(state["hit_share"], answered / (answered + stats["misses"]))
        text = gatewayctl("status", "--socket", self.socket()).stdout
        self.assertRegex(text, r"(?m)^cache 1 answers, [0-9.]+ K?i?B of 64 MiB, [0-9.]+ % hits$")

    def test_where_nothing_is_kept_status_tells_of_no_cache(self):
        self.reload(gateway())
        self.addCleanup(self.reload, type(self).config)
        self.assertIsNone(gatewayctl_json("status", "--socket", self.socket())["cache"])
        self.assertNotIn("\ncache", gatewayctl("status", "--socket", self.socket()).stdout)

    def test_wrong_purges_are_told(self):
        for arguments in ((), ("--all", "--path", "/x")):
            result = gatewayctl("cache", "purge", *arguments, "--socket", self.socket())
            self.assertEqual(result.returncode, 64)
        self.assertEqual(gatewayctl("cache", "stats", "--all", "--socket", self.socket()).returncode, 64)
        result = gatewayctl("cache", "purge", "--path", "x", "--socket", self.socket())
        self.assertEqual(result.returncode, 1)
        self.assertIn("a path that begins with /", result.stderr)


class Together(CacheTest):
    config = (gateway(routes={"all": KEEPS}, workers=2)
              + table("cache", {"memory": "1MiB", "max_waiting": 8, "wait": "10s"}))

    def ask_at_once(self, target, count):
        """`count` clients at once; their answers, in no order."""
        answers = []

        def ask():
            with self.client() as client:
                answers.append(client.get(target))

        threads = [threading.Thread(target=ask) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads, answers

    def test_one_fetch_serves_all_that_wait(self):
        def slow(peer):
            peer.origin.release.wait(60)
            says("max-age=60")(peer)

        self.origin.behaviour = slow
        before = self.asked()
        threads, answers = self.ask_at_once("/one", 8)
        self.eventually(lambda: gatewayctl_json("cache", "stats", "--socket",
                                                self.socket())["waiting"] == 7, "seven wait")
        self.assertEqual(self.asked(), before + 1)
        self.origin.release.set()
        for thread in threads:
            thread.join()
        self.assertEqual(self.asked(), before + 1)
        self.assertEqual(len({answer.body for answer in answers}), 1)
        collapsed = [a for a in answers if "collapsed" in self.status_of(a)]
        self.assertEqual(len(collapsed), 7)

    def test_more_than_may_wait_ask_for_themselves(self):
        def slow(peer):
            peer.origin.release.wait(60)
            says("max-age=60")(peer)

        self.origin.behaviour = slow
        before = self.asked()
        threads, answers = self.ask_at_once("/many", 12)
        self.origin.wait_for_requests(before + 4)  # one leads, eight wait, three go by themselves
        self.origin.release.set()
        for thread in threads:
            thread.join()
        self.assertEqual(self.asked(), before + 4)
        self.assertEqual({answer.status for answer in answers}, {200})

    def test_what_cannot_be_kept_makes_nobody_wait_again(self):
        def slow(peer):
            if len(peer.origin.requests) == before + 1:
                peer.origin.release.wait(60)
            says("no-store")(peer)

        before = self.asked()
        self.origin.behaviour = slow
        threads, answers = self.ask_at_once("/private", 4)
        self.origin.wait_for_requests(before + 1)
        self.eventually(lambda: gatewayctl_json("cache", "stats", "--socket",
                                                self.socket())["waiting"] == 3, "three wait")
        self.origin.release.set()
        for thread in threads:
            thread.join()
        self.assertEqual(len({answer.body for answer in answers}), 4)
        # From now on and for a while all of them pass: even one that takes its time holds none up.
        self.origin.release.clear()
        before = self.asked()
        threads, answers = self.ask_at_once("/private", 3)
        self.origin.wait_for_requests(before + 3)
        self.origin.release.set()
        for thread in threads:
            thread.join()

    def test_who_waits_and_leaves_holds_up_nobody(self):
        def slow(peer):
            peer.origin.release.wait(60)
            says("max-age=60")(peer)

        self.origin.behaviour = slow
        before = self.asked()
        leader = self.client()
        leader.request("GET", "/leave")
        self.origin.wait_for_requests(before + 1)
        waits = [self.client() for _ in range(4)]
        for client in waits:
            client.request("GET", "/leave")
        waiting = lambda: gatewayctl_json("cache", "stats", "--socket", self.socket())["waiting"]
        self.eventually(lambda: waiting() == 4, "four wait")
        for client in waits[:2]:
            client.close()
        self.eventually(lambda: waiting() == 2, "two wait")
        leader.reset()  # who fetches leaves: another does it
        self.origin.release.set()
        for client in waits[2:]:
            self.assertEqual(client.answer().status, 200)

    def test_memory_stays_within_its_bound_under_load(self):
        self.origin.behaviour = says("max-age=60", body=b"x" * 20_000)
        stop = time.monotonic() + 3

        def ask(number):
            with self.client() as client:
                count = 0
                while time.monotonic() < stop:
                    answer = client.get(f"/load/{(number * 37 + count) % 200}")
                    if answer.status != 200 or len(answer.body) != 20_000:
                        failures.append(answer)
                    count += 1

        failures = []
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        while time.monotonic() < stop:
            stats = gatewayctl_json("cache", "stats", "--socket", self.socket())
            self.assertLessEqual(stats["bytes"], 1 << 20)
            self.assertEqual(stats["max_bytes"], 1 << 20)
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        stats = gatewayctl_json("cache", "stats", "--socket", self.socket())
        self.assertGreater(stats["evicted"], 0)
        self.assertGreater(stats["hits"], 0)
        self.assertLessEqual(stats["entries"], 52)
