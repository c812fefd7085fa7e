import type { ImagePython, NamedVersion } from "../image-python.ts";

/**
 * The Python of Debian's packages: the version that `python3` is, else the newest of those that are
 * there by their own names.
 *
 * Numbers are bounded: a tag is made for each version up to them, and a lock may be a stranger's.
 *
 * Debian's Python reads `/usr/local/lib/python3.N/dist-packages` before what packages bring.
 * Source: Debian's Python Policy, "Module Path"; `_site` in its sysconfig's scheme `posix_local`.
 */
export function findPython(packages: readonly NamedVersion[]): ImagePython | undefined {
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const named =
    minorOf(versions.get("python3")) ??
    minorOf(versions.get("python3-minimal")) ??
    newestOf(versions.keys());
  if (named === undefined) return undefined;
  const name = `python3.${named}`;
  const own = versions.get(`${name}-minimal`) ?? versions.get(name);
  const glibc = /^(?:\d+:)?(\d+)\.(\d{1,3})(?!\d)/.exec(versions.get("libc6") ?? "");
  if (own === undefined || glibc === null) return undefined;
  return {
    major: 3,
    minor: named,
    version: upstreamVersion(own),
    glibc: [Number(glibc[1]), Number(glibc[2])],
    interpreter: `usr/bin/${name}`,
    prefix: "usr/local",
    sitePackages: `usr/local/lib/${name}/dist-packages`,
    headers: `usr/local/include/${name}`,
  };
}

function minorOf(version: string | undefined): number | undefined {
  const [, minor] = /^(?:\d+:)?3\.(\d{1,3})(?!\d)/.exec(version ?? "") ?? [];
  return minor === undefined ? undefined : Number(minor);
}

function newestOf(names: Iterable<string>): number | undefined {
  const minors = [...names].flatMap((name) => {
    const [, minor] = /^python3\.(\d{1,3})(?:-minimal)?$/.exec(name) ?? [];
    return minor === undefined ? [] : [Number(minor)];
  });
  return minors.length === 0 ? undefined : Math.max(...minors);
}

/** `3.11.2-6+deb12u6` is 3.11.2, and `3.13.0~rc1-1` is 3.13.0rc1. */
function upstreamVersion(version: string): string {
  return version
    .replace(/^\d+:/, "")
    .replace(/-[^-]*$/, "")
    .replace("~", "");
}
