import { expect, test } from "vitest";
import { formatServices } from "../../../../src/reporters/lists/services.ts";
import { serviceRow, type ServiceRow } from "../../../../src/run/services/list-services.ts";
import type { ContainerState } from "../../../../src/docker/engine.ts";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { aService } from "../../../support/builders.ts";

const finishedAt = "2026-05-01T12:04:00Z";

function rowOf(
  name: string,
  state: Partial<ContainerState> | undefined,
  probes?: ServiceRow["probes"],
): ServiceRow {
  return serviceRow(aService({ name }), {
    state: state === undefined ? undefined : aContainerState(state),
    probes,
    external: [],
  });
}

function tableOf(rows: readonly ServiceRow[], color = false): string {
  const nowMs = Date.parse("2026-05-01T12:05:00Z");
  return formatServices(rows, { style: createStyle({ color }), columns: undefined, nowMs });
}

test("what the Engine knows of each service is told without asking the services", () => {
  const rows = [
    rowOf("fine", { health: "healthy", failingStreak: 0 }),
    rowOf("sick", { health: "unhealthy", failingStreak: 4, restartCount: 2 }),
    rowOf("young", { health: "starting", failingStreak: 0 }),
    rowOf("plain", {}),
    rowOf("ended", { status: "exited", exitCode: 3, finishedAt, health: "healthy" }),
    rowOf("greedy", { status: "exited", exitCode: 137, oomKilled: true, finishedAt }),
    rowOf("looping", { status: "restarting", exitCode: 1, finishedAt, restartCount: 1 }),
    rowOf("gone", undefined),
  ];

  expect(tableOf(rows)).toMatchInlineSnapshot(`
    "SERVICE   STATE                                           SINCE   IMAGE     PORTS
    fine      running, healthy                                5 min   fine
    sick      running, unhealthy (4 failures), restarted 2×   5 min   sick
    young     running, health not known yet                   5 min   young
    plain     running                                         5 min   plain
    ended     exited (3)                                      1 min   ended
    greedy    exited (137), out of memory                     1 min   greedy
    looping   restarting (1), restarted 1×                    1 min   looping
    gone      absent                                          -       gone"
  `);
  expect(rows[1]).toMatchObject({ health: "unhealthy", failingStreak: 4 });
  // Of one that runs again the Engine keeps when it ended before.
  expect(rowOf("again", { finishedAt })).not.toHaveProperty("finishedAt");
  expect(rowOf("new", { status: "created" })).not.toHaveProperty("startedAt");
  expect(rows[4]).toEqual({
    service: "ended",
    container: "t-ended-1",
    state: "exited",
    exitCode: 3,
    restartCount: 0,
    image: "ended",
    external: [],
    urls: [],
    finishedAt,
  });
});

test.each<[ContainerState["status"], readonly string[]]>([
  ["running", ["failingStreak", "health", "startedAt"]],
  ["paused", []],
  ["created", []],
  ["removing", []],
  ["exited", ["exitCode", "finishedAt", "oomKilled"]],
  ["dead", ["exitCode", "finishedAt", "oomKilled"]],
  ["restarting", ["exitCode", "finishedAt", "oomKilled"]],
])("of a container that is %s is told what holds for it: %j", (status, facts) => {
  const known = { exitCode: 137, oomKilled: true, finishedAt, health: "healthy", failingStreak: 0 };
  const row = rowOf("app", { ...known, status } as Partial<ContainerState>);
  const always = ["container", "external", "image", "restartCount", "service", "state", "urls"];
  expect(Object.keys(row).toSorted()).toEqual([...always, ...facts].toSorted());
});

test("an address that two protocols have is told once, in the Engine's order", () => {
  const port = { hostAddress: "127.0.0.1", hostPort: 5353, containerPort: 53 };
  const { urls } = rowOf("app", {
    publishedPorts: [
      { ...port, hostPort: 8080, protocol: "tcp" },
      { ...port, protocol: "udp" },
      { ...port, protocol: "tcp" },
    ],
  });
  expect(urls).toEqual(["127.0.0.1:8080", "127.0.0.1:5353"]);
});

test("only what runs and is well is shown as such", () => {
  const [well = "none"] = createStyle({ color: true }).success("|").split("|");
  const isWell = (row: ServiceRow): boolean => tableOf([row], true).includes(`${well}running`);

  expect(isWell(rowOf("a", { health: "healthy", failingStreak: 0 }))).toBe(true);
  expect(isWell(rowOf("a", {}))).toBe(true);
  expect(isWell(rowOf("a", { health: "unhealthy", failingStreak: 1 }))).toBe(false);
  expect(isWell(rowOf("a", {}, [{ name: "p", ok: false, message: "refused" }]))).toBe(false);
  expect(isWell(rowOf("a", { status: "exited" }))).toBe(false);
});

test("with probes each service that runs says whether it is ready; what does not run keeps their results", () => {
  const failed = [{ name: "tcp_socket:80", ok: false, message: "refused" }];
  const rows = [
    rowOf("fine", {}, [{ name: "tcp_socket:80", ok: true, message: "port 80 is open" }]),
    rowOf("deaf", {}, [...failed, { name: "log_line", ok: true, message: "x" }]),
    rowOf("ended", { status: "exited", exitCode: 1, finishedAt }, failed),
    rowOf("gone", undefined, failed),
  ];

  expect(tableOf(rows)).toMatchInlineSnapshot(`
    "SERVICE   STATE                             SINCE   IMAGE   PORTS
    fine      running, ready                    5 min   fine
    deaf      running, failing: tcp_socket:80   5 min   deaf
    ended     exited (1)                        1 min   ended
    gone      absent                            -       gone"
  `);
  expect(rows.map(({ probes }) => probes?.[0]?.ok)).toEqual([true, false, false, false]);
});

test("what a service uses that others made has a column, where there is any", () => {
  const about = { state: undefined, probes: undefined };
  const rows = [
    serviceRow(aService({ name: "app" }), {
      ...about,
      external: ["network house_proxy", "volume archive"],
    }),
    serviceRow(aService({ name: "db" }), { ...about, external: [] }),
  ];

  expect(tableOf(rows)).toMatch(/EXTERNAL[^]*app .* network house_proxy, volume archive/);
  expect(tableOf(rows.slice(1))).not.toContain("EXTERNAL");
});
