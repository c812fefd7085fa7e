import path from "node:path";
import type { DocumentPath } from "../manifest/text/locate.ts";
import { describeWay } from "../project/place.ts";
import type { Problems } from "./problems.ts";
import type { ResolveRequest } from "./request.ts";

/** A path of the manifest, and what is there. */
export interface ProjectPath {
  /** Absolute, and without any link where something is there. */
  readonly path: string;
  /** `outside` was reported. */
  readonly kind: "file" | "directory" | "other" | "missing" | "outside";
}

/**
 * What a path of the manifest leads to. Everything that goes into an image lies below the
 * manifest's folder, so that the folder is the whole truth, and a path that leaves it is a problem.
 */
export function projectPath(
  request: Pick<ResolveRequest, "loaded" | "locate"> & { readonly problems: Problems },
  written: string,
  { at, hint }: { readonly at: DocumentPath; readonly hint?: string },
): ProjectPath {
  const { loaded, problems, locate } = request;
  const absolute = path.resolve(loaded.directory, written);
  const place = locate(absolute);
  switch (place.type) {
    case "missing":
      return { path: absolute, kind: "missing" };
    case "loop":
    case "outside":
      problems.add("path-outside-project", loaded.locator.value(at), {
        message: `"${written}" ${describeWay(loaded.directory, place)}.`,
        hint: hint ?? "Move it below the manifest's folder.",
      });
      return { path: absolute, kind: "outside" };
    default:
      return { path: place.path, kind: place.type };
  }
}
