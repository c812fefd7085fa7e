"""Keeps the pages of others from asking for a deletion, or reading, in the name of whoever looks at this one."""

import hmac
import ipaddress
import re
import secrets

from flask import Request, session

from registry_web.failure import Failure


def token() -> str:
    """What a form has to send back. It lies in a signed cookie that no page of others makes a browser send."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(32)
    return session["token"]


def require_own_form(request: Request) -> None:
    expected = session.get("token", "")
    given = request.form.get("token", "")
    is_own = expected != "" and hmac.compare_digest(given.encode(), expected.encode())
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        is_own = False
    if not is_own:
        raise Failure(403, "Not deleted", "The request did not come from this page's own form, or the form is old. Open the image's page and begin again.")


def require_own_host(request: Request, hosts: frozenset[str]) -> None:
    """Refuse names that are not ours: a page of others may have its own name lead to this machine."""
    host = re.sub(r":\d*$", "", request.host).strip("[]").lower()
    if host == "localhost" or host in hosts or _is_address(host):
        return
    raise Failure(403, "Not under this name", "This page answers to localhost, addresses in numbers and the names in WEB_HOSTS.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
