"""How values are written for readers."""

from datetime import datetime, timezone

MOST_CHARACTERS = 2000


def text(value: str, most: int = MOST_CHARACTERS) -> str:
    """A text of strangers: what steers a terminal or turns the direction of writing is spelled out."""
    cut = value[:most]
    plain = "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in cut)
    return plain if len(value) <= most else f"{plain}… ({len(value) - most} characters more)"


def size(count: int) -> str:
    value = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            break
        value /= 1024
    else:
        unit = "TiB"
    return f"{count} bytes" if unit == "bytes" else f"{value:.1f} {unit}"


def time(value: str | None) -> str:
    """A time of RFC 3339, in UTC, as people write it."""
    if value is None:
        return "unknown"
    try:
        # Python reads six digits of a second at most, and these images have nine.
        moment = datetime.fromisoformat(f"{value[:19]}{'' if value.endswith('Z') else value[-6:]}")
        moment = moment.astimezone(timezone.utc) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return "unknown"
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def short(digest: str) -> str:
    algorithm, _, rest = digest.partition(":")
    return f"{algorithm}:{rest[:12]}"


def number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
