"""The routes."""

import os

from flask import Flask, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from registry_web import forgery, image, names, shown
from registry_web.failure import Failure
from registry_web.http import Client
from registry_web.image import Index
from registry_web.names import Reference
from registry_web.pages import Pages
from registry_web.registry import Registry

KEY_FILE = "/run/secrets/registry_web_key"


def create_app() -> Flask:
    app = Flask(__name__)
    with open(KEY_FILE, "rb") as file:
        app.secret_key = file.read().strip()
    app.config.update(
        SESSION_COOKIE_NAME="registry_web",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=64 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=300,
    )
    app.jinja_env.filters.update(
        shown=shown.text, size=shown.size, time=shown.time, short=shown.short
    )
    app.jinja_env.globals.update(
        address=os.environ["REGISTRY_ADDRESS"],
        may_delete=os.environ["REGISTRY_DELETE"] == "true",
        number=shown.number,
        limits=image,
        token=forgery.token,
    )
    registry = Registry(Client(os.environ["REGISTRY_URL"]))
    pages = Pages(registry)
    _add_guards(app, frozenset(os.environ["WEB_HOSTS"].lower().split()))
    _add_reading(app, registry, pages)
    _add_deletion(app, registry, pages)
    return app


def _add_reading(app: Flask, registry: Registry, pages: Pages) -> None:
    @app.get("/")
    def repositories():
        after, start = request.args.get("after", "")[:255], request.args.get("from", "")[:255]
        page = pages.repositories(names.just_before(start) if start else after)
        return render_template("repositories.html", page=page, after=after, start=start)

    @app.get("/repository/<path:name>")
    def repository(name: str):
        page = pages.tags(names.parse_name(name), request.args.get("after", "")[:128])
        return render_template("repository.html", page=page, after=request.args.get("after", ""))

    @app.get("/image/<path:text>")
    def show_image(text: str):
        reference = names.parse_reference(text)
        manifest = pages.manifest(reference)
        exact = Reference(reference.name, None, manifest.digest)
        if isinstance(manifest, Index):
            return render_template("index.html", reference=reference, exact=exact, index=manifest)
        page = pages.image(reference.name, manifest)
        return render_template("image.html", reference=reference, exact=exact, page=page, image=manifest)

    @app.get("/health")
    def health():
        try:
            registry.check()
        except Failure as failure:
            return jsonify(status="unavailable", reason=failure.sentence), 503
        return jsonify(status="ok")


def _add_deletion(app: Flask, registry: Registry, pages: Pages) -> None:
    @app.get("/delete/<path:text>")
    def confirm(text: str):
        _require_deletion(app)
        reference = names.parse_reference(text)
        return _confirmation(reference, pages, changed=False)

    @app.post("/delete/<path:text>")
    def delete(text: str):
        _require_deletion(app)
        forgery.require_own_form(request)
        reference = names.parse_reference(text)
        if reference.digest is None:
            raise Failure(400, "Not deleted", "An image is deleted by its digest, so that nothing else is meant by the tag meanwhile.")
        # Somebody may have given the image another tag since the reader was asked.
        if request.form.get("tags", "") != " ".join(pages.losses(reference).tags):
            return _confirmation(reference, pages, changed=True), 409
        registry.delete(reference.name, reference.digest)
        flash(f"Deleted {reference}.")
        return redirect(url_for("repository", name=reference.name), 303)


def _confirmation(reference: Reference, pages: Pages, changed: bool) -> str:
    losses = pages.losses(reference)
    exact = Reference(reference.name, None, losses.digest)
    return render_template("delete.html", reference=exact, losses=losses, changed=changed)


def _require_deletion(app: Flask) -> None:
    if not app.jinja_env.globals["may_delete"]:
        raise Failure(403, "Not allowed", "The registry does not allow images to be deleted: it is set up so.")


def _add_guards(app: Flask, hosts: frozenset[str]) -> None:
    @app.before_request
    def check_host():
        # Probes call by address. Whoever asks for it learns whether the registry works, and no more.
        if request.path != "/health":
            forgery.require_own_host(request, hosts)

    @app.errorhandler(Failure)
    def failed(failure: Failure):
        return render_template("failure.html", failure=failure), failure.status

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException):
        failure = Failure(error.code or 500, error.name, "This page knows no such address, or not in this way.")
        headers = [each for each in error.get_headers() if each[0] == "Allow"]
        return render_template("failure.html", failure=failure), failure.status, headers

    @app.errorhandler(Exception)
    def unexpected_error(error: Exception):
        app.logger.exception("unexpected error")
        failure = Failure(500, "Something went wrong", "The page's own log says what.")
        return render_template("failure.html", failure=failure), 500

    @app.after_request
    def add_headers(response):
        headers = response.headers
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        # With no-referrer a browser would not say the origin of this page's own form either.
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.endpoint != "static":
            headers["Cache-Control"] = "no-store"
        return response
