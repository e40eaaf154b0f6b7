"""The table of scenarios: what they are called, and what they need to be built."""

from . import bounds, commands, http2, policies, secure, shaping, traffic, upstreams

# name: (function, needs gatewayd, needs gatewayctl)
ALL = {
    "plain": (traffic.plain, False, False),
    "h2c": (http2.h2c, False, False),
    "h2": (http2.h2, False, False),
    "routes": (traffic.routes, True, False),
    "stack": (policies.stack, True, False),
    "rs256": (policies.rs256, True, False),
    "upstreams": (upstreams.upstreams, True, True),
    "cache": (shaping.cache, False, False),
    "gzip": (shaping.gzip, False, False),
    "latency": (traffic.latency, False, False),
    "tls": (secure.tls, False, False),
    "handshake": (secure.handshake, False, False),
    "idle": (bounds.idle, True, False),
    "idle_tls": (secure.idle_tls, True, False),
    "stream": (bounds.stream, True, False),
    "validate": (commands.validate, False, True),
    "stats": (commands.stats, True, True),
}
