"""Gateways that do more than pass on: limits, tokens, CORS, security headers, request ids."""

import base64
import hashlib
import hmac
import json

from . import proxies

SECRET = "a-secret-of-32-octets-for-hs-256"
ORIGIN = "https://app.example.com"
USER = "3f1c9a7e-52a0-4c11-9a53-1f0b8d0f7a11"
EXPIRES = 4102444800  # 2100
ROUTES = 10
NEVER = 1_000_000_000  # requests: a limit that no run reaches

# What the strict preset says without TLS.
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}


def _base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def hs256(secret):
    """A token as an OpenID provider writes them."""
    claims = {"iss": "https://auth.example.com", "sub": USER, "aud": ["lims"],
              "iat": 1700000000, "exp": EXPIRES, "azp": "web", "scope": "openid profile email",
              "roles": ["lab", "reader"], "email": "ann@example.com"}
    parts = [_base64url(json.dumps(part, separators=(",", ":")).encode())
             for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.new(secret.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, _base64url(signature)]).decode()


def fields(secret=SECRET):
    """What a browser's page sends besides the path."""
    return {"Authorization": "Bearer " + hs256(secret), "Origin": ORIGIN}


def nginx_text():
    added = "".join(f'    add_header {name} "{value}";\n' for name, value in SECURITY.items())
    locations = "".join(f"""    location /r{i}/ {{{{
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Request-ID $request_id;
    }}}}
""" for i in range(ROUTES))
    start = proxies.NGINX[:proxies.NGINX.index("    location")]
    start = start.replace("  upstream", "  limit_req_zone $binary_remote_addr zone=clients:10m "
                                        "rate={rate}r/s;\n  upstream")
    return (start + "    limit_req zone=clients burst={burst} nodelay;\n"
            "    limit_req_status 429;\n" + added
            + "    add_header X-Request-ID $request_id;\n" + locations + "  }}\n}}\n")


def haproxy_text():
    added = "".join(f'  http-response set-header {name} "{value}"\n'
                    for name, value in {**SECURITY, "X-Request-ID": "%[unique-id]"}.items())
    paths = " ".join(f"/r{i}/" for i in range(ROUTES))
    return proxies.HAPROXY.replace("  default_backend backend\n", f"""\
  unique-id-format %[uuid()]
  unique-id-header X-Request-ID
  stick-table type ip size 100k expire 1h store http_req_rate(1h)
  http-request track-sc0 src
  http-request deny deny_status 429 if {{{{ sc_http_req_rate(0) gt {{limit}} }}}}
  http-request deny deny_status 401 unless \
{{{{ http_auth_bearer,jwt_verify("HS256","{SECRET}") -m int 1 }}}}
  http-request set-header X-User-Id %[http_auth_bearer,jwt_payload_query('$.sub')]
{added}  use_backend backend if {{{{ path_beg {paths} }}}}
""")


def gatewayd_routes(limit):
    return f"""[security]
headers = "strict"

[auth.jwt]
algorithms = ["HS256"]
secret     = "{SECRET}"
issuer     = "https://auth.example.com"
audience   = ["lims"]
forward    = {{ "X-User-Id" = "sub" }}

[limits.everyone]
key    = "ip"
limit  = {limit}
window = "1h"
paths  = ["/*"]

[limits.per_user]
key    = "user"
limit  = {limit}
window = "1h"

[cors.frontend]
origins     = ["{ORIGIN}"]
methods     = ["GET", "POST"]
headers     = ["Authorization", "Content-Type"]
credentials = true

""" + proxies.many_routes(
        ROUTES, f'auth = "jwt"\nlimits = ["per_user"]\ncors = "frontend"\n')


def start(running, limit=NEVER, prefix=""):
    """The three, by kind; beyond `limit` requests they refuse."""
    # nginx limits a rate: what passes at once is the burst, and refills at less than one a request.
    rate = {"rate": 1_000_000, "burst": 1_000_000} if limit == NEVER else {"rate": 1,
                                                                          "burst": limit}
    return {
        "gatewayd": running.gatewayd(prefix + "gatewayd", routes=gatewayd_routes(limit)),
        "haproxy": running.haproxy(name=prefix + "haproxy", text=haproxy_text(), limit=limit),
        "nginx": running.nginx(name=prefix + "nginx", text=nginx_text(), **rate),
    }
