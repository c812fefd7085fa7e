const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];
const VIRTUAL = ["v", "w", "/opt/x", "/opt/y"];

/**
 * The packages of a small repository made at random, as lines for `anRpmIndex`: needs with and
 * without bounds, boolean ones, virtual packages and paths, conflicts, obsoletes, and what only
 * decides between equals.
 */
export function aUniverse(random: () => number): readonly string[] {
  const one = (values: readonly string[]): string =>
    values[Math.floor(random() * values.length)] ?? "";
  const bound = (): string => one(["", "", "", " = 1", " >= 2", " < 2", " >= 1-2", " > 1"]);
  const target = (): string => {
    const name = random() < 0.7 ? one(NAMES) : one(VIRTUAL);
    return name.startsWith("/") ? name : name + bound();
  };
  const rich = (): string => {
    switch (Math.floor(random() * 7)) {
      case 0:
        return `(${target()} or ${target()})`;
      case 1:
        return `(${target()} if ${target()})`;
      case 2:
        return `(${target()} if ${target()} else ${target()})`;
      case 3:
        return `(${target()} unless ${target()})`;
      case 4:
        return `(v >= 1 with v < 3)`;
      case 5:
        return `(v without ${one(NAMES)})`;
      default:
        return `((${target()} or ${target()}) if ${target()})`;
    }
  };
  const some = (letter: string, chance: number, make: () => string): readonly string[] => {
    const made: string[] = [];
    while (random() < chance) made.push(make());
    return made.length === 0 ? [] : [`${letter}:${made.join(", ")}`];
  };
  return NAMES.flatMap((name) => {
    const versions = random() < 0.5 ? ["1-1"] : one(["1-1 2-1", "1-1 1-2", "2-1 1:1-1"]).split(" ");
    return versions.map((version) =>
      [
        `${name} ${version}`,
        ...some("R", 0.5, () => (random() < 0.75 ? target() : rich())),
        ...some("P", 0.3, () => `${one(["v", "w"])}${one(["", " = 1", " = 2", " = 2-1"])}`),
        ...some("C", 0.12, () => (random() < 0.8 ? target() : rich())),
        ...some("O", 0.08, () => one(NAMES) + bound()),
        ...some("M", 0.1, target),
        ...some("S", 0.1, target),
        ...some("U", 0.05, target),
        ...some("E", 0.05, target),
        ...some("F", 0.25, () => one(["/opt/x", "/opt/y"])),
      ].join(" "),
    );
  });
}
