"""The workers of gunicorn: gunicorn finds them by this module's name."""

import socket

from gunicorn.workers.gthread import ThreadWorker

# How long a client may say nothing that has connected, as browsers do that connect ahead.
SILENT_SECONDS = 5


class BoundedWorker(ThreadWorker):
    """Threads that no client keeps by saying nothing: gunicorn 20.1 would wait for it for ever."""

    def handle(self, conn):
        conn.sock.settimeout(SILENT_SECONDS)
        try:
            conn.sock.recv(1, socket.MSG_PEEK)
        except OSError:
            return (False, conn)
        return super().handle(conn)
