import { QclockError } from "../error.ts";
import { nearest } from "../nearest.ts";
import type { Layer } from "./layers/layer.ts";
import { MergedLayers } from "./layers/merged-layers.ts";
import { findFile, readEntry } from "./layers/read-entry.ts";
import type { StartedUser } from "./started-users.ts";

/** Of an account file; one beyond that is not looked at. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Check that an image has the accounts by which it is started: scripts of packages make some, so it
 * is known when the layers are there and not before. The Engine would say so when the container
 * starts. Numbers and `root` need no account.
 *
 * Throws `missing-account`.
 */
export async function checkUsers(request: {
  readonly image: string;
  readonly users: readonly StartedUser[];
  readonly layers: readonly Layer[];
}): Promise<void> {
  const { image, users, layers } = request;
  const wanted = users.flatMap(({ user: text, owner }) => {
    const [user = "", group = ""] = text.split(":");
    return [
      { kind: "user", file: "etc/passwd", name: user, owner },
      { kind: "group", file: "etc/group", name: group, owner },
    ].filter(({ name }) => name !== "" && name !== "root" && !/^\d+$/.test(name));
  });
  for (const { kind, file, name, owner } of wanted) {
    const names = await namesIn(file, layers);
    if (names.has(name)) continue;
    const near = nearest(name, names);
    throw new QclockError(
      "missing-account",
      `Image "${image}" has no ${kind} "${name}", as whom ${owner} runs.`,
      {
        hint:
          near === undefined
            ? 'Declare it under `accounts` of the image, or write numbers, such as "10001:10001".'
            : `Did you mean "${near}"?`,
      },
    );
  }
}

/** Names of the accounts of a file; none where it is not there. */
async function namesIn(file: string, layers: readonly Layer[]): Promise<ReadonlySet<string>> {
  const entry = new MergedLayers(layers).follow(file);
  if (entry === undefined) return new Set();
  const size = findFile(layers, entry.path)?.file.size;
  if (size === undefined || size > MOST_BYTES) return new Set();
  const text = (await readEntry(layers, entry)).toString("latin1");
  return new Set(text.split("\n").map((line) => line.split(":", 1)[0] ?? ""));
}
