"""What the environment says.

HTTP_PORT          8080                       port to listen on, from 1024 on
DB_HOST            db                         the database
DB_PORT            3306
DB_NAME            shop
DB_USER            api
DB_PASSWORD_FILE   /run/secrets/db_password   file that holds the user's password
"""

import os
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Settings of which each has the form that it needs."""

    http_port: int
    db_host: str
    db_port: int
    db_name: str
    db_user: str
    db_password_file: str


def read_settings(environment=os.environ):
    """The settings. Ends the process with one line where one has the wrong form."""

    def text(name, default, pattern, form):
        value = environment.get(name) or default
        if re.fullmatch(pattern, value) is None:
            raise SystemExit(f"three-tier-api: {name} must be {form}")
        return value

    def number(name, default, least):
        form = f"a number from {least} to 65535"
        value = int(text(name, default, r"[0-9]{1,5}", form))
        if not least <= value <= 65535:
            raise SystemExit(f"three-tier-api: {name} must be {form}")
        return value

    return Settings(
        http_port=number("HTTP_PORT", "8080", 1024),
        db_host=text("DB_HOST", "db", r"[A-Za-z0-9][A-Za-z0-9.-]*", "a host name"),
        db_port=number("DB_PORT", "3306", 1),
        db_name=text("DB_NAME", "shop", r"[A-Za-z0-9_-]{1,64}", "the name of a database"),
        db_user=text("DB_USER", "api", r"[A-Za-z0-9_-]{1,80}", "the name of a user"),
        db_password_file=text(
            "DB_PASSWORD_FILE", "/run/secrets/db_password", r"/[\x21-\x7e]+", "the path of a file"
        ),
    )
