"""The whole configuration of gunicorn.

One process with threads: what it counts for Prometheus is then counted in one place. More load is for
more containers.
"""

import json
import sys
from datetime import datetime, timezone

from gunicorn.glogging import Logger

from three_tier.settings import read_settings

# Loaded in the first process and before it listens: a setting of the wrong form ends the container
# with one line, instead of one worker after the other with a trace.
settings = read_settings()

wsgi_app = "three_tier.wsgi:application"
preload_app = True
bind = f"0.0.0.0:{settings.http_port}"
workers = 1
worker_class = "gthread"
threads = 8
timeout = 30
graceful_timeout = 5
keepalive = 20
# Beats of the worker's heart are written to a file, which must not be on a disk.
worker_tmp_dir = "/dev/shm"
limit_request_line = 4094
limit_request_fields = 50
limit_request_field_size = 4094

accesslog = "-"
errorlog = "-"
loglevel = "info"


class JsonLogger(Logger):
    """The access log as one JSON object a line; what a client chooses is escaped, and cut."""

    def access(self, resp, req, environ, request_time):
        if is_routine(resp, environ):
            return
        entry = {
            "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "event": "http_request",
            "client": environ.get("REMOTE_ADDR"),
            "forwarded_for": environ.get("HTTP_X_FORWARDED_FOR", "")[:256],
            "method": environ.get("REQUEST_METHOD"),
            "target": environ.get("RAW_URI", "")[:1024],
            "status": resp.status_code,
            "bytes_sent": getattr(resp, "sent", None),
            "duration_s": round(request_time.total_seconds(), 6),
            "user_agent": environ.get("HTTP_USER_AGENT", "")[:256],
        }
        sys.stdout.write(json.dumps(entry) + "\n")
        sys.stdout.flush()


def is_routine(resp, environ):
    """Whether a request is one that probes or Prometheus make all the time, answered as they expect."""
    agent = environ.get("HTTP_USER_AGENT", "")
    request = (environ.get("REQUEST_METHOD"), environ.get("RAW_URI"), resp.status_code)
    if agent == "qclock-probe":
        return request == ("GET", "/status", 200)
    return agent.startswith("Prometheus/") and request == ("GET", "/metrics", 200)


logger_class = JsonLogger
