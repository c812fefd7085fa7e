import { expect, test } from "vitest";
import type { Engine } from "../../../src/docker/engine.ts";
import { QclockError } from "../../../src/error.ts";
import type { Verdict } from "../../../src/verify/check.ts";
import type { VerifyReport } from "../../../src/verify/report.ts";
import type { Verified } from "../../../src/verify/verify.ts";
import { aLock, aLockedImage, aLockTarget } from "../../support/a-lock.ts";
import { aMemoryService, appAndDb } from "../../support/memory-stack.ts";
import { openProved } from "../../support/proved-stack.ts";

/** What was said apart from `passed`, with its subject. */
function shortcomings({ results }: VerifyReport): readonly string[] {
  return results.flatMap(({ check, subject, verdict }) =>
    verdict.status === "passed" ? [] : [`${check.id} ${subject}: ${inWords(verdict)}`],
  );
}

function inWords(verdict: Verdict): string {
  if (verdict.status === "passed") return verdict.note ?? "";
  if (verdict.status === "skipped") return verdict.reason;
  return verdict.evidence.join("; ");
}

const hostUnseen = "NET-004 stack shop: what the host listens on cannot be seen from here";

test("what up has made is proved, and what is proved is told", async () => {
  await using proved = await openProved();
  const { rig, verify, learnt } = proved;
  const before = rig.events.length;
  const { report, error } = await verify({ rebuild: true });

  expect(error).toBeUndefined();
  expect(shortcomings(report)).toEqual([hostUnseen]);
  const { results, startedAt, ...facts } = report;
  expect(facts).toEqual({
    stack: "shop",
    os: "debian-12",
    manifestDigest: "sha256:test",
    engine: { url: "memory:", version: "28.0.0" },
    version: "0.0.0-test",
    durationMs: 0,
    strict: false,
    status: "passed",
    counts: { passed: results.length - 1, failed: 0, allowed: 0, skipped: 1, blocking: 0 },
  });
  expect(Math.abs(Date.parse(startedAt) - Date.now())).toBeLessThan(60_000);
  expect(learnt).toEqual([expect.stringMatching(/^[A-Za-z2-9]{24}$/)]);
  const notes = new Map(
    results.map(({ check, subject, verdict }) => [`${check.id} ${subject}`, inWords(verdict)]),
  );
  expect(notes.get("NET-001 stack shop")).toBe("2 open, 0 closed");
  expect(notes.get("RUN-021 service app")).toBe("1 file");
  expect(notes.get("IMG-024 image tools")).toBe("1 layer, as the Engine has it");
  expect(
    rig.events
      .slice(before)
      .flatMap((event) =>
        event.type === "phase-finished" ? [`${event.phase}: ${event.note}`] : [],
      ),
  ).toEqual([
    "verify-probes: 2 of 2 probes answered",
    "verify-services: 2 services",
    "verify-images: 1 image",
    "verify-network: 2 pairs of services",
    "verify-rebuild: 1 of 1 are the same",
  ]);
});

test("the groups without a check that is wanted look at nothing", async () => {
  await using proved = await openProved();
  const { rig, verify } = proved;
  const before = rig.events.length;
  const { report } = await verify({ only: ["RUN-005", "IMG-012"] });

  expect(report.results.map(({ check, subject }) => `${check.id} ${subject}`)).toEqual([
    "IMG-012 image tools",
    "RUN-005 service db",
    "RUN-005 service app",
  ]);
  const phases = rig.events
    .slice(before)
    .flatMap((event) => (event.type === "phase-started" ? [event.phase] : []));
  expect(phases).toEqual(["verify-images", "verify-services"]);
});

test("an image is built again when that is asked for, by its name or by the check's id", async () => {
  await using proved = await openProved();
  const idsOf = ({ report }: Verified): ReadonlySet<string> =>
    new Set(report.results.map(({ check }) => check.id));

  expect(idsOf(await proved.verify({}))).not.toContain("IMG-024");
  expect(idsOf(await proved.verify({ only: ["IMG-024"] }))).toEqual(new Set(["IMG-024"]));
  expect(idsOf(await proved.verify({ only: ["RUN-001"] }))).toEqual(new Set(["RUN-001"]));
});

