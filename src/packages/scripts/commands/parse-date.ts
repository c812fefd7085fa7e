/**
 * Seconds since 1970 of a date as scripts write it for `date -d` and `touch -d`: `@N`, a day, a day
 * with a time, RFC 2822, `now`. UTC, which is the time zone of every script. Undefined for what is
 * not one of these.
 */
export function parseDate(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "now" || trimmed === "today") return now;
  const seconds = /^@(-?\d+)(?:\.\d+)?$/.exec(trimmed);
  if (seconds !== null) return Number(seconds[1]);
  const iso =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?(Z|UTC|[-+]\d\d:?\d\d)?$/.exec(
      trimmed,
    );
  if (iso !== null) {
    const [, year, month, day, hour = "00", minute = "00", second = "00", zone = "Z"] = iso;
    const offset = zone === "UTC" ? "Z" : zone.replace(/^([-+]\d\d)(\d\d)$/, "$1:$2");
    const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
    return Number.isNaN(time) ? undefined : time / 1000;
  }
  // What `date` itself prints.
  const plain =
    /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (?:UTC|GMT) (\d{4})$/.exec(trimmed);
  if (plain !== null) {
    const [, month, day, clock, year] = plain;
    return Date.parse(`${day} ${month} ${year} ${clock} GMT`) / 1000;
  }
  const mail =
    /^(?:[A-Z][a-z]{2}, +)?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[-+]\d{4})$/;
  if (!mail.test(trimmed)) return undefined;
  const time = Date.parse(trimmed);
  return Number.isNaN(time) ? undefined : time / 1000;
}
