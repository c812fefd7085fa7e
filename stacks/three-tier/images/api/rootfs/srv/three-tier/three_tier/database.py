"""The one way to the database."""

from pathlib import Path

import pymysql
import pymysql.cursors

#: The most that one answer holds.
MOST_ITEMS = 1000


class DatabaseAway(Exception):
    """The database cannot be asked now. The text is a sentence for whoever asked."""


class Database:
    """Questions to the database, each over a connection of its own.

    A connection that is kept has to be noticed and replaced when the database was away, and opening one
    takes a millisecond. The password is read with it, so a changed secret needs no restart.
    """

    def __init__(self, settings):
        self._settings = settings

    def check(self):
        """Return when the table of items can be read, and raise DatabaseAway otherwise."""
        self._ask("SELECT id FROM items LIMIT 1", ())

    def items(self, words):
        """The items in order, the first thousand; with words, those that have them in name or text."""
        if words == "":
            return self._ask(
                f"SELECT id, name, description FROM items ORDER BY id LIMIT {MOST_ITEMS}", ()
            )
        # The words are a value of the query and no part of its text. Within LIKE three characters have
        # a meaning of their own, which `|` takes from them.
        pattern = "%" + "".join(f"|{each}" if each in "|%_" else each for each in words) + "%"
        return self._ask(
            "SELECT id, name, description FROM items"
            " WHERE name LIKE %s ESCAPE '|' OR description LIKE %s ESCAPE '|'"
            f" ORDER BY id LIMIT {MOST_ITEMS}",
            (pattern, pattern),
        )

    def _ask(self, query, values):
        settings = self._settings
        try:
            connection = pymysql.connect(
                host=settings.db_host,
                port=settings.db_port,
                user=settings.db_user,
                password=Path(settings.db_password_file).read_text().strip("\r\n"),
                database=settings.db_name,
                charset="utf8mb4",
                connect_timeout=2,
                read_timeout=5,
                write_timeout=5,
                cursorclass=pymysql.cursors.DictCursor,
            )
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall()
        except (pymysql.err.OperationalError, pymysql.err.InternalError, OSError) as error:
            raise DatabaseAway("The database does not answer.") from error
        except pymysql.err.ProgrammingError as error:
            raise DatabaseAway("The database has no items: init.sql did not make the table.") from error