test("that every check could be carried out is said where it is asked for, and proves nothing alone", async () => {
  await using proved = await openProved();
  const { report } = await proved.verify({ only: ["VER-001"] });

  expect(report.results).toEqual([
    {
      check: expect.objectContaining({ id: "VER-001", severity: "critical" }),
      subject: "stack shop",
      verdict: { status: "passed" },
      durationMs: 0,
      blocking: false,
    },
  ]);
});

test("checks that do not exist are refused by their names", async () => {
  await using proved = await openProved();
  await expect(proved.verify({ only: ["RUN-001", "RUN-999", "X"] })).rejects.toMatchObject({
    code: "usage",
    message: "There is no check RUN-999, X.",
  });
});

test("what was changed behind its back fails, with what up would do", async () => {
  await using proved = await openProved({
    hostConfig: (service) => (service === "db" ? { ReadonlyRootfs: false } : {}),
  });
  const { engine, verify, context, rig } = proved;
  await engine.removeContainer("shop-app-1");
  const { report } = await verify({ strict: true });

  expect(report.status).toBe("failed");
  expect(
    shortcomings(report).filter((line) => !/^(?:RUN|IMG)-\d+ service app: it has no/.test(line)),
  ).toEqual([
    "PRB-001 service app: the service has no container",
    "RUN-005 service db: its root can be written",
    "NET-001 stack shop: 0 of 2 pairs tried; db to app: app is not running; app to db: app is not running",
    hostUnseen,
  ]);
  const presence = report.results.find(
    ({ check, subject }) => check.id === "RUN-019" && subject === "service app",
  );
  expect(presence?.verdict).toEqual({
    status: "failed",
    evidence: ["it has no container"],
    hint: "Run qclock up.",
  });

  const changed = rig.stack(appAndDb({}, { environment: new Map([["LEVEL", "2"]]) }));
  const drifted = await verify({ only: ["RUN-017"] }, { ...context, stack: changed });
  expect(shortcomings(drifted.report)).toEqual([
    "RUN-017 service db: up would change the service: environment diverged",
    "RUN-017 service app: it has no container",
  ]);
});

test("an image that is gone fails, and so does one that others put in its place", async () => {
  await using proved = await openProved();
  const { engine, verify } = proved;
  const gone: Engine = { ...engine, inspectImage: async () => undefined };
  const { report } = await verify({ only: ["IMG-023", "IMG-012"] }, { engine: async () => gone });
  expect(report.results.map(({ verdict }) => verdict)).toEqual([
    { status: "skipped", reason: "it is not in the Engine" },
    { status: "failed", evidence: ["it is not in the Engine"], hint: "Run qclock build." },
  ]);
});

test("an Engine that cannot be asked is a report of nothing, with its error", async () => {
  await using proved = await openProved();
  const unreachable = new QclockError("engine-unreachable", "Nobody answers.");
  const { report, error } = await proved.verify(
    { only: ["RUN-019", "RUN-001", "IMG-023", "NET-001", "PRB-001", "PKG-001", "IMG-024"] },
    { engine: async () => Promise.reject(unreachable) },
  );

  expect(error).toBe(unreachable);
  expect(report).toMatchObject({ status: "failed", engine: { url: "", version: "" } });
  expect(shortcomings(report)).toEqual([
    "VER-001 stack shop: the Engine: Nobody answers.",
    "IMG-023 image tools: Nobody answers.",
    "RUN-001 service db: Nobody answers.",
    "RUN-019 service db: Nobody answers.",
    "RUN-001 service app: Nobody answers.",
    "RUN-019 service app: Nobody answers.",
  ]);

  const bug = await proved.verify(
    { only: ["IMG-023"] },
    { engine: async () => Promise.reject(new TypeError("no engine")) },
  );
  expect(bug.error).toBeUndefined();
  expect(shortcomings(bug.report)).toEqual([
    "VER-001 stack shop: the Engine: a bug of qclock: TypeError: no engine",
    "IMG-023 image tools: the Engine could not be asked",
  ]);
});

