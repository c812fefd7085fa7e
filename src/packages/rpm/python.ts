import type { ImagePython, NamedVersion } from "../image-python.ts";

/**
 * The Python of EL's packages: `python3`, else the newest of those that are there by their own
 * names, such as `python3.12`.
 *
 * Numbers are bounded: a tag is made for each version up to them, and a lock may be a stranger's.
 *
 * EL's Python reads `/usr/local/lib/python3.N/site-packages` before what packages bring, and pip
 * writes there. Source: Fedora's change "Making sudo pip safe", and python3.9's sysconfig of EL9.
 */
export function findPython(packages: readonly NamedVersion[]): ImagePython | undefined {
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const usual = minorOf(versions.get("python3"));
  const minor = usual ?? newestOf(versions.keys());
  if (minor === undefined) return undefined;
  const name = `python3.${minor}`;
  const own = versions.get(usual === undefined ? name : "python3");
  const glibc = /^(?:\d+:)?(\d+)\.(\d{1,3})(?!\d)/.exec(versions.get("glibc") ?? "");
  if (own === undefined || glibc === null) return undefined;
  return {
    major: 3,
    minor,
    version: upstreamVersion(own),
    glibc: [Number(glibc[1]), Number(glibc[2])],
    interpreter: `usr/bin/${name}`,
    prefix: "usr/local",
    sitePackages: `usr/local/lib/${name}/site-packages`,
    headers: `usr/local/include/${name}`,
  };
}

function minorOf(version: string | undefined): number | undefined {
  const [, minor] = /^(?:\d+:)?3\.(\d{1,3})(?!\d)/.exec(version ?? "") ?? [];
  return minor === undefined ? undefined : Number(minor);
}

function newestOf(names: Iterable<string>): number | undefined {
  const minors = [...names].flatMap((name) => {
    const [, minor] = /^python3\.(\d{1,3})$/.exec(name) ?? [];
    return minor === undefined ? [] : [Number(minor)];
  });
  return minors.length === 0 ? undefined : Math.max(...minors);
}

/** `3.9.21-2.el9` is 3.9.21, and `3.12.0~rc1-1.el9` is 3.12.0rc1. */
function upstreamVersion(version: string): string {
  return version
    .replace(/^\d+:/, "")
    .replace(/-[^-]*$/, "")
    .replace("~", "");
}
