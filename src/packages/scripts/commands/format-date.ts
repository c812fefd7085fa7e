const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/**
 * A time, in seconds since 1970, by a format of strftime(3), in UTC and the C locale. Undefined
 * when
 * the format has a conversion that is not known here.
 */
export function formatDate(format: string, time: number): string | undefined {
  const date = new Date(time * 1000);
  let isKnown = true;
  const text = format.replaceAll(/%([-_0^]?)(.)/gs, (whole, flag: string, letter: string) => {
    const value = conversion(letter, date, time);
    if (value === undefined) {
      isKnown = false;
      return whole;
    }
    if (flag === "-") return value.replace(/^[0 ]+(?=.)/, "");
    if (flag === "_") return value.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length));
    return flag === "^" ? value.toUpperCase() : value;
  });
  return isKnown ? text : undefined;
}

function conversion(letter: string, date: Date, time: number): string | undefined {
  const day = DAYS[date.getUTCDay()] ?? "";
  const month = MONTHS[date.getUTCMonth()] ?? "";
  const hour12 = date.getUTCHours() % 12 || 12;
  const of = (format: string): string | undefined => formatDate(format, time);
  switch (letter) {
    case "Y":
      return String(date.getUTCFullYear());
    case "C":
      return two(Math.floor(date.getUTCFullYear() / 100));
    case "y":
      return two(date.getUTCFullYear() % 100);
    case "m":
      return two(date.getUTCMonth() + 1);
    case "d":
      return two(date.getUTCDate());
    case "e":
      return String(date.getUTCDate()).padStart(2, " ");
    case "H":
      return two(date.getUTCHours());
    case "I":
      return two(hour12);
    case "M":
      return two(date.getUTCMinutes());
    case "S":
      return two(date.getUTCSeconds());
    case "N":
      return "000000000";
    case "s":
      return String(time);
    case "j":
      return String(
        Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
      ).padStart(3, "0");
    case "a":
      return day.slice(0, 3);
    case "A":
      return day;
    case "b":
    case "h":
      return month.slice(0, 3);
    case "B":
      return month;
    case "p":
      return date.getUTCHours() < 12 ? "AM" : "PM";
    case "u":
      return String(date.getUTCDay() || 7);
    case "w":
      return String(date.getUTCDay());
    case "Z":
      return "UTC";
    case "z":
      return "+0000";
    case "F":
      return of("%Y-%m-%d");
    case "T":
    case "X":
      return of("%H:%M:%S");
    case "R":
      return of("%H:%M");
    case "D":
    case "x":
      return of("%m/%d/%y");
    case "c":
      return of("%a %b %e %H:%M:%S %Y");
    case "n":
      return "\n";
    case "t":
      return "\t";
    case "%":
      return "%";
    default:
      return undefined;
  }
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
