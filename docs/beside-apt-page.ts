import { allowedDifferences } from "../test/judge/root/allowed.ts";
import type { SetResult, SetResults } from "../test/judge/root/results.ts";
import { type PackageSet, sets } from "../test/judge/root/sets.ts";

/** docs/beside-apt.md: how near a root of qclock is to that of apt, set by set. */
export function besideAptPage(results: SetResults): string {
  const rows = sets.flatMap((set) => {
    const result = results[set.name];
    return result === undefined ? [] : [{ set, result }];
  });
  const whole = rows.filter(({ result }) => result.other === 0).length;
  return `# Beside apt

<!-- Made by \`npm run judge:apt\` from test/judge/root; \`npm run docs\` writes it from the kept results. -->

The same packages, with the Essential ones, installed twice: by apt and dpkg in a root of mmdebstrap, as root and with every
script run, and by qclock, which runs nothing. Then each path of the two roots is compared: kind, mode, owner, content, target
of a link, hard links, capability; not its time. A path that differs must be one of those [below](#what-may-differ), each for the
reason that stands beside it. Of ${rows.length} sets compared, ${whole} differ in nothing else; the list has ${sets.length}.

| set | system | asked for | packages | paths | equal | as allowed | otherwise | not counted | compared on |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${rows.map(({ set, result }) => rowOf(set, result)).join("\n")}

"Not counted" are paths that apt's root has only because programs were run, such as the byte code of Python and the first data of
a database server, and what is in \`/run\`, which mmdebstrap empties.

\`npm run judge:apt -- nginx\` repeats one; it needs root, mmdebstrap and an Engine, on Debian.

## What may differ

| paths | why |
| --- | --- |
${allowedDifferences.map(({ path, reason }) => `| \`${path}\` | ${escaped(reason)} |`).join("\n")}

In a path, \`*\` stands for any text within a name, \`**\` for any text at all, and \`{a,b}\` for either. Most rules hold for one
kind of difference alone, and many only where the contents agree but for what the reason names: \`test/judge/root/allowed.ts\`
has them all.
`;
}

function rowOf({ name, os, packages }: PackageSet, result: SetResult): string {
  const share = (count: number): string =>
    count === 0 ? "0" : `${count} (${((100 * count) / result.paths).toFixed(2)} %)`;
  const cells = [
    name,
    os,
    packages.map((each) => `\`${each}\``).join(" "),
    result.packages,
    result.paths,
    `${((100 * result.equal) / result.paths).toFixed(2)} %`,
    share(result.allowed),
    share(result.other),
    result.leftOut,
    result.date,
  ];
  return `| ${cells.join(" | ")} |`;
}

function escaped(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}
