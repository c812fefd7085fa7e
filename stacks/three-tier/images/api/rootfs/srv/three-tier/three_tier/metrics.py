"""What Prometheus asks for."""

import time

from flask import Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

REQUESTS = Counter("http_requests_total", "Requests answered.", ("method", "route", "status"))
DURATION = Histogram("http_request_duration_seconds", "Time that an answer took.", ("route",))
DATABASE_UP = Gauge("database_up", "1 when the database answered the last question, 0 when not.")

METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))


def add_metrics(app):
    """Count each request of the application, and serve the counts at /metrics."""

    @app.before_request
    def start():
        g.started_at = time.perf_counter()

    @app.after_request
    def count(response):
        # By route and by known method: what clients make up must not make series without end.
        route = "none" if request.url_rule is None else request.url_rule.rule
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        DURATION.labels(route).observe(time.perf_counter() - g.started_at)
        return response

    @app.get("/metrics")
    def metrics():
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
