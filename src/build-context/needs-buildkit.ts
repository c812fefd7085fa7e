import { readInstructions } from "./dockerfile-lines.ts";

/** Flags of RUN, COPY and ADD that the classic builder knows. */
const classicFlags = new Set(["from", "chown"]);

/** Variables that BuildKit sets and the classic builder leaves empty. */
const platformVariables = /\b(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)\b/;

/**
 * Whether a Dockerfile has something that only BuildKit understands: here-documents, mounts,
 * `--link`, variables of the platform.
 */
export function needsBuildkit(text: string): boolean {
  if (platformVariables.test(text)) return true;
  return readInstructions(text).instructions.some(({ keyword, rest }) => {
    if (!["RUN", "COPY", "ADD"].includes(keyword)) return false;
    const flags = /^(?:\s*--\S+)*/u.exec(rest)?.[0] ?? "";
    const names = [...flags.matchAll(/--([a-z-]+)/g)].map(([, name = ""]) => name);
    return names.some((name) => !classicFlags.has(name)) || /<<-?["']?[A-Za-z_]/.test(rest);
  });
}
