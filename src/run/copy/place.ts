import { posix } from "node:path";
import { QclockError } from "../../error.ts";

/** One end of a copy, as the command line names it. */
export type Place =
  | { readonly type: "service"; readonly service: string; readonly path: string }
  | { readonly type: "local"; readonly path: string }
  /** `-`: a tar, from standard input or to standard output. */
  | { readonly type: "stream" };

/** What a copy does, told by its two ends. */
export type Copy =
  | {
      readonly direction: "out";
      readonly from: Extract<Place, { type: "service" }>;
      readonly to: Exclude<Place, { type: "service" }>;
    }
  | {
      readonly direction: "in";
      readonly from: Exclude<Place, { type: "service" }>;
      readonly to: Extract<Place, { type: "service" }>;
    };

/**
 * The copy that two words of the command line ask for. As for docker: what stands before the first
 * colon is a service, unless the word begins like a path. Throws `usage` for two of a kind.
 */
export function parseCopy(source: string, target: string): Copy {
  const from = parsePlace(source);
  const to = parsePlace(target);
  if (from.type === "service" && to.type !== "service") return { direction: "out", from, to };
  if (from.type !== "service" && to.type === "service") return { direction: "in", from, to };
  const hint = "Write one of them as SERVICE:PATH, such as app:/srv/data.";
  if (from.type !== "service")
    throw new QclockError("usage", "Neither the source nor the target is in a service.", { hint });
  throw new QclockError("usage", "Files are not copied from one service to another.", {
    hint: "Copy them here first, or through a pipe: qclock cp a:/srv - | qclock cp - b:/srv",
  });
}

function parsePlace(word: string): Place {
  if (word === "-") return { type: "stream" };
  const colon = word.indexOf(":");
  if (colon < 1 || /^[./]/.test(word)) {
    if (word === "") throw new QclockError("usage", "The name of a file is empty.");
    return { type: "local", path: word };
  }
  const path = word.slice(colon + 1);
  if (path === "") {
    throw new QclockError("usage", `"${word}" has no path.`, {
      hint: `Write it behind the colon: ${word}/srv/data.`,
    });
  }
  return { type: "service", service: word.slice(0, colon), path: plainPath(path) };
}

/**
 * Relative to the root and without steps up, as for docker: the last name of `/srv/..` is none that
 * a copy could have. What is behind the last name says what is meant by it, and stays.
 */
function plainPath(path: string): string {
  const plain = posix.normalize(`/${path}`);
  return path.endsWith("/.") && plain !== "/" ? `${plain}/.` : plain;
}

/** Whether a path stands for what a folder holds, not for the folder: `/srv/.`. */
export function meansContent(path: string): boolean {
  return path === "." || path.endsWith("/.") || /^\/+$/.test(path);
}
