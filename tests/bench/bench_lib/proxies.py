"""The proxies that are compared: a config, a start, a port. Each uses one core."""

import os
import subprocess

from .machine import Broken, Process, find, free_port, wait_for_port

NGINX = """
worker_processes 1;
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
worker_rlimit_nofile 40000;
events {{ worker_connections 20000; }}
http {{
  access_log {folder}/nginx-access.log combined buffer=64k flush=1s;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  keepalive_timeout 300s;
  keepalive_requests 1000000000;
  upstream backend {{
    server 127.0.0.1:{backend};
    keepalive 128;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread 1
  maxconn 4000
defaults
  mode http
  option http-keep-alive
  http-reuse always
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout http-keep-alive 300s
frontend public
  bind 127.0.0.1:{port}
  default_backend backend
backend backend
  server backend 127.0.0.1:{backend}
"""

GATEWAYD = """
version = 1

[gateway]
workers         = 1
max_connections = 16000
max_body_size   = "2GiB"
idle_timeout    = "300s"

[listeners.public]
address = "127.0.0.1:{port}"

[control]
socket = "{folder}/control.sock"

[store]
path          = "{folder}/gatewayd.db"
keep_requests = "90d"

[services.backend]
instances = ["http://127.0.0.1:{backend}"]

"""

ALL = """[routes.all]
path    = "/*"
service = "backend"
"""


def many_routes(count, policies=""):
    """Route tables as a real system has them: a prefix, a name within, a method or two.

    `policies`: lines that each route has besides.
    """
    shapes = [
        ('/r{i}/*', ''),
        ('/r{i}/items/{{id}}', ''),
        ('/r{i}/list', 'methods = ["GET", "POST"]\n'),
        ('/r{i}/items/{{id}}/files/*', 'methods = ["GET"]\n'),
    ]
    parts = []
    for i in range(count):
        path, more = shapes[i % len(shapes)]
        parts.append(f'[routes.r{i}]\npath = "{path.format(i=i)}"\n{more}service = "backend"\n'
                     + policies)
    return "\n".join(parts)


def many_paths(count):
    """One path for each of `many_routes(count)`."""
    shapes = ["/r{i}/some/where", "/r{i}/items/4711", "/r{i}/list", "/r{i}/items/4711/files/a/b"]
    return [shapes[i % len(shapes)].format(i=i) for i in range(count)]


class Proxy:
    """A proxy that runs: `name`, `port`, `process`."""

    def __init__(self, name, folder, command, port, seconds=10):
        self.name, self.port, self.folder = name, port, folder
        self.output = open(folder / f"{name}.log", "wb")
        self.process = Process("proxy", command, stdout=self.output, stderr=subprocess.STDOUT)
        try:
            wait_for_port(port, self.process.popen, name, seconds)
        except Broken as error:
            self.stop()
            text = (folder / f"{name}.log").read_text(errors="replace")[-2000:]
            raise Broken(f"{error}\n{text}") from error

    def stop(self):
        self.process.stop()
        self.output.close()


def folder_for(base, name):
    folder = base / name
    folder.mkdir()
    return folder


def nginx(base, backend, name="nginx", text=NGINX, **values):
    """`text`: its config, with places for folder, port, backend, user and `values`."""
    folder, port = folder_for(base, name), free_port()
    user = "user root;" if os.getuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(text.format(folder=folder, backend=backend, port=port, user=user, **values))
    return Proxy(name, folder, [find("nginx"), "-p", folder, "-c", config], port)


def haproxy(base, backend, name="haproxy", text=HAPROXY, **values):
    """`text`: its config, with places for port, backend and `values`."""
    folder, port = folder_for(base, name), free_port()
    config = folder / "haproxy.cfg"
    config.write_text(text.format(backend=backend, port=port, **values))
    return Proxy(name, folder, [find("haproxy"), "-db", "-f", config], port)


def relay(base, backend, program):
    folder, port = folder_for(base, "relay"), free_port()
    return Proxy("bare relay", folder, [program, port, backend], port)


def gatewayd_config(folder, backend, port, routes=ALL, text=GATEWAYD):
    config = folder / "gatewayd.toml"
    config.write_text(text.format(folder=folder, backend=backend, port=port) + routes)
    return config


def gatewayd(base, backend, program, name="gatewayd", routes=ALL, prepare=None,
             text=GATEWAYD):
    """`prepare` is called with the proxy's folder before it starts. `text`: its config without
    routes."""
    folder, port = folder_for(base, name), free_port()
    if prepare:
        prepare(folder)
    config = gatewayd_config(folder, backend, port, routes, text)
    return Proxy(name, folder, [program, "--config", config], port)
