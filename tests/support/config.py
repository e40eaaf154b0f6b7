"""Config files of the scenarios. @name@ stands for what only the running test knows:
@dir@ (its folder), @origin@ or any other origin's URL."""

import json


def _value(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return json.dumps(value)  # strings, numbers and booleans read the same in TOML


def _key(key):
    return key if key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)


def table(name, keys):
    return "\n".join([f"[{name}]", *(f"{_key(k)} = {_value(v)}" for k, v in keys.items()), "", ""])


def gateway(service=None, route=None, routes=None, services=None, listener=None, log=None,
            store=None, control=None, **keys):
    """One listener, one service "origin", one route that takes everything. Keyword arguments are
    keys of [gateway]; `service`, `route`, `log`, `store` add keys to the tables made here;
    `routes` and `services` (name → keys) replace theirs."""
    services = services or {"origin": {"instances": ["@origin@"], **(service or {})}}
    routes = routes or {"all": {"path": "/*", "service": "origin", **(route or {})}}
    text = "version = 1\n\n" + table("gateway", {"workers": 1, **keys})
    text += table("listeners.public", {"address": "127.0.0.1:0", **(listener or {})})
    text += table("control", {"socket": "@dir@/control.sock", **(control or {})})
    text += table("store", {"path": "@dir@/gatewayd.db", **(store or {})})
    text += table("log", {"to": "stderr", "format": "text", **(log or {})})
    for name, values in services.items():
        text += table(f"services.{name}", values)
    for name, values in routes.items():
        text += table(f"routes.{name}", values)
    return text


def fill(text, places):
    for name, value in places.items():
        text = text.replace(f"@{name}@", str(value))
    return text
