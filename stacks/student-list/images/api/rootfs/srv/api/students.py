"""The list of students: a JSON file that may be missing."""

import json
import os
import stat

LIST = "/var/lib/student-list/student_age.json"
MOST_BYTES = 1024 * 1024


class UnreadableList(Exception):
    """The file is there and cannot be used. The text is a sentence for whoever asked."""


def read_students(path: str = LIST) -> dict[str, str]:
    """Ages by name. A file that is missing is a list without students."""
    try:
        content = _read_file(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnreadableList(f"The list of students cannot be read: {error.strerror}.") from error
    try:
        document = json.loads(content)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableList(f"The list of students is not JSON: {place}.") from error
    # Not UTF-8, a number too long to be read, or too many brackets.
    except (ValueError, RecursionError) as error:
        raise UnreadableList("The list of students is not JSON.") from error
    return _parse_students(document)


def _read_file(path: str) -> bytes:
    # Without waiting: a pipe in the file's place would wait for a writer for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableList("The list of students is not a file.")
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableList("The list of students is larger than 1 MiB.")
    return content


def _parse_students(document: object) -> dict[str, str]:
    ages = document.get("student_ages") if isinstance(document, dict) else None
    if not isinstance(ages, dict):
        raise UnreadableList('The list of students has no object "student_ages".')
    students = {}
    for name, age in ages.items():
        # True is an int in Python.
        if isinstance(age, bool) or not isinstance(age, (str, int)):
            raise UnreadableList("The list of students has an age that is neither text nor a whole number.")
        students[name] = str(age)
    try:
        "".join([*students, *students.values()]).encode()
    except UnicodeEncodeError as error:
        # Half of a pair, "\\ud800": JSON may have it, and no answer can.
        raise UnreadableList("The list of students has a text that is not Unicode.") from error
    return students
