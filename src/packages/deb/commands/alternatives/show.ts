import { type AlternativeGroup, bestChoice } from "./group.ts";

/** `--query`. */
export function queryText(group: AlternativeGroup, current: string | undefined): string {
  const best = bestChoice(group, current);
  const lines = [`Name: ${group.name}`, `Link: ${group.link}`, ...slaveLines(group.slaves)];
  lines.push(`Status: ${group.mode}`);
  if (best !== undefined) lines.push(`Best: ${best.path}`);
  lines.push(`Value: ${current ?? "none"}`);
  for (const { path, priority, slaves } of group.choices) {
    lines.push(
      "",
      `Alternative: ${path}`,
      `Priority: ${priority}`,
      ...slaveLines(slaves, group.slaves.size > 0),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** `--display`. */
export function displayText(group: AlternativeGroup, current: string | undefined): string {
  const best = bestChoice(group, current);
  const lines = [`${group.name} - ${group.mode} mode`];
  if (best !== undefined) lines.push(`  link best version is ${best.path}`);
  lines.push(
    current === undefined ? "  link currently absent" : `  link currently points to ${current}`,
    `  link ${group.name} is ${group.link}`,
    ...[...group.slaves].map(([name, link]) => `  slave ${name} is ${link}`),
  );
  for (const { path, priority, slaves } of group.choices) {
    lines.push(`${path} - priority ${priority}`);
    for (const [name, file] of slaves) lines.push(`  slave ${name}: ${file}`);
  }
  return `${lines.join("\n")}\n`;
}

function slaveLines(slaves: ReadonlyMap<string, string>, isAlways = false): readonly string[] {
  if (slaves.size === 0 && !isAlways) return [];
  return ["Slaves:", ...[...slaves].map(([name, path]) => ` ${name} ${path}`)];
}
