import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const child = path.resolve(import.meta.dirname, "../../../support/interpret-child.ts");

/** Scripts that want to get at the machine: its files, its processes, its network, its clock. */
const scripts = [
  "cat /proc/self/environ /proc/1/cmdline; cat /dev/kmsg; cat /etc/shadow /etc/hostname",
  "echo x > /tmp/out; echo x > /root/.profile; echo x > /dev/sda; echo x > /dev/tcp/127.0.0.1/80",
  "exec 3<>/dev/tcp/127.0.0.1/22; cat <&3; nc -l 80; curl http://a.invalid; wget http://a.invalid",
  "sh -c 'kill -9 1'; kill -9 $$; kill -9 -1; ls -la / /proc /sys; find / -xdev",
  "date; sleep 1; mktemp; id; uname -a; hostname; df; ps; mount -t tmpfs none /mnt",
  "ln -s / /tmp/r; rm -rf /tmp/r/ /*; mkdir /x; mknod /x/d b 8 0; chroot / true; cd /; tar c .",
  "perl -e 'system(\"id\")'; python3 -c 'import os'; /bin/busybox id; awk 'BEGIN { system(\"id\") }'",
  'awk \'BEGIN { "date" | getline x; print x; print "y" > "/tmp/awk" }\'; sed -n \'w /tmp/sed\' /etc/passwd',
  "f() { f | f & }; f; while :; do echo x; done",
  ". /etc/profile; source ~/.bashrc; eval `cat /etc/passwd`; trap 'cat /etc/passwd' 0; exit 3",
  "adduser --system x; update-rc.d x defaults; systemctl start x; invoke-rc.d x start; ldconfig; dpkg -l",
];

interface TraceEvent {
  readonly name: string;
  readonly ts: number;
}

test("no step of any script reaches the host: between two marks of a trace is nothing", async () => {
  await using folder = await temporaryFolder();
  const categories = [
    "node.fs.sync",
    "node.fs.async",
    "node.fs_dir.sync",
    "node.net.native",
    "node.dns.native",
  ];
  const { stdout } = await execa(
    process.execPath,
    [`--trace-event-categories=${categories.join()}`, "--no-warnings", child],
    { cwd: folder.path, input: JSON.stringify(scripts) },
  );
  const outcomes: unknown = JSON.parse(stdout);
  const events = await eventsIn(folder.path);

  expect(outcomes).toHaveLength(scripts.length);
  const marks = events.filter(({ name }) => name === "fs.sync.access").map(({ ts }) => ts);
  const [begin, end] = [Math.min(...marks), Math.max(...marks)];
  expect(end).toBeGreaterThan(begin);
  expect(events.filter(({ ts }) => ts < begin).map(({ name }) => name)).toContain("fs.sync.open");
  const between = events.filter(
    ({ ts, name }) => ts > begin && ts < end && name !== "fs.sync.access",
  );
  expect(between.map(({ name }) => name)).toEqual([]);
});

async function eventsIn(folder: string): Promise<readonly TraceEvent[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("node_trace"));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return texts.flatMap((text) => {
    const { traceEvents } = JSON.parse(text) as { readonly traceEvents: readonly TraceEvent[] };
    return traceEvents.filter(
      ({ name }) => !/^(?:thread|process)_name$|^version$|^node$/.test(name),
    );
  });
}
