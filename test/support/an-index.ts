import { createPackageIndex } from "../../src/packages/deb/packages-index.ts";
import type { PackageIndex } from "../../src/packages/package-index.ts";

const fields: Readonly<Record<string, string>> = {
  D: "Depends",
  P: "Pre-Depends",
  R: "Recommends",
  V: "Provides",
  C: "Conflicts",
  B: "Breaks",
  I: "Priority",
  E: "Essential",
};

/**
 * An index of lines such as `web 1.0 D:libc6 (>= 2), zlib V:httpd`: name, version, fields by their
 * letter.
 */
export function anIndex(...lines: readonly string[]): PackageIndex {
  const paragraphs = lines.map((line) => {
    const [head = "", ...rest] = line.split(/ (?=[DPRVCBIE]:)/);
    const [name, version] = head.split(" ");
    const relations = rest
      .map((part) => `${fields[part.slice(0, 1)]}: ${part.slice(2)}\n`)
      .join("");
    return `Package: ${name}\nVersion: ${version}\n${relations}SHA256: ${"0".repeat(64)}\n`;
  });
  return createPackageIndex([{ repository: "bookworm", text: paragraphs.join("\n") }]);
}
