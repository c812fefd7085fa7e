import { allowedDifferences } from "../test/judge/dnf-root/allowed.ts";
import { rpmSets } from "../test/judge/dnf-root/sets.ts";
import type { SetResults } from "../test/judge/root/results.ts";

/** docs/beside-dnf.md: how near a root of qclock is to that of dnf, set by set. */
export function besideDnfPage(results: SetResults): string {
  const rows = rpmSets.flatMap((set) => {
    const result = results[set.name];
    return result === undefined ? [] : [{ set, result }];
  });
  const whole = rows.filter(({ result }) => result.other === 0).length;
  return `# Beside dnf

<!-- Made by \`npm run judge:dnf-root\` from test/judge; \`npm run docs\` writes it from the kept results. -->

The same RPM packages laid down twice: by dnf and rpm (of Debian 12) in an empty root, with every script run, and by qclock,
which runs nothing: it interprets the scriptlets, those in Lua too. Then each path of the two roots is compared: kind, mode, owner,
content, target of a link, hard links, capability; not its time; and each row of the two databases. The packages are made for it by \`rpmbuild\`: small ones with a
trap each, and real programs with their libraries, taken out of Debian's packages. A path that differs must be one of those
[below](#what-may-differ). Of ${rows.length} sets compared, ${whole} differ in nothing else.

| set | asked for | packages | paths | equal | as allowed | otherwise | not counted | compared on |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${rows
  .map(
    ({ set: { name, packages }, result }) =>
      `| ${[
        name,
        packages.map((each) => `\`${each}\``).join(" "),
        result.packages,
        result.paths,
        result.equal,
        result.allowed,
        result.other,
        result.leftOut,
        result.date,
      ].join(" | ")} |`,
  )
  .join("\n")}

\`npm run judge:dnf-root -- scripts\` repeats one; it needs root, rpm, dnf and createrepo-c, on Debian 12.

## What may differ

| paths | why |
| --- | --- |
${allowedDifferences.map(({ path, reason }) => `| \`${path}\` | ${reason} |`).join("\n")}

In a path, \`*\` stands for any text within a name, \`**\` for any text at all, and \`{a,b}\` for either.
`;
}
