import type { ListedPackage } from "../../support/rpm/a-repository.ts";

/** A repository with modules, and the streams of them that are asked for. */
export interface ModuleUniverse {
  readonly packages: readonly ListedPackage[];
  /** `modules.yaml`. */
  readonly modules: string;
  readonly asked: readonly string[];
}

const NAMES = ["p0", "p1", "p2", "p3", "p4", "p5"];
const MODULES = ["m0", "m1", "m2", "m3"];
const STREAMS = ["1", "2"];

/**
 * A small universe at random: packages in no module, in several, and under the names of others;
 * streams in several versions, that need others, and for another system; defaults that need
 * nothing, as dnf's choice among what is equally good is not ours.
 */
export function aModuleUniverse(random: () => number): ModuleUniverse {
  const packages = new Map<string, ListedPackage>();
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const digit = (): number => 1 + Math.floor(random() * 9);
  const add = (name: string, version: string): void => {
    const provides = [`name="${name}" flags="EQ" epoch="0" ver="1"`];
    if (random() < 0.25) provides.push(`name="${pick(NAMES)}"`);
    packages.set(`${name} ${version}`, { name, version, dependencies: { provides } });
  };
  for (const name of NAMES) if (random() < 0.8) add(name, `${digit()}-1`);
  const documents: string[] = [];
  const asked: string[] = [];
  for (const module of MODULES) {
    const others = MODULES.filter((each) => each !== module);
    const needless: string[] = [];
    for (const stream of STREAMS) {
      if (random() < 0.05) continue;
      const need = random() < 0.35 ? `${pick(others)}: [${pick(["", "-1", ...STREAMS])}]` : "";
      const requires = [`platform: [${random() < 0.97 ? "el9" : "el8"}]`, need].filter(Boolean);
      if (need === "") needless.push(stream);
      for (const version of random() < 0.5 ? [1] : [1, 2]) {
        const artifacts = NAMES.filter(() => random() < 0.35).map((name) => {
          const text = `${random() < 0.3 ? "1:" : ""}${digit()}.${module}.${stream}.${version}-1`;
          if (random() < 0.9) add(name, text);
          const full = text.includes(":") ? text : `0:${text}`;
          return `${name}-${full}.${random() < 0.1 ? "src" : "noarch"}`;
        });
        documents.push(streamText({ module, stream, version, requires, artifacts }));
      }
    }
    if (random() < 0.4 && needless.length > 0) documents.push(defaultText(module, pick(needless)));
    if (random() < 0.25) asked.push(`${module}:${pick(STREAMS)}`);
  }
  return { packages: [...packages.values()], modules: documents.join(""), asked };
}

function streamText(parts: {
  readonly module: string;
  readonly stream: string;
  readonly version: number;
  readonly requires: readonly string[];
  readonly artifacts: readonly string[];
}): string {
  const { module, stream, version, requires, artifacts } = parts;
  const lines = [
    "---",
    "document: modulemd",
    "version: 2",
    "data:",
    `  name: ${module}`,
    `  stream: ${stream}`,
    `  version: ${version}`,
    `  context: c${module}${stream}`,
    "  arch: x86_64",
    "  summary: A test",
    "  description: A test",
    "  license:",
    "    module: [MIT]",
    "  dependencies:",
    "  - requires:",
    ...requires.map((each) => `      ${each}`),
    ...(artifacts.length === 0 ? [] : ["  artifacts:", "    rpms:"]),
    ...artifacts.map((each) => `    - ${each}`),
    "...",
  ];
  return `${lines.join("\n")}\n`;
}

function defaultText(module: string, stream: string): string {
  return `---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: ${module}\n  stream: ${stream}\n  profiles:\n    ${stream}: []\n...\n`;
}
