import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runElScript } from "../../../../support/rpm/run-command.ts";

/** What chkconfig's own command did. */
interface Recorded {
  /** Words of the command, or `LINK`, `FILE` and `RM`, which change the root in between. */
  readonly commands: readonly string[];
  readonly statuses: readonly number[];
  readonly messages: string;
  readonly links: Readonly<Record<string, string>>;
  /** Of /var/lib/alternatives/x. */
  readonly state: string | null;
}

/** Each was run by `alternatives` of chkconfig 1.24 in a root of its own. */
const recorded = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../../../fixtures/rpm/alternatives.json"), {
    encoding: "utf8",
  }),
) as Readonly<Record<string, Recorded>>;

const FILES = ["x1", "x2", "x3", "s1", "s2", "t1", "u2", "mine"];

test.each(Object.entries(recorded))("%s: alternatives does what chkconfig does", (_, expected) => {
  const { end, stdout, stderr, root, textOf } = runElScript(
    expected.commands.map(toShell).join("\n"),
    Object.fromEntries(FILES.map((name) => [`/usr/bin/${name}`, name])),
  );
  expect(end).toBe(0);
  const linksIn = (folder: string): readonly (readonly [string, string])[] =>
    (root.stat(folder) === undefined ? [] : root.list(folder))
      .map((name) => `${folder}/${name}`)
      .flatMap((at) => (root.lstat(at)?.kind === "symlink" ? [[at, root.readlink(at)]] : []));
  expect({
    statuses: stdout.split("\n").slice(0, -1).map(Number),
    messages: stderr.replaceAll(/^usage: .*\n/gm, ""),
    links: Object.fromEntries(["/usr/bin", "/etc/alternatives"].flatMap(linksIn)),
    state: textOf("/var/lib/alternatives/x") ?? null,
  }).toEqual({
    statuses: expected.statuses,
    messages: expected.messages,
    links: expected.links,
    state: expected.state,
  });
});

function toShell(command: string): string {
  const [first, at, target] = command.split(" ");
  if (first === "LINK") return `mkdir -p /etc/alternatives; ln -sfn ${target} ${at}`;
  if (first === "FILE") return `mkdir -p /etc/alternatives; rm -f ${at}; echo mine >${at}`;
  if (first === "RM") return `rm ${at}`;
  return `alternatives ${command}; echo $?`;
}

test("a folder that a link is in is made", () => {
  const { end, root } = runElScript("alternatives --install /opt/none/x x /usr/bin/x1 10");
  expect(end).toBe(0);
  expect(root.readlink("/opt/none/x")).toBe("/etc/alternatives/x");
  expect(root.stat("/opt/none")?.mode).toBe(0o755);
});

test.each(["--config x", "--display x", "--add-slave x /usr/bin/x1 /usr/bin/s s /usr/bin/s1"])(
  "alternatives %s is not known here",
  (words) => {
    expect(runElScript(`alternatives ${words}`).end).toBe(`alternatives ${words.split(" ")[0]}`);
  },
);
