"""How gunicorn serves the programs that stand on this image. It reads no other configuration.

GUNICORN_CMD_ARGS, as gunicorn knows it, goes before what is set here.
"""

import json
from datetime import datetime, timezone

from gunicorn.glogging import Logger

bind = "0.0.0.0:8080"
workers = 2
# The program is read once, by the process that the workers are forked from.
preload_app = True
worker_class = "student_list_worker.BoundedWorker"
threads = 8
worker_tmp_dir = "/tmp"
# Below the ten seconds after which the Engine kills the container.
graceful_timeout = 5
keepalive = 5
limit_request_line = 4094
limit_request_fields = 50
accesslog = "-"
errorlog = "-"


class JsonLines(Logger):
    """Access log with one JSON object a line, so that nothing that a client sends starts a line."""

    def access(self, resp, req, environ, request_time):
        atoms = self.atoms(resp, req, environ, request_time)
        agent = environ.get("HTTP_USER_AGENT", "")
        # Probes ask forty times a second while a stack starts. What is left out is a good answer.
        if atoms["U"] == "/health" and str(atoms["s"]) == "200" and agent == "qclock-probe":
            return
        line = {
            "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "event": "http_request",
            "client": atoms["h"],
            "method": atoms["m"][:16],
            "target": environ.get("RAW_URI", "")[:1024],
            "status": int(atoms["s"]),
            "bytes_sent": atoms["B"],
            "duration_us": round(request_time.total_seconds() * 1_000_000),
            "user_agent": agent[:256],
        }
        self.access_log.info("%s", json.dumps(line))


logger_class = JsonLines
