"""The application that gunicorn serves."""

import json
import sys

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, HTTPException

from .database import Database, DatabaseAway
from .metrics import DATABASE_UP, add_metrics
from .settings import read_settings

MOST_CHARACTERS = 100


def create_application(database):
    """The API over a database."""
    app = Flask("three_tier", static_folder=None)
    add_metrics(app)

    @app.get("/status")
    def status():
        take_parameters()
        database.check()
        DATABASE_UP.set(1)
        return answer({"status": "OK", "database_connection": "OK", "message": "<<< OK >>>"})

    @app.get("/items")
    def items():
        words = take_parameters("q").get("q", "")
        if len(words) > MOST_CHARACTERS:
            raise BadRequest(f"q must not be longer than {MOST_CHARACTERS} characters.")
        rows = database.items(words)
        DATABASE_UP.set(1)
        return answer(rows)

    @app.errorhandler(DatabaseAway)
    def away(error):
        DATABASE_UP.set(0)
        print(f"three-tier-api: {error} {error.__cause__}", file=sys.stderr, flush=True)
        body = {"status": "ERROR", "database_connection": "ERROR", "message": str(error)}
        return answer(body, 503)

    @app.errorhandler(HTTPException)
    def refused(error):
        response = answer({"status": "ERROR", "message": error.description}, error.code)
        if error.code == 405:
            response.headers["Allow"] = "GET, HEAD"
        return response

    @app.errorhandler(Exception)
    def failed(error):
        # The trace is for the log alone.
        app.logger.exception("%s %s failed", request.method, request.path)
        return answer({"status": "ERROR", "message": "The API failed; its log says why."}, 500)

    return app


def take_parameters(*known):
    """The parameters of the request, each given once; others are refused rather than ignored."""
    for name, values in request.args.lists():
        if name not in known:
            allowed = " and ".join(known) or "none"
            raise BadRequest(f"There is a parameter that has no meaning here; known: {allowed}.")
        if len(values) > 1:
            raise BadRequest(f"{name} is given more than once.")
    return request.args


def answer(value, status=200):
    """A value as JSON, in the order in which it is written here."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type="application/json")


application = create_application(Database(read_settings()))
