#!/usr/bin/env python3
"""load.py HOST PORT: asks for /health on new connections and on kept ones until SIGINT; ends with 1
when a connection was refused, or one that had begun was not answered."""

import http.client
import signal
import socket
import sys
import threading

answered = [0]
failures = []
stop = threading.Event()


def ask(connection):
    connection.request("GET", "/health")
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise OSError(f"status {answer.status}")
    answered[0] += 1
    if answered[0] == 1:
        print("answers", flush=True)
    return answer.headers.get("Connection", "").lower() == "close"


def fresh(host, port):
    while not stop.is_set():
        connection = http.client.HTTPConnection(host, port, timeout=30)
        try:
            ask(connection)
        except OSError as why:
            failures.append(f"new connection: {why!r}")
        finally:
            connection.close()
        stop.wait(0.002)


def kept(host, port):
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.connect()
    while not stop.is_set():
        try:
            if ask(connection):  # it said that it was the last answer on this one
                connection.close()
                connection.connect()
        except (OSError, http.client.HTTPException) as why:
            failures.append(f"kept connection: {why!r}")
            connection.close()
            connection = http.client.HTTPConnection(host, port, timeout=30)
        stop.wait(0.005)
    connection.close()


def main():
    host, port = sys.argv[1], int(sys.argv[2])
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    socket.setdefaulttimeout(30)
    threads = [threading.Thread(target=work, args=(host, port))
               for work in (fresh, fresh, kept, kept)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)
    for failure in failures[:10]:
        print(failure)
    print(f"{answered[0]} answered, {len(failures)} failed")
    return 1 if failures or not answered[0] else 0


if __name__ == "__main__":
    sys.exit(main())
