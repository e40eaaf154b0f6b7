"""Headless Chromium, driven over plain WebDriver (W3C) with nothing but the standard library."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

from support import PATIENCE

_STARTED = re.compile(r"started successfully on port (\d+)")
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
          "--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--disable-dev-shm-usage", "--no-proxy-server")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
CHROMEDRIVER = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")


def is_installed():
    return bool(CHROMIUM and CHROMEDRIVER)


class WebDriverError(AssertionError):
    """What the driver or the browser did not do."""


class Browser:
    """One Chromium with a profile of its own, which close() takes away again."""

    def __init__(self):
        try:
            socket.getaddrinfo("localhost", None)  # by which the driver reaches the browser
        except socket.gaierror as error:
            raise WebDriverError(f"localhost: {error}; add its line to /etc/hosts") from None
        self._profile = tempfile.mkdtemp(prefix="gwd-chromium-")
        self._session = None
        self._driver = subprocess.Popen(
            [CHROMEDRIVER, "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        try:
            self._url = f"http://127.0.0.1:{self._port()}"
            self._open_session()
        except BaseException:
            self.close()
            raise

    def open(self, url):
        """Loads a page and waits until it is there."""
        self._call("POST", "/url", {"url": url})

    def run(self, expression, *arguments):
        """The value of a JavaScript expression in the page, a promise awaited; `arguments` are
        args[0] and so on."""
        script = ("const done = arguments[arguments.length - 1];"
                  "const args = Array.from(arguments).slice(0, -1);"
                  f"Promise.resolve({expression}).then(done, fault => done(String(fault)));")
        return self._call("POST", "/execute/async", {"script": script, "args": arguments})

    def forget_cookies(self):
        """The cookies of the page that is open."""
        self._call("DELETE", "/cookie")

    def console(self):
        """What the browser wrote to the page's console since the last call."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def close(self):
        try:
            if self._session:
                self._call("DELETE", "")
        except (WebDriverError, OSError):
            pass  # a browser that is gone needs no end
        self._driver.terminate()
        try:
            self._driver.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._driver.kill()
            self._driver.wait()
        self._driver.stdout.close()
        shutil.rmtree(self._profile, ignore_errors=True)

    def _port(self):
        impatience = threading.Timer(PATIENCE * 2, self._driver.kill)
        impatience.start()
        try:
            for line in self._driver.stdout:
                if match := _STARTED.search(line):
                    break
            else:
                raise WebDriverError("chromedriver did not start")
        finally:
            impatience.cancel()
        # What it writes later on is read as well, so that it never waits for a full pipe.
        threading.Thread(target=self._driver.stdout.read, daemon=True).start()
        return int(match[1])

    def _open_session(self):
        options = {"binary": CHROMIUM, "args": [*_FLAGS, f"--user-data-dir={self._profile}"]}
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                        "goog:loggingPrefs": {"browser": "ALL"},
                        "timeouts": {"script": int(PATIENCE * 1000),
                                     "pageLoad": int(PATIENCE * 1000)}}
        answer = self._send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._session = answer["sessionId"]

    def _call(self, method, path, body=None):
        return self._send(method, f"/session/{self._session}{path}", body)

    def _send(self, method, path, body=None):
        request = urllib.request.Request(
            self._url + path, method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=PATIENCE * 4) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as fault:
            raise WebDriverError(f"{method} {path}: {fault.read().decode()}") from None
