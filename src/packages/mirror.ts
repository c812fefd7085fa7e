import { QclockError } from "../error.ts";
import { operatingSystems, type OsName } from "../os.ts";
import { type AptSource, findArchives } from "./deb/apt-sources.ts";

/** Where packages come from: base URLs without a trailing slash. */
export interface Mirrors {
  /** Of the release and its updates: `<main>/dists/bookworm/InRelease`. */
  readonly main: string;
  /** Of security updates: `<security>/dists/bookworm-security/InRelease`. */
  readonly security: string;
  /** Places that have the same folders and may keep what has left both, such as an archive of old versions. Packages alone are asked for there, never indexes. */
  readonly further?: readonly string[];
  /** Who named them: `QCLOCK_MIRROR_DEBIAN_12`, `mirrors in the manifest`, `the host's apt`. */
  readonly origin: string;
}

export interface MirrorRequest {
  readonly os: OsName;
  readonly manifestMirror: string | undefined;
  /** Value of `QCLOCK_MIRROR_<OS>`. */
  readonly environmentMirror: string | undefined;
  readonly readHostAptSources: () => Promise<readonly AptSource[]>;
}

/** The environment variable that names a mirror for an OS. */
export function mirrorVariable(os: OsName): string {
  return `QCLOCK_MIRROR_${os.toUpperCase().replace(/-/g, "_")}`;
}

/**
 * Choose the mirror: the environment's, else the manifest's, else for Debian the one that the host's own
 * apt is set up with. A value may hold two URLs, for the archive and for its security updates; of one
 * alone the second is told by Debian's own naming (`…/debian` has `…/debian-security` beside it). More
 * of them are further places of packages.
 *
 * Throws `mirror-not-configured`.
 */
export async function resolveMirrors(request: MirrorRequest): Promise<Mirrors> {
  const variable = mirrorVariable(request.os);
  if (request.environmentMirror !== undefined) {
    return parseMirrors(request.environmentMirror, variable);
  }
  if (request.manifestMirror !== undefined) {
    return parseMirrors(request.manifestMirror, "`mirrors` in the manifest");
  }
  const { suite } = operatingSystems[request.os];
  const archives = findArchives(await request.readHostAptSources(), suite);
  if (archives !== undefined) {
    const { main, security = securityBeside(main) } = archives;
    return { main, security, origin: "the host's apt" };
  }
  throw new QclockError("mirror-not-configured", `No package mirror is known for ${request.os}.`, {
    hint: `Set ${variable}, or \`mirrors\` in the manifest, to the base URL of a mirror.`,
  });
}

function parseMirrors(value: string, origin: string): Mirrors {
  const [main, security, ...further] = value
    .split(/\s+/)
    .filter((part) => part !== "")
    .map(withoutSlash);
  if (main === undefined || !URL.canParse(main)) {
    throw new QclockError("mirror-not-configured", `${origin} holds "${value}", which is no URL.`, {
      hint: "Give the base URL of a mirror, such as https://mirror.example/debian.",
    });
  }
  return {
    main,
    security: security ?? securityBeside(main),
    ...(further.length === 0 ? {} : { further }),
    origin,
  };
}

function securityBeside(main: string): string {
  return main.endsWith("/debian") ? `${main}-security` : main;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
