import type { ManifestMap } from "../manifest-value.ts";

/** Options that change nothing of what is asked, by program. */
const idle: Readonly<Record<"curl" | "wget", RegExp>> = {
  curl: /^(?:-[fsSkgv]+|--fail|--fail-with-body|--silent|--show-error|--insecure|--globoff|--verbose|--ipv4|-4)$/,
  wget: /^(?:-[qSnv]+|-q|--quiet|--spider|--server-response|--no-verbose|-nv|--no-check-certificate|-O-|-qO-|--output-document=-|--output-document=\/dev\/null|-qO\/dev\/null)$/,
};

/** Options whose next word belongs to them and that change nothing of what is asked. */
const idleWithValue: Readonly<Record<"curl" | "wget", RegExp>> = {
  curl: /^(?:-o|--output|-m|--max-time|--connect-timeout|-w|--write-out)$/,
  wget: /^(?:-O|-qO|--output-document|-T|--timeout|-t|--tries)$/,
};

/** Options that give their own value after an equals sign or stuck to them. */
const idleStuck: Readonly<Record<"curl" | "wget", RegExp>> = {
  curl: /^(?:--(?:output|max-time|connect-timeout|write-out|retry)=.*|-o\/dev\/null|-m\d+)$/,
  wget: /^(?:--(?:timeout|tries|output-document)=.*|-T\d+|-t\d+)$/,
};

/**
 * The request that a command line of curl or wget makes to the container itself; undefined where it
 * does anything that a probe cannot do. curl without `--fail` takes any answer, so it stays what it
 * is.
 */
export function readHttpCheck(
  program: "curl" | "wget",
  words: readonly string[],
): ManifestMap | undefined {
  let url: string | undefined;
  let follows = program === "wget";
  let fails = program === "wget";
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!word.startsWith("-")) {
      if (url !== undefined) return undefined;
      url = word;
      continue;
    }
    const letters = /^-[a-zA-Z]+$/.test(word) ? word : "";
    if (program === "curl" && (word === "--location" || letters.includes("L"))) follows = true;
    if (word.startsWith("--fail") || (program === "curl" && letters.includes("f"))) fails = true;
    const rest = program === "curl" ? word.replace(/^-(\w*)L(\w*)$/, "-$1$2") : word;
    if (rest === "-" || rest === "--location" || idle[program].test(rest)) continue;
    if (idleStuck[program].test(rest)) continue;
    if (!idleWithValue[program].test(rest)) return undefined;
    index++;
  }
  return url === undefined || !fails ? undefined : requestOf(url, follows);
}

function requestOf(url: string, follows: boolean): ManifestMap | undefined {
  const [, scheme = "http", host = "", port, path = "/"] =
    /^(?:(https?):\/\/)?(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::(\d{1,5}))?(\/\S*|\?\S*)?$/.exec(
      url,
    ) ?? [];
  // A variable in the address is a text for a shell of the container, not for the manifest.
  if (host === "" || url.includes("$")) return undefined;
  const number = Number(port ?? (scheme === "https" ? 443 : 80));
  return {
    http_get: {
      port: number,
      path: (path.startsWith("/") ? path : `/${path}`).replace(/#.*$/, ""),
      ...(scheme === "https" ? { scheme } : {}),
      // What the command said, since some servers answer no other name.
      headers: { Host: port === undefined ? host : `${host}:${port}` },
      ...(follows ? { redirects: 10 } : {}),
    },
  };
}
