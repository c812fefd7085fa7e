import type { Command } from "commander";
import { expect, test } from "vitest";
import { candidatesFor } from "../../../src/cli/completion/candidates.ts";
import { completionScript, shells } from "../../../src/cli/completion/script.ts";
import { exitCodeOfError, exitCodeOfReport } from "../../../src/cli/process/exit-code.ts";
import { displayPath, findManifest, lockPathOf } from "../../../src/cli/open/manifest-file.ts";
import { chooseOs, sayChoice, systemOf, wantedOs } from "../../../src/cli/settings/os-choice.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { nearest } from "../../../src/nearest.ts";
import { topics } from "../../../src/cli/usage/topics.ts";
import { urlOf } from "../../../src/run/services/urls.ts";
import type { StackContainer } from "../../../src/docker/engine.ts";
import { QclockError } from "../../../src/error.ts";
import type { Emit } from "../../../src/run/execution/event.ts";
import { formatLock } from "../../../src/packages/lock/file.ts";
import { aLock, aLockedImage, aLockTarget } from "../../support/a-lock.ts";
import { scriptedEvents } from "../../support/scripted-run.ts";
import { aService } from "../../support/a-service.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const program = await createProgram(
  { stdout: process.stdout, stderr: process.stderr },
  async () => undefined,
);

function commandsBelow(command: Command): readonly Command[] {
  return command.commands
    .flatMap((each) => [each, ...commandsBelow(each)])
    .filter((each) => !each.name().startsWith("__"));
}

