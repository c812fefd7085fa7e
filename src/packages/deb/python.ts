import type { ImagePython, NamedVersion } from "../image-python.ts";
import { glibcOf, minorOf, newestOf, upstreamVersion } from "../python-versions.ts";

/**
 * The Python of Debian's packages: the version that `python3` is, else the newest of those that are
 * there by their own names.
 *
 * Debian's Python reads `/usr/local/lib/python3.N/dist-packages` before what packages bring.
 * Source: Debian's Python Policy, "Module Path"; `_site` in its sysconfig's scheme `posix_local`.
 */
export function findPython(packages: readonly NamedVersion[]): ImagePython | undefined {
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const named =
    minorOf(versions.get("python3")) ??
    minorOf(versions.get("python3-minimal")) ??
    newestOf(versions.keys(), /^python3\.(\d{1,3})(?:-minimal)?$/);
  if (named === undefined) return undefined;
  const name = `python3.${named}`;
  const own = versions.get(`${name}-minimal`) ?? versions.get(name);
  const glibc = glibcOf(versions.get("libc6"));
  if (own === undefined || glibc === undefined) return undefined;
  return {
    major: 3,
    minor: named,
    version: upstreamVersion(own),
    glibc,
    interpreter: `usr/bin/${name}`,
    prefix: "usr/local",
    sitePackages: `usr/local/lib/${name}/dist-packages`,
    headers: `usr/local/include/${name}`,
  };
}
