"""The API of the student list."""

import hmac
import os
from collections.abc import Callable
from functools import wraps

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from students import UnreadableList, read_students

PASSWORD_FILE = "/run/secrets/api_password"


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False
    app.json.ensure_ascii = False
    needs_credentials = _credentials_check(os.environ["API_USER"], _read_password())
    origins = frozenset(os.environ["API_ORIGINS"].split())

    @app.get("/supmit/api/v1.0/get_student_ages")
    @needs_credentials
    def get_student_ages():
        return jsonify(student_ages=read_students())

    @app.get("/health")
    def health():
        read_students()
        return jsonify(status="ok")

    @app.errorhandler(UnreadableList)
    def unreadable_list(error: UnreadableList):
        app.logger.error("%s", error)
        return jsonify(status="unavailable", message=str(error)), 503

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException):
        # The exception's own answer has headers that belong to its status, such as Allow.
        headers = [each for each in error.get_headers() if each[0] not in ("Content-Type", "Content-Length")]
        return jsonify(message=error.name), error.code, headers

    @app.errorhandler(Exception)
    def unexpected_error(error: Exception):
        app.logger.exception("unexpected error")
        return jsonify(message="Internal Server Error"), 500

    @app.after_request
    def add_headers(response: Response):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        _allow_origin(response, origins)
        return response

    return app


def _allow_origin(response: Response, origins: frozenset[str]) -> None:
    """Let pages of these origins, and of no others, read the answer in a browser."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin not in origins:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    # Flask answers OPTIONS itself, before credentials are asked for: a browser sends none with it.
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET"
        response.headers["Access-Control-Allow-Headers"] = "Authorization"
        response.headers["Access-Control-Max-Age"] = "600"


def _read_password() -> str:
    with open(PASSWORD_FILE, encoding="utf-8") as file:
        return file.read().rstrip("\r\n")


def _credentials_check(user: str, password: str) -> Callable:
    """A decorator of views that answers 401 unless the request has these credentials."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def checked(*args, **kwargs):
            given = request.authorization
            is_basic = given is not None and given.type == "basic"
            # Both are always compared, each in a time that depends on neither.
            is_user = _is_same(given.username if is_basic else "", user)
            is_password = _is_same(given.password if is_basic else "", password)
            if is_basic and is_user and is_password:
                return view(*args, **kwargs)
            answer = jsonify(message="Basic authentication with the right name and password is needed.")
            answer.status_code = 401
            answer.headers["WWW-Authenticate"] = 'Basic realm="student list", charset="UTF-8"'
            return answer

        return checked

    return decorate


def _is_same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), expected.encode("utf-8"))
