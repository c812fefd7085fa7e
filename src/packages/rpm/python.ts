import type { ImagePython, NamedVersion } from "../image-python.ts";
import { glibcOf, minorOf, newestOf, upstreamVersion } from "../python-versions.ts";

/**
 * The Python of EL's packages: `python3`, else the newest of those that are there by their own
 * names, such as `python3.12`.
 *
 * EL's Python reads `/usr/local/lib/python3.N/site-packages` before what packages bring, and pip
 * writes there. Source: Fedora's change "Making sudo pip safe", and python3.9's sysconfig of EL9.
 */
export function findPython(packages: readonly NamedVersion[]): ImagePython | undefined {
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const usual = minorOf(versions.get("python3"));
  const minor = usual ?? newestOf(versions.keys(), /^python3\.(\d{1,3})$/);
  if (minor === undefined) return undefined;
  const name = `python3.${minor}`;
  const own = versions.get(usual === undefined ? name : "python3");
  const glibc = glibcOf(versions.get("glibc"));
  if (own === undefined || glibc === undefined) return undefined;
  return {
    major: 3,
    minor,
    version: upstreamVersion(own),
    glibc,
    interpreter: `usr/bin/${name}`,
    prefix: "usr/local",
    sitePackages: `usr/local/lib/${name}/site-packages`,
    headers: `usr/local/include/${name}`,
  };
}
