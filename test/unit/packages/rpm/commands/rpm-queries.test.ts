import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import { tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { type AnRpm, anRpm } from "../../../../support/rpm/an-rpm.ts";
import { numbers, text } from "../../../../support/rpm/header-entries.ts";
import { runElScript } from "../../../../support/rpm/run-command.ts";

const fixture = path.resolve(import.meta.dirname, "../../../../fixtures/rpm/queries.json");
/** What rpm 4.18 printed for each question, with the packages below in its database. */
const recorded = JSON.parse(readFileSync(fixture, "utf8")) as readonly {
  readonly words: string;
  readonly status: number;
  readonly stdout: string;
}[];

const arch = (name: string) => text(tags.architecture, name);

const packages: readonly AnRpm[] = [
  { name: "alpha", version: "1.0-1.el9", more: [numbers(tags.epoch, [2]), arch("x86_64")] },
  // A kernel may be there in several versions.
  { name: "kern", version: "5.1-2", more: [arch("x86_64")] },
  { name: "kern", version: "5.2-1", more: [arch("x86_64")] },
  {
    name: "kern-core",
    version: "5.1-2",
    provides: [{ name: "other" }, { name: "thing", flags: 8, version: "3" }],
    more: [arch("noarch")],
  },
  { name: "b", version: "1-1", more: [arch("i686"), text(tags.url, "https://x.example/?a=b")] },
  { name: "c++", version: "1.0+x-1", more: [arch("x86_64"), text(tags.license, "[x]")] },
];

const installed = packages.map((rpm) =>
  RpmHeader.parse(Buffer.from(anRpm(rpm).metadata.get("header") ?? "", "base64")),
);

test.each(recorded)("rpm $words prints what rpm prints", ({ words, status, stdout }) => {
  const ours = runElScript(`rpm ${words}`, {}, undefined, installed);
  expect({ status: ours.end, stdout: ours.stdout }).toEqual({ status, stdout });
});

/** As RPM 4.16 has it; later ones take the sign for itself. */
test.each(["'^kern'", "'^kern$'"])("-qa %s: a pattern may say that it begins", (pattern) => {
  expect(runElScript(`rpm -qa ${pattern}`, {}, undefined, installed).stdout).toBe(
    "kern-5.1-2.x86_64\nkern-5.2-1.x86_64\n",
  );
});
