/**
 * What names and versions of distributions' packages say of a Python. Numbers are bounded: a tag is
 * made for each version up to them, and a lock may be a stranger's.
 */

/** Which 3.N a package of Python 3 is; undefined for any other version. */
export function minorOf(version: string | undefined): number | undefined {
  const [, minor] = /^(?:\d+:)?3\.(\d{1,3})(?!\d)/.exec(version ?? "") ?? [];
  return minor === undefined ? undefined : Number(minor);
}

/** The newest 3.N of which some package has the name; the pattern's first group is N. */
export function newestOf(names: Iterable<string>, pattern: RegExp): number | undefined {
  const minors = [...names].flatMap((name) => {
    const [, minor] = pattern.exec(name) ?? [];
    return minor === undefined ? [] : [Number(minor)];
  });
  return minors.length === 0 ? undefined : Math.max(...minors);
}

/** The first two numbers of the version of the GNU C library's package. */
export function glibcOf(
  version: string | undefined,
): readonly [major: number, minor: number] | undefined {
  const found = /^(?:\d+:)?(\d+)\.(\d{1,3})(?!\d)/.exec(version ?? "");
  return found === null ? undefined : [Number(found[1]), Number(found[2])];
}

/** `3.11.2-6+deb12u6` is 3.11.2, and `3.13.0~rc1-1` is 3.13.0rc1. */
export function upstreamVersion(version: string): string {
  return version
    .replace(/^\d+:/, "")
    .replace(/-[^-]*$/, "")
    .replace("~", "");
}