test("a look that gets no answer fails what needs it, and nothing else", async () => {
  await using proved = await openProved();
  const { engine, verify } = proved;
  const silent: Engine = { ...engine, inspectImage: async () => new Promise(() => undefined) };
  const { report } = await verify(
    { only: ["RUN-001", "RUN-017", "IMG-012"], deadlineMs: 40 },
    { engine: async () => silent },
  );

  const why = "image tools: no answer within 0.04 s";
  expect(shortcomings(report).filter((line) => !line.startsWith("VER-001"))).toEqual([
    `IMG-012 image tools: ${why}`,
    `RUN-017 service db: could not be checked: ${why}`,
    `RUN-017 service app: could not be checked: ${why}`,
  ]);
  expect(shortcomings(report)[0]).toContain("VER-001");
});

test("an interruption ends in a report that says so", async () => {
  await using proved = await openProved();
  const signal = AbortSignal.abort(new QclockError("interrupted", "Interrupted by SIGINT."));
  const { report } = await proved.verify({}, { signal });

  expect(report.status).toBe("failed");
  expect(shortcomings(report)[0]).toBe("VER-001 stack shop: interrupted: Interrupted by SIGINT.");
});

test("of images for another machine only what the inputs give is judged, where that is asked for", async () => {
  const other = process.arch === "arm64" ? "amd64" : "arm64";
  await using proved = await openProved();
  const { engine, rig, verify } = proved;
  const elsewhere: Engine = {
    ...engine,
    info: async () => ({ ...(await engine.info()), architecture: other }),
  };
  const there = { engine: async () => elsewhere };
  const { report } = await verify({ rebuild: true }, there);

  expect(report.results.map(({ check, verdict }) => [check.id, inWords(verdict)])).toEqual([
    ["IMG-024", "1 layer, nothing to compare with"],
  ]);
  expect(rig.events).toContainEqual({
    type: "notice",
    level: "info",
    message: `The Engine runs linux/${other}: only what the inputs give is checked.`,
  });
  await expect(verify({}, there)).rejects.toMatchObject({ code: "engine-platform" });
  await expect(verify({ only: ["RUN-001"] }, there)).rejects.toMatchObject({
    code: "engine-platform",
  });
});

test("a service of an inactive profile is looked at when it has a container", async () => {
  const parts = appAndDb();
  const services = [...parts.services, aMemoryService("mail", { profiles: ["mail"] })];
  await using proved = await openProved({}, { ...parts, services });
  const { engine, stack, verify } = proved;
  const inactive = { stack: { ...stack, inactive: new Set(["mail"]) } };
  const subjectsOf = ({ report }: Verified): readonly string[] =>
    report.results.map(({ subject }) => subject);

  expect(subjectsOf(await verify({ only: ["RUN-001"] }, inactive))).toEqual([
    "service db",
    "service app",
    "service mail",
  ]);
  await engine.removeContainer("shop-mail-1");
  expect(subjectsOf(await verify({ only: ["RUN-001"] }, inactive))).toEqual([
    "service db",
    "service app",
  ]);
});

test("a probe that does not answer fails with where to look", async () => {
  await using proved = await openProved();
  const { engine, rig, verify } = proved;
  const before = rig.events.length;
  const failing: Engine = {
    ...engine,
    exec: async () => ({ exitCode: 1, output: "no table" }),
  };
  const { report } = await verify({ only: ["PRB-001"] }, { engine: async () => failing });

  expect(report.results[0]).toMatchObject({
    check: { id: "PRB-001", title: "probe exec answers", severity: "critical" },
    subject: "service db",
    verdict: {
      status: "failed",
      evidence: ["exit code 1: no table"],
      hint: "See qclock logs db.",
    },
    blocking: true,
  });
  expect(rig.events.slice(before)).toEqual([
    { type: "phase-started", phase: "verify-probes", title: "Run every probe" },
    { type: "phase-progress", phase: "verify-probes", done: 1, total: 2, unit: "items" },
    { type: "phase-progress", phase: "verify-probes", done: 2, total: 2, unit: "items" },
    { type: "phase-finished", phase: "verify-probes", note: "0 of 2 probes answered" },
  ]);
});

