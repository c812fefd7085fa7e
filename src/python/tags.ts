/** Of a Python that wheels are chosen for. */
export interface TaggedPython {
  /** Such as 3 and 11. */
  readonly major: number;
  readonly minor: number;
  /** Of the GNU C library, such as 2 and 36. */
  readonly glibc: readonly [major: number, minor: number];
  /** As `uname -m` says it. */
  readonly machine: "x86_64" | "aarch64";
}

/** Names of before PEP 600, by the glibc's minor version. */
const legacy: Readonly<Record<TaggedPython["machine"], ReadonlyMap<number, string>>> = {
  x86_64: new Map([
    [17, "manylinux2014"],
    [12, "manylinux2010"],
    [5, "manylinux1"],
  ]),
  aarch64: new Map([[17, "manylinux2014"]]),
};

/** The oldest glibc that wheels are tagged for. */
const oldestGlibc: Readonly<Record<TaggedPython["machine"], number>> = { x86_64: 5, aarch64: 17 };

/** Since when a wheel for the stable ABI may be used by later versions of Python. */
const OLDEST_ABI3 = 2;

/**
 * The tags of the wheels that a CPython can use, the best first. Source: the packaging
 * specifications, "Platform compatibility tags" (PEP 425, PEP 600).
 */
export function compatibleTags(python: TaggedPython): readonly string[] {
  const { major, minor } = python;
  const platforms = platformTags(python);
  const own = `cp${major}${minor}`;
  const minors = Array.from({ length: minor + 1 }, (_, index) => minor - index);
  // The newest first, then what holds for all of a major version, then older ones.
  const generic = [
    `py${major}${minor}`,
    `py${major}`,
    ...minors.slice(1).map((each) => `py${major}${each}`),
  ];
  return [
    ...[`${own}-${own}`, `${own}-abi3`, `${own}-none`].flatMap((tag) => onEach(tag, platforms)),
    ...minors
      .filter((each) => each < minor && each >= OLDEST_ABI3)
      .flatMap((each) => onEach(`cp${major}${each}-abi3`, platforms)),
    ...generic.flatMap((tag) => onEach(`${tag}-none`, platforms)),
    `${own}-none-any`,
    ...generic.map((tag) => `${tag}-none-any`),
  ];
}

function onEach(tag: string, platforms: readonly string[]): readonly string[] {
  return platforms.map((platform) => `${tag}-${platform}`);
}

function platformTags({ glibc: [major, newest], machine }: TaggedPython): readonly string[] {
  const tags: string[] = [];
  for (let minor = newest; minor >= oldestGlibc[machine]; minor--) {
    tags.push(`manylinux_${major}_${minor}_${machine}`);
    const name = legacy[machine].get(minor);
    if (name !== undefined) tags.push(`${name}_${machine}`);
  }
  return [...tags, `linux_${machine}`];
}
