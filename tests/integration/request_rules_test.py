"""What a request must look like: media types, fields, sizes."""

from support import GatewayTest, gateway

ROUTES = {
    "types": {"path": "/types", "service": "origin",
              "content_types": ["application/json", "application/*+json", "image/*"]},
    "fields": {"path": "/fields", "service": "origin", "required_headers": ["X-Tenant", "X-Version"]},
    "query": {"path": "/query", "service": "origin", "max_query_size": "10B"},
    "url": {"path": "/url/*", "service": "origin", "max_url_size": "20B"},
    "none": {"path": "/none", "service": "origin", "max_query_size": "0B"},
}


class RequestRules(GatewayTest):
    config = gateway(routes=ROUTES)

    def post(self, *fields, body=b"{}"):
        return self.client().request("POST", "/types", *fields, body=body).answer()

    def test_media_types(self):
        for value in ("application/json", "APPLICATION/JSON; charset=utf-8", "image/png",
                      "application/problem+json", "application/json;x=\"application/xml\""):
            self.assertEqual(self.post(f"Content-Type: {value}").status, 200, value)
        for fields in ((), ("Content-Type:",), ("Content-Type: text/plain",),
                       ("Content-Type: application/jsonx",), ("Content-Type: application",),
                       ("Content-Type: application/+json",), ("Content-Type: image/",),
                       ("Content-Type: text/plain; application/json",),
                       ("Content-Type: text/plain, application/json",),
                       ("Content-Type: application/json", "Content-Type: text/plain"),
                       ("Content-Type: \xff/\xfe",), ("Content-Type: " + "a" * 8000,),
                       ("Content-Type: /json",), ("Content-Type: ;",)):
            with self.subTest(fields=[field[:60] for field in fields]):
                self.assertProblem(self.post(*fields), 415)

    def test_without_a_body_no_type_is_asked_for(self):
        self.assertEqual(self.client().request("GET", "/types").answer().status, 200)
        self.assertEqual(self.post(body=b"").status, 200)
        client = self.client().request("POST", "/types", "Transfer-Encoding: chunked")
        client.send(b"0\r\n\r\n")
        self.assertProblem(client.answer(), 415)  # nobody knows yet that there is none

    def test_required_fields(self):
        client = self.client()
        self.assertEqual(client.get("/fields", "X-Tenant: a", "x-version: 1").status, 200)
        for fields in ((), ("X-Tenant: a",), ("X-Tenant:", "X-Version: 1"),
                       ("X_Tenant: a", "X-Version: 1")):
            self.assertProblem(client.get("/fields", *fields), 400)
        self.assertEqual(client.get("/fields", "X-Tenant: a", "X-Version: 1").status, 200)

    def test_sizes_at_the_bound_and_past_it(self):
        client = self.client()
        for target, status in (("/query?" + "q" * 10, 200), ("/query?" + "q" * 11, 414),
                               ("/query", 200), ("/url/" + "a" * 15, 200), ("/url/" + "a" * 16, 414),
                               ("/url/a?" + "b" * 13, 200), ("/url/a?" + "b" * 14, 414),
                               ("/none", 200), ("/none?", 200), ("/none?a", 414)):
            with self.subTest(target=target):
                answer = client.get(target)
                self.assertEqual(answer.status, status)
                if status != 200:
                    self.assertProblem(answer, status)
