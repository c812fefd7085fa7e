import type { Changer } from "../../packages/installation.ts";

/** Who put a path into a layer. */
export type Origin =
  | { readonly type: "package"; readonly name: string }
  | Changer
  | { readonly type: "accounts" }
  /**
   * By the start of its digest, and not by URL: the same bytes from elsewhere make the same layer.
   */
  | { readonly type: "artifact"; readonly digest: string }
  | { readonly type: "wheel"; readonly name: string; readonly version: string }
  | { readonly type: "files" }
  | { readonly type: "directories" };

/** The origin in a sentence such as `both bash and … install it`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.type) {
    case "package":
      return origin.name;
    case "step":
      return `qclock's step ${origin.step}`;
    case "script":
      return `a script of ${origin.package}`;
    case "accounts":
      return "the accounts";
    case "artifact":
      return `artifact ${origin.digest}`;
    case "wheel":
      return `${origin.name} ${origin.version}`;
    case "files":
      return "the manifest's files";
    case "directories":
      return "the manifest's directories";
  }
}

/** A text that is the same for the same origin. */
export function originKey(origin: Origin): string {
  return Object.values(origin).join(" ");
}
