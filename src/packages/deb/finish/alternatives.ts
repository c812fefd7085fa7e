import type { FinishStep } from "./finish.ts";

/**
 * `name`, the link it fills, and the programs that can, best first: the priorities of Debian's
 * packages.
 */
const ALTERNATIVES: readonly {
  readonly name: string;
  readonly link: string;
  readonly candidates: readonly string[];
}[] = [
  { name: "awk", link: "usr/bin/awk", candidates: ["usr/bin/gawk", "usr/bin/mawk"] },
  { name: "nawk", link: "usr/bin/nawk", candidates: ["usr/bin/gawk", "usr/bin/mawk"] },
  { name: "which", link: "usr/bin/which", candidates: ["usr/bin/which.debianutils"] },
  { name: "pager", link: "usr/bin/pager", candidates: ["usr/bin/less", "usr/bin/more"] },
  { name: "php", link: "usr/bin/php", candidates: ["usr/bin/php8.4", "usr/bin/php8.2"] },
  {
    name: "my.cnf",
    link: "etc/mysql/my.cnf",
    candidates: ["etc/mysql/mariadb.cnf", "etc/mysql/my.cnf.fallback"],
  },
];

/** The alternatives that programs and scripts rely on. */
export const alternatives: FinishStep = {
  name: "alternatives",
  packages: [
    "mawk",
    "gawk",
    "debianutils",
    "less",
    "util-linux",
    "php8.2-cli",
    "php8.4-cli",
    "mariadb-common",
    "mysql-common",
  ],
  async apply(target) {
    for (const { name, link, candidates } of ALTERNATIVES) {
      // A link that is not an alternative is somebody's own choice.
      const isManaged = target.kindOf(`etc/alternatives/${name}`) !== undefined;
      if (target.kindOf(link) !== undefined && !isManaged) continue;
      const best = candidates.find((path) => target.kindOf(path) !== undefined);
      if (best === undefined) continue;
      target.addLink(`etc/alternatives/${name}`, `/${best}`);
      target.addLink(link, `/etc/alternatives/${name}`);
    }
  },
};
