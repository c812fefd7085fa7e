import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { createProcessReader, uidInside } from "../../../../src/verify/services/processes.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

/** What the kernel tells of one process. */
interface Told {
  readonly cgroup?: string;
  readonly mountinfo?: string;
  readonly namespace?: string;
  readonly children?: string;
  readonly status?: string;
}

const id = "c0ffee";
const inside = { cgroup: `0::/docker/${id}\n`, namespace: "pid:[2]" };

function statusOf(name: string, uid: number, more = ""): string {
  return `Name:\t${name}\nUid:\t${uid}\t0\t0\t0\nCapInh:\tff\n${more}`;
}

/** A folder like `/proc`, of a machine whose own processes are in the namespace `pid:[1]`. */
async function procOf(
  processes: Readonly<Record<string, Told>>,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  for (const [pid, told] of Object.entries({ self: { namespace: "pid:[1]" }, ...processes })) {
    const { cgroup, mountinfo, namespace, children, status } = told as Told;
    const files = { cgroup, mountinfo, [`task/${pid}/children`]: children, status };
    for (const [name, content] of Object.entries(files)) {
      if (content === undefined) continue;
      const file = path.join(folder.path, pid, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    await mkdir(path.join(folder.path, pid, "ns"), { recursive: true });
    if (namespace !== undefined) await symlink(namespace, path.join(folder.path, pid, "ns/pid"));
  }
  return folder;
}

test("of a container are its first process's descendants and what was put beside them", async () => {
  await using proc = await procOf({
    1: { cgroup: "0::/init\n", namespace: "pid:[1]", status: statusOf("init", 0) },
    10: { ...inside, children: "11 12 ", status: statusOf("app", 10_001) },
    11: { ...inside, children: "", status: statusOf("worker", 10_001) },
    12: { ...inside, children: "13 10 ", status: statusOf("cron", 10_001) },
    // Moved to another group by its service's manager, and nevertheless its descendant.
    13: { cgroup: "0::/other\n", namespace: "pid:[1]", status: statusOf("job", 10_001) },
    20: { cgroup: `0::/docker/${id}/exec\n`, namespace: "pid:[9]", status: statusOf("sh", 0) },
    21: { cgroup: "0::/elsewhere\n", namespace: "pid:[2]", status: statusOf("nsenter", 0) },
    // It ended after it was listed.
    22: inside,
    23: { cgroup: "0::/docker/beef\n", namespace: "pid:[3]", status: statusOf("db", 999) },
    24: { cgroup: "0::/nobody\n", status: statusOf("hidden", 5) },
    uptime: { ...inside, status: statusOf("none", 0) },
  });
  const found = await createProcessReader(proc.path)({ id, pid: 10 });

  expect(
    found
      ?.map(({ pid, command, uid, entered }) => ({ pid, command, uid, entered }))
      .toSorted((one, other) => one.pid - other.pid),
  ).toEqual([
    { pid: 10, command: "app", uid: 10_001, entered: false },
    { pid: 11, command: "worker", uid: 10_001, entered: false },
    { pid: 12, command: "cron", uid: 10_001, entered: false },
    { pid: 13, command: "job", uid: 10_001, entered: false },
    { pid: 20, command: "sh", uid: 0, entered: true },
    { pid: 21, command: "nsenter", uid: 0, entered: true },
  ]);
});

test("where the container shares this machine's namespace only its group tells", async () => {
  await using proc = await procOf({
    10: { cgroup: `0::/docker/${id}\n`, namespace: "pid:[1]", status: statusOf("app", 5) },
    11: { cgroup: "0::/init\n", namespace: "pid:[1]", status: statusOf("sshd", 0) },
  });
  const found = await createProcessReader(proc.path)({ id, pid: 10 });
  expect(found?.map(({ pid }) => pid)).toEqual([10]);
});

test("where the namespaces are hidden only the group tells", async () => {
  await using proc = await procOf({
    10: { cgroup: `0::/docker/${id}\n`, status: statusOf("app", 5) },
    11: { cgroup: "0::/init\n", status: statusOf("sshd", 0) },
  });
  const found = await createProcessReader(proc.path)({ id, pid: 10 });
  expect(found?.map(({ pid }) => pid)).toEqual([10]);
});

test("in a group of its own a container is known by what is mounted in it", async () => {
  await using proc = await procOf({
    10: {
      cgroup: "0::/\n",
      namespace: "pid:[2]",
      mountinfo: `1 2 /var/lib/docker/containers/${id}/hostname /etc/hostname\n`,
      status: statusOf("app", 5),
    },
  });
  const read = createProcessReader(proc.path);
  expect((await read({ id, pid: 10 }))?.map(({ pid }) => pid)).toEqual([10]);
  expect(await read({ id: "beef", pid: 10 })).toBeUndefined();
});

test("a number that means another process here, or none, tells of an Engine elsewhere", async () => {
  await using proc = await procOf({
    10: { cgroup: "0::/init\n", namespace: "pid:[1]", status: statusOf("sshd", 0) },
  });
  const read = createProcessReader(proc.path);
  expect(await read({ id, pid: 10 })).toBeUndefined();
  expect(await read({ id, pid: 99 })).toBeUndefined();
  expect(await read({ id, pid: 0 })).toEqual([]);
  expect(await createProcessReader("/nowhere")({ id, pid: 10 })).toBeUndefined();
});

test("what the kernel lets a process do is read from its status", async () => {
  const bounds = "CapEff:\t00000000a80425fb\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n";
  await using proc = await procOf({
    10: { ...inside, children: "11", status: statusOf("app", 10_001, bounds) },
    11: { ...inside, status: statusOf("old", 5, "NoNewPrivs:\t0\n") },
  });
  expect(await createProcessReader(proc.path)({ id, pid: 10 })).toEqual([
    {
      pid: 10,
      entered: false,
      command: "app",
      uid: 10_001,
      privileged: false,
      kernel: { effectiveCapabilities: 0xa80425fbn, noNewPrivileges: true, seccomp: 2 },
    },
    {
      pid: 11,
      entered: false,
      command: "old",
      uid: 5,
      privileged: false,
      kernel: { effectiveCapabilities: 0n, noNewPrivileges: false, seccomp: 0 },
    },
  ]);
});

test("this machine's processes are gone through once for all containers", async () => {
  await using proc = await procOf({
    10: { ...inside, status: statusOf("app", 5) },
    20: { cgroup: "0::/docker/beef\n", namespace: "pid:[3]", status: statusOf("db", 5) },
  });
  const read = createProcessReader(proc.path);
  await read({ id, pid: 10 });
  const late = path.join(proc.path, "21");
  await mkdir(path.join(late, "ns"), { recursive: true });
  await writeFile(path.join(late, "cgroup"), "0::/docker/beef\n");
  await writeFile(path.join(late, "status"), statusOf("late", 0));

  expect((await read({ id: "beef", pid: 20 }))?.map(({ pid }) => pid)).toEqual([20]);
});

test("a user is told by the number that it has in the container", () => {
  const rootless = "         0       1001          1\n         1     100000      65536\n";
  expect(uidInside(110_000, rootless)).toBe(10_001);
  expect(uidInside(1001, rootless)).toBe(0);
  expect(uidInside(7, rootless)).toBe(7);
  expect(uidInside(100_000, rootless)).toBe(1);
  expect(uidInside(165_535, rootless)).toBe(65_536);
  expect(uidInside(165_536, rootless)).toBe(165_536);
  expect(uidInside(5, "0 5\n7 5 1\n")).toBe(7);
  expect(uidInside(10_001, "         0          0 4294967295\n")).toBe(10_001);
  expect(uidInside(10_001, undefined)).toBe(10_001);
});