test("an Engine that fails fails the probes of each service by their names", async () => {
  const parts = appAndDb({ probes: [] });
  await using proved = await openProved({}, parts);
  const { engine, verify } = proved;
  const failing: Engine = {
    ...engine,
    inspectContainer: async () => Promise.reject(new QclockError("engine-failed", "It said no.")),
  };
  const { report } = await verify({ only: ["PRB-001"] }, { engine: async () => failing });

  expect(
    report.results.slice(1).map(({ check, verdict }) => [check.title, inWords(verdict)]),
  ).toEqual([
    ["probe exec answers", "the probes of service db: It said no."],
    ["probe container answers", "the probes of service app: It said no."],
  ]);
});

test("a build from nothing that gives something else is told by its first differences", async () => {
  await using proved = await openProved({ imageFiles: [] });
  const { rig, verify } = proved;
  for (const index of Array.from({ length: 9 }).keys()) await rig.writeTool(`etc/${index}`, "new");
  const { report } = await verify({ only: ["IMG-024"] });

  expect(report.results.map(({ subject, verdict }) => [subject, verdict])).toEqual([
    [
      "image tools",
      {
        status: "failed",
        evidence: [
          expect.stringMatching(/^layer 1: sha256:\w+ in the Engine, sha256:\w+ rebuilt$/),
          "/etc: rebuilt only",
          ...Array.from({ length: 8 }, (_, index) => `/etc/${index}: rebuilt only`),
          "and 1 more",
        ],
        hint: "Either the image was not built from these inputs, or something beside them showed: run qclock build, then this again.",
      },
    ],
  ]);
});

test("a build from nothing that fails is a finding with its reason", async () => {
  await using proved = await openProved();
  const failing: Engine = {
    ...proved.engine,
    inspectImage: async () => Promise.reject(new QclockError("engine-failed", "It said no.")),
  };
  const { report } = await proved.verify({ only: ["IMG-024"] }, { engine: async () => failing });

  const why = "building again: It said no.";
  expect(shortcomings(report)).toEqual([
    `VER-001 stack shop: ${why}`,
    `IMG-024 stack shop: ${why}`,
  ]);
});

test("packages that nothing proves are a finding with what to do, and no lock is no proof", async () => {
  await using proved = await openProved();
  const { context, stack, verify } = proved;
  const { architecture } = stack;
  const target = aLockTarget({ tools: aLockedImage(["bash 5"]) }, { architecture });
  const downloader = { ...context.downloader, offline: true, holds: async () => true };
  const only = ["PKG-001"];

  const { report } = await verify({ only }, { lock: aLock(target), downloader });
  expect(report.results.map(({ subject, verdict }) => [subject, verdict])).toEqual([
    [
      "stack shop",
      {
        status: "failed",
        evidence: [
          "Nothing proves that bash 5 is the distribution's.",
          "bookworm: its signed index is not in the store, and --offline asks nobody",
        ],
        hint: expect.stringContaining("Move it with `qclock lock --update bash`"),
      },
    ],
  ]);
  const without = await verify({ only }, { lock: undefined });
  expect(shortcomings(without.report)).toEqual(["PKG-001 stack shop: there is no lock"]);

  const broken = { ...downloader, holds: async () => Promise.reject(new TypeError("no disk")) };
  const crashed = await verify({ only }, { lock: aLock(target), downloader: broken });
  const why = "the signatures of the packages: a bug of qclock: TypeError: no disk";
  expect(shortcomings(crashed.report)).toEqual([
    `VER-001 stack shop: ${why}`,
    `PKG-001 stack shop: ${why}`,
  ]);
});
