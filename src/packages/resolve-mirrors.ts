import { QclockError } from "../error.ts";
import type { OsName } from "../os.ts";
import type { Family } from "./family.ts";
import { mirrorVariable, type Mirrors } from "./mirror.ts";

export interface MirrorRequest {
  readonly os: OsName;
  readonly manifestMirror: string | undefined;
  /** Value of `QCLOCK_MIRROR_<OS>`. */
  readonly environmentMirror: string | undefined;
  /** That of the OS. */
  readonly family: Pick<Family, "mirrorsAt" | "usualMirrors">;
}

/**
 * Choose the mirror: the environment's, else the manifest's, else what is usual in the family. A
 * value may hold several URLs.
 *
 * Throws `mirror-not-configured`.
 */
export async function resolveMirrors(request: MirrorRequest): Promise<Mirrors> {
  const { os, family, environmentMirror, manifestMirror } = request;
  const variable = mirrorVariable(os);
  if (environmentMirror !== undefined) return namedMirrors(family, environmentMirror, variable);
  if (manifestMirror !== undefined) {
    return namedMirrors(family, manifestMirror, "`mirrors` in the manifest");
  }
  const usual = await family.usualMirrors(os);
  if (usual !== undefined) return usual;
  throw new QclockError("mirror-not-configured", `No package mirror is known for ${os}.`, {
    hint: `Set ${variable}, or \`mirrors\` in the manifest, to the base URL of a mirror.`,
  });
}

async function namedMirrors(
  family: MirrorRequest["family"],
  value: string,
  origin: string,
): Promise<Mirrors> {
  const urls = value
    .split(/\s+/)
    .filter((part) => part !== "")
    .map((url) => url.replace(/\/+$/, ""));
  const [first] = urls;
  if (first === undefined || !URL.canParse(first)) {
    throw new QclockError("mirror-not-configured", `${origin} holds "${value}", which is no URL.`, {
      hint: "Give the base URL of a mirror, such as https://mirror.example/debian.",
    });
  }
  return { ...(await family.mirrorsAt(urls)), origin };
}
