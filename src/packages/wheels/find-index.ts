import { readFile } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import { readPipSettings } from "./pip-config.ts";
import type { IndexPlaces } from "./python-index.ts";

/** The variable that names the index. */
export const indexVariable = "QCLOCK_PYTHON_INDEX";

/** What pip asks where nobody names an index. Source: pip's documentation, `--index-url`. */
const DEFAULT_INDEX = "https://pypi.org/simple/";

/**
 * Which index is asked: the environment's, else the manifest's, else the one that the host's own
 * pip is set up with.
 *
 * Throws `mirror-not-configured` for a value that is no URL, and where pip is told to use no index.
 */
export async function findIndex(request: {
  readonly environment: ReadonlyMap<string, string>;
  readonly homeDirectory: string;
  /** URL that the manifest names. */
  readonly manifestIndex: string | undefined;
}): Promise<IndexPlaces> {
  const { environment, manifestIndex } = request;
  const named = environment.get(indexVariable);
  if (named !== undefined && named.trim() !== "") return places(named.split(/\s+/), indexVariable);
  if (manifestIndex !== undefined) {
    return places(manifestIndex.split(/\s+/), "`mirrors` in the manifest");
  }
  const {
    indexUrl = DEFAULT_INDEX,
    extraIndexUrls,
    noIndex,
    origin,
  } = await readPipSettings({
    ...request,
    readFile: async (file) => readFile(file, "utf8").catch(() => undefined),
  });
  if (noIndex) {
    throw new QclockError(
      "mirror-not-configured",
      `pip on this machine is set up to ask no index (${origin}).`,
      { hint: `Name one in ${indexVariable}, or under \`mirrors\` in the manifest.` },
    );
  }
  return places([indexUrl, ...extraIndexUrls], origin);
}

function places(values: readonly string[], origin: string): IndexPlaces {
  const credentials = new Map<string, string>();
  const urls = values
    .filter((value) => value !== "")
    .map((value) => {
      const url = URL.canParse(value) ? new URL(value) : undefined;
      if (url === undefined || !/^https?:$/.test(url.protocol)) {
        // Not shown: it may hold a password.
        throw new QclockError("mirror-not-configured", `${origin} holds what is no URL of HTTP.`, {
          hint: "Give the base URL of a simple index, such as https://mirror.example/simple/.",
        });
      }
      const { username, password } = url;
      if (username !== "" || password !== "") {
        credentials.set(url.origin, `${decode(username)}:${decode(password)}`);
      }
      const { origin: server, pathname } = url;
      return `${server}${pathname.replace(/\/*$/, "")}/`;
    });
  return { urls: [...new Set(urls)], credentials, origin };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
