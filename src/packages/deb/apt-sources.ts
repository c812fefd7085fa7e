/** One of apt's source files. */
export interface AptSource {
  readonly name: string;
  readonly text: string;
}

/** One archive that apt fetches binary packages from. */
interface AptEntry {
  /** Without a trailing slash. */
  readonly url: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string;
}

/**
 * Find Debian's own archives among what the host's apt is set up with. Other vendors' archives
 * often carry Debian's suite names, and some end in `/debian` too; theirs lack the component
 * `main`, or else the keyring, the path and the updates of Debian's. An archive of the suite asked
 * for goes before one of another release, since a mirror of Debian carries all releases.
 *
 * Source: sources.list(5).
 */
export function findArchives(
  sources: readonly AptSource[],
  suite: string,
): { readonly main: string; readonly security: string | undefined } | undefined {
  const entries = sources
    .flatMap(({ name, text }) => (name.endsWith(".sources") ? readDeb822(text) : readLines(text)))
    .filter(({ url, components }) => /^https?:/.test(url) && components.includes("main"));
  const debian = entries.filter((entry) => isDebian(entry, entries));
  const [main = debian[0]] = debian.filter(({ suites }) => suites.includes(suite));
  if (main === undefined) return undefined;
  const updates = entries.filter(({ suites }) => suites.some(isSecurity));
  const [security = updates[0]] = updates.filter(({ suites }) =>
    suites.includes(`${suite}-security`),
  );
  return { main: main.url, security: security?.url };
}

function isSecurity(suite: string): boolean {
  return /^[a-z]+(?:-security|\/updates)$/.test(suite);
}

function isDebian(entry: AptEntry, all: readonly AptEntry[]): boolean {
  if (entry.suites.every(isSecurity)) return false;
  if (entry.signedBy.includes("debian-archive-")) return true;
  if (entry.url.endsWith("/debian")) return true;
  const updates = new Set(entry.suites.map((suite) => `${suite}-updates`));
  return all.some(
    ({ url, suites }) => url === entry.url && suites.some((suite) => updates.has(suite)),
  );
}

/** Paragraphs of fields; a line that starts with a blank goes on with the field before it. */
function readDeb822(text: string): readonly AptEntry[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith("#"));
  return lines
    .join("\n")
    .split(/\n(?:[ \t]*\n)+/)
    .flatMap((paragraph) => {
      const fields = new Map(
        [...paragraph.matchAll(/^([A-Za-z-]+):(.*(?:\n[ \t].*)*)/gm)].map(
          ([, name = "", value = ""]) => [name.toLowerCase(), value] as const,
        ),
      );
      const words = (name: string): readonly string[] =>
        (fields.get(name) ?? "").split(/\s+/).filter((word) => word !== "");
      const isOff = /^(?:no|false|without|off|disable|0)$/i.test(words("enabled")[0] ?? "");
      if (isOff || !words("types").includes("deb")) return [];
      return words("uris").map((uri) => ({
        url: withoutSlash(uri),
        suites: words("suites").map(withoutSlash),
        components: words("components"),
        signedBy: words("signed-by").join(" "),
      }));
    });
}

/** `deb [options] uri suite component…`, a line each. */
function readLines(text: string): readonly AptEntry[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (match === null) return [];
    const [, options = "", uri = "", suite = "", components = ""] = match;
    return [
      {
        url: withoutSlash(uri),
        suites: [withoutSlash(suite)],
        components: components.split(/\s+/).filter((word) => word !== ""),
        signedBy: options,
      },
    ];
  });
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, "");
}