test.each(commandsBelow(program).map((command) => [command.name(), command] as const))(
  "the help of %s says what it does in a line and has two real examples",
  (name, command) => {
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(command.summary()).toMatch(/^[A-Z].*[^.]$/);
    expect(
      help.match(/^ {2}\$ .*qclock .* {3}# |^ {2}\$ .*qclock .*# /gm)?.length,
    ).toBeGreaterThanOrEqual(2);
    const group = command.parent === program ? "" : `${command.parent?.name()} `;
    expect(help).toContain(`qclock ${group}${name}`);
    expect(help).toContain("Global options:");
    expect(help).toContain("QCLOCK_FILE");
  },
);

test("the topics are whole", () => {
  expect([...topics.keys()]).toEqual(["exit-codes", "environment", "engine", "output", "mirrors"]);
  for (const text of topics.values()) expect(text).not.toContain("undefined");
});

test.each([
  ["usage", 2],
  ["manifest-invalid", 2],
  ["unknown-package", 2],
  ["build-failed", 1],
  ["signature-invalid", 1],
  ["digest-mismatch", 1],
  ["disk-full", 1],
  ["engine-unreachable", 4],
  ["engine-silent", 4],
  ["engine-refused", 4],
  ["mirror-unreachable", 4],
  ["stack-locked", 5],
  ["engine-too-old", 6],
  ["engine-platform", 6],
  ["would-lose-data", 9],
  ["bundle-invalid", 1],
  ["offline", 4],
  ["deadline-exceeded", 124],
  ["interrupted", 130],
] as const)("%s ends with exit code %d", (code, exitCode) => {
  expect(exitCodeOfError(code)).toBe(exitCode);
});

test("a run's exit code is that of its first failure", () => {
  const last = (failing: boolean): number => {
    const event = scriptedEvents({ failing }).at(-1);
    return event?.type === "run-finished" ? exitCodeOfReport(event.report) : -1;
  };
  expect(last(false)).toBe(0);
  expect(last(true)).toBe(1);
});

test.each([
  ["biuld", "build"],
  ["Up", "up"],
  ["relaod", undefined],
  ["vrify", "verify"],
  ["x", undefined],
])("%s most likely means %s", (word, meant) => {
  expect(nearest(word, ["build", "up", "verify", "reset"])).toBe(meant);
});

test.each(shells)("the script for %s asks qclock for candidates", (shell) => {
  expect(completionScript(shell)).toContain("qclock __complete");
});

test.each([
  [["ver"], ["build", "verify", "ps"]],
  [
    ["engine", ""],
    ["info", "ensure"],
  ],
  [
    ["bundle", ""],
    ["save", "load", "list"],
  ],
  [
    ["lock", ""],
    ["diff", "why"],
  ],
  [
    ["--progress", ""],
    ["auto", "tty", "plain", "json", "quiet"],
  ],
  [
    ["up", "--force"],
    ["--force-recreate", "--locked", "--file"],
  ],
  [
    ["init", "--template", ""],
    ["qclock", "empty"],
  ],
  [
    ["init", "--database", ""],
    ["none", "mariadb", "postgres"],
  ],
  [
    ["help", ""],
    ["exit-codes", "verify"],
  ],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
] as const)("after %j come, among others, %j", async (words, some) => {
  const session = { settings: { file: [] }, host: { workingDirectory: "/" } };
  // Names of services and images need a manifest; these candidates do not look at the session.
  // @ts-expect-error -- only what is needed of a session
  const candidates = await candidatesFor(program, words, session);
  expect(candidates).toEqual(expect.arrayContaining([...some]));
});

test("packages of the lock come after lock --update and lock why", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "qclock-"));
  const session = {
    settings: { file: [], envFile: [], profile: [] },
    origins: new Map(),
    host: { workingDirectory: directory, homeDirectory: directory, environment: new Map() },
    redactor: { add: () => undefined },
  };
  const candidates = async (...words: readonly string[]): Promise<readonly string[]> =>
    // @ts-expect-error -- only what is needed of a session
    await candidatesFor(program, words, session);
  try {
    await expect(candidates("lock", "why", "")).resolves.toEqual([]);
    await writeFile(
      path.join(directory, "stack.config.yaml"),
      'name: x\nimages: { a: { from: scratch, user: "1:1" } }\nservices: { app: { image: a, profiles: [debug, dev] } }\n',
    );
    await expect(candidates("up", "--profile", "")).resolves.toEqual(["debug", "dev"]);
    await expect(candidates("up", "")).resolves.toEqual(["app"]);
    const target = aLockTarget({ base: aLockedImage(["perl 5", "bash 5"]) });
    await writeFile(path.join(directory, "stack.lock.yaml"), formatLock(aLock(target)));
    const names = ["bash", "perl"];
    await expect(candidates("lock", "why", "")).resolves.toEqual(names);
    await expect(candidates("lock", "--update", "")).resolves.toEqual(names);
    await expect(candidates("lock", "--update", "bash", "")).resolves.toEqual(names);
    await expect(candidates("lock", "--update", "-")).resolves.toContain("--check");
    await expect(candidates("lock", "--check", "")).resolves.toEqual(["diff", "why"]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test("the manifest is found here, in a folder above, or by its folder's name", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "qclock-"));
  try {
    const deep = path.join(directory, "a", "b");
    await mkdir(deep, { recursive: true });
    const file = path.join(directory, "a", "stack.config.yaml");
    await writeFile(file, "name: x");
    await expect(findManifest({ named: [], workingDirectory: deep })).resolves.toEqual({
      path: file,
      overrides: [],
      isNamed: false,
    });
    await expect(findManifest({ named: [".."], workingDirectory: deep })).resolves.toMatchObject({
      path: file,
    });
    await expect(
      findManifest({ named: ["nowhere.yaml"], workingDirectory: deep }),
    ).rejects.toMatchObject({
      code: "manifest-not-found",
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("what is laid over the manifest lies beside it, or is named", async () => {
  await using folder = await temporaryFolder();
  const inside = (name: string): string => path.join(folder.path, name);
  const found = async (...named: readonly string[]): Promise<object> =>
    findManifest({ named, workingDirectory: folder.path });
  for (const name of ["stack.config.yaml", "stack.override.yaml", "ci.yaml"])
    await writeFile(inside(name), "");
  const manifest = inside("stack.config.yaml");

  const beside = { path: manifest, overrides: [inside("stack.override.yaml")], isNamed: false };
  await expect(found()).resolves.toEqual(beside);
  await expect(found(".")).resolves.toEqual(beside);
  // Whoever names the manifest names everything.
  await expect(found("stack.config.yaml")).resolves.toEqual({
    path: manifest,
    overrides: [],
    isNamed: true,
  });
  const named = { path: manifest, overrides: [inside("ci.yaml")], isNamed: true };
  await expect(found("stack.config.yaml", "ci.yaml")).resolves.toEqual(named);
  await expect(found(".", "ci.yaml")).resolves.toEqual(named);
  await expect(found(".", "nowhere.yaml")).rejects.toMatchObject({
    code: "manifest-not-found",
    message: "There is no file at nowhere.yaml.",
  });
});

test.each([
  ["/p/stack.config.yaml", "/p/stack.lock.yaml"],
  ["/p/other.yml", "/p/other.lock.yaml"],
])("the lock of %s is %s", (manifest, lock) => {
  expect(lockPathOf(manifest)).toBe(lock);
});

test("a path is shown relative where that is shorter", () => {
  expect(displayPath("/p/a/stack.config.yaml", "/p")).toBe("a/stack.config.yaml");
  expect(displayPath("/q/s.yaml", "/p/a/b/c/d")).toBe("/q/s.yaml");
});

test.each([
  ["debian-13", "debian-12", "debian-13"],
  [undefined, "debian-12", "debian-12"],
  [undefined, "", undefined],
  [undefined, undefined, undefined],
])("with --os %s and QCLOCK_OS=%s in .env, %s is asked for", (setting, variable, os) => {
  const variables = new Map(variable === undefined ? [] : [["QCLOCK_OS", variable]]);
  expect(wantedOs(setting, variables)).toBe(os);
});

const listed = ["debian-13", "debian-12"] as const;

test.each([
  [undefined, "debian-13"],
  ["debian-12", "debian-12"],
  ["auto", "debian-12"],
])("with --os %s the images are made from %s", async (wanted, os) => {
  await expect(
    chooseOs({ listed, wanted, answers: async (each) => each === "debian-12" }),
  ).resolves.toBe(os);
});

test.each([
  ["debian-13", ["Building on debian-13: its repositories answer.", undefined]],
  [
    "debian-12",
    [
      "Building on debian-12: the repositories of debian-13 do not answer.",
      "Commands that compare with what runs take it as well, all others debian-13; QCLOCK_OS=debian-12, in .env too, says so to all.",
    ],
  ],
] as const)("that --os auto took %s is said in one line", (os, said) => {
  const notices: unknown[] = [];
  const emit: Emit = (event) => {
    if (event.type === "notice") notices.push([event.message, event.hint]);
  };
  sayChoice(emit, os, listed);
  expect(notices).toEqual([said]);
});

test.each<readonly [what: string, containers: readonly Partial<StackContainer>[], os: unknown]>([
  ["its containers", [{ os: "debian-12" }, { os: "debian-12", role: "job" }], "debian-12"],
  ["one that has stopped", [{ os: "debian-12", status: "exited" }], "debian-12"],
  [
    "the one made last, since one that needs no system is kept",
    [
      { os: "debian-13", created: 10 },
      { os: "debian-12", created: 20 },
      { os: "debian-13", created: 15 },
    ],
    "debian-12",
  ],
  ["those that say it", [{ created: 20 }, { os: "debian-12", created: 10 }], "debian-12"],
  ["none, where no container says it", [{}, { role: "job" }], undefined],
  ["none of another stack", [{ stack: "blog", os: "debian-12" }], undefined],
  [
    "no container that is of no service",
    ["hold", "helper", "run"].map((role) => ({ role, os: "debian-12" })),
    undefined,
  ],
])("the system that a stack runs on is said by %s", (_, containers, os) => {
  const some = { stack: "shop", name: "shop-web-1", status: "running", role: "service" } as const;
  expect(
    systemOf(
      containers.map((each) => ({ ...some, ...each })),
      "shop",
    ),
  ).toBe(os);
});

test.each([
  ["debian-11", "usage"],
  ["auto", "mirror-unreachable"],
])("--os %s can fail with %s", async (wanted, code) => {
  await expect(chooseOs({ listed, wanted, answers: async () => false })).rejects.toMatchObject({
    code,
  });
  await expect(chooseOs({ listed, wanted, answers: async () => false })).rejects.toBeInstanceOf(
    QclockError,
  );
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:8080/"],
  ["0.0.0.0", "http://127.0.0.1:8080/"],
  ["::1", "http://[::1]:8080/"],
])("a port published on %s is at %s when a probe speaks HTTP to it", (hostAddress, url) => {
  const service = aService({ name: "app", httpProbe: 80 });
  expect(urlOf(service, { hostAddress, hostPort: 8080, containerPort: 80 }).url).toBe(url);
  expect(
    urlOf(service, {
      hostAddress: "127.0.0.1",
      hostPort: 5432,
      containerPort: 5432,
    }).url,
  ).toBe("127.0.0.1:5432");
});
