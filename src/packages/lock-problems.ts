import { isNode, type parseDocument, visit } from "yaml";
import type { Diagnostic, Location } from "../diagnostic.ts";

/** What to do with a lock that is not as qclock wrote it. */
export const REPAIR = "Restore it from version control, or delete it and run `qclock lock`.";

/** A problem at a place in the lock's text. */
export function problem(request: {
  readonly text: string;
  readonly file: string;
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}): Diagnostic {
  return {
    severity: "error",
    code: "lock-invalid",
    message: request.message,
    location: locate(request.text, request.file, request.offset),
    related: [],
    hint: request.hint,
  };
}

function locate(text: string, file: string, offset: number): Location {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const start = before.lastIndexOf("\n") + 1;
  const end = text.indexOf("\n", offset);
  const sourceLine = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, "");
  const length = Math.max(1, sourceLine.trimEnd().length - (offset - start));
  return { file, line, column: offset - start + 1, offset, length, sourceLine };
}

/** Where the first alias stands: one without its anchor, or some thousands of them, would end in an exception. */
export function aliasOffset(document: ReturnType<typeof parseDocument>): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_, { range }) => {
      offset = range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where the value at a path stands, or the nearest thing above it. */
export function offsetOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** The part of a lock file that can contradict itself although each value alone is right. */
interface LockFileTargets {
  readonly targets: Readonly<
    Record<
      string,
      {
        readonly os: string;
        readonly architecture: string;
        readonly repositories: readonly { readonly id: string }[];
        readonly images: Readonly<
          Record<
            string,
            { readonly packages: readonly { readonly name: string; readonly repository: string }[] }
          >
        >;
      }
    >
  >;
}

/** What only an edit by hand or a careless merge can bring about: two entries of one package, a repository that is not there, a target under another's name. */
export function findContradictions(
  file: LockFileTargets,
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  return Object.entries(file.targets).flatMap(([key, target]) => {
    const at = ["targets", key] as const;
    const name = `${target.os}/${target.architecture}`;
    const misnamed =
      name === key ? [] : [{ path: at, message: `The lock calls ${name} "${key}".` }];
    const known = new Set(target.repositories.map(({ id }) => id));
    const packages = Object.entries(target.images).flatMap(([image, { packages: entries }]) => {
      const seen = new Set<string>();
      return entries.flatMap((entry, index) => {
        const path = [...at, "images", image, "packages", index];
        const isTwice = seen.has(entry.name);
        seen.add(entry.name);
        return [
          ...(isTwice ? [{ path, message: `Image "${image}" has ${entry.name} twice.` }] : []),
          ...(known.has(entry.repository)
            ? []
            : [
                {
                  path: [...path, "repository"],
                  message: `${entry.name} is from "${entry.repository}", a repository that the lock does not list.`,
                },
              ]),
        ];
      });
    });
    return [...misnamed, ...packages];
  });
}
