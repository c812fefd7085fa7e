import { execFileSync } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { engineApi } from "../support/engine-api.ts";
import { Rig } from "../support/rig.ts";
import { flipByte, startTamperingMirror } from "../support/tampering-mirror.ts";

const nothing = { containers: [], networks: [], volumes: [], images: [] };

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return server;
}

/** A folder that goes when the test ends. */
async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "qclock-store-"));
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

describe("a port that is in use", () => {
  test("must be named with its owner, and the next up must work once it is free", async () => {
    await using rig = await Rig.create("tiny");
    const owner = await listen(rig.port);
    try {
      const { exitCode, stderr } = await rig.qclock(["up"]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("[port-in-use]");
      expect(stderr).toContain(String(rig.port));
      expect(stderr).toMatch(new RegExp(`pid ${process.pid}|\\(${process.pid}\\)|${process.pid}`));
    } finally {
      await new Promise((closed) => owner.close(closed));
    }
    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  });
});

describe("an Engine", () => {
  test("that is absent must be named with what chose it", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, stderr, durationMs } = await rig.qclock([
      "up",
      "--host",
      "unix:///nowhere/docker.sock",
    ]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/\[engine-unreachable\][\s\S]*hint:/);
    expect(stderr).toContain("/nowhere/docker.sock");
    expect(durationMs).toBeLessThan(5000);
  });

  test("that refuses must be told from one that is absent", async () => {
    await using rig = await Rig.create("tiny");
    const server = createHttpServer(
      (_, response) => void response.writeHead(403).end('{"message":"access denied by policy"}'),
    );
    const socket = path.join(rig.directory, "refusing.sock");
    await new Promise<void>((listening) => server.listen(socket, listening));
    try {
      const { exitCode, stderr } = await rig.qclock(["ps", "--host", `unix://${socket}`]);
      expect(exitCode).toBe(4);
      expect(stderr).toMatch(/\[engine-refused\]/);
      expect(stderr).toContain("access denied by policy");
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("packages", () => {
  test("of a name that does not exist must be refused with what was meant", async () => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", (text) => text.replace("busybox-static", "busybox-statik"));
    const { exitCode, stderr } = await rig.qclock(["build"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/\[unknown-package\]/);
    expect(stderr).toMatch(/busybox-statik[\s\S]*busybox-static/);
    expect(await rig.observe()).toEqual(nothing);
  });

  test("from a mirror that does not answer must fail with the mirror's name", async () => {
    await using store = await temporaryFolder();
    await using rig = await Rig.create("tiny", { store: store.path });
    const { exitCode, stderr } = await rig.qclock(["build"], {
      environment: { QCLOCK_MIRROR_DEBIAN_12: "http://127.0.0.1:1/debian" },
    });
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/\[mirror-unreachable\]/);
    expect(stderr).toContain("127.0.0.1:1");
  });

  test("must not be asked for at all when offline", async () => {
    await using store = await temporaryFolder();
    await using rig = await Rig.create("tiny", { store: store.path });
    await using mirror = await startTamperingMirror((_, body) => body);
    const { exitCode, stderr } = await rig.qclock(["build", "--offline"], {
      environment: { QCLOCK_MIRROR_DEBIAN_12: mirror.urls },
    });
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/\[offline\]/);
    expect(mirror.requests).toEqual([]);
  });

  test.each([
    ["whose release file was changed", /InRelease$/, "signature-invalid"],
    ["whose index was changed", /Packages|by-hash/, "digest-mismatch"],
    ["one of which was changed", /\.deb$/, "digest-mismatch"],
  ] as const)("%s must not be used", async (_, changed, code) => {
    await using store = await temporaryFolder();
    await using rig = await Rig.create("tiny", { store: store.path });
    await using mirror = await startTamperingMirror((url, body) =>
      changed.test(url) ? flipByte(body) : body,
    );
    const environment = { QCLOCK_MIRROR_DEBIAN_12: mirror.urls };
    const { exitCode, stderr } = await rig.qclock(["build"], { environment });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`[${code}]`);
    expect(await rig.observe()).toEqual(nothing);

    await using honest = await startTamperingMirror((__, body) => body);
    expect(
      await rig.qclock(["build"], { environment: { QCLOCK_MIRROR_DEBIAN_12: honest.urls } }),
    ).toMatchObject({ exitCode: 0 });
  });
});

test.skipIf(process.getuid?.() !== 0)(
  "a disk that is full must be told, and a second run must repair what is left",
  async () => {
    await using folder = await temporaryFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", folder.path]);
    try {
      await using rig = await Rig.create("tiny", { store: folder.path });
      expect(await rig.qclock(["lock"])).toMatchObject({ exitCode: 0 });
      const { bavail, bsize } = await statfs(folder.path);
      const filler = path.join(folder.path, "filler");
      await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - 65_536)));

      const { exitCode, stderr } = await rig.qclock(["build"]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/\[disk-full\]/);
      expect(stderr).toContain(folder.path);

      await rm(filler);
      expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0 });
    } finally {
      execFileSync("umount", ["-l", folder.path]);
    }
  },
);

test("an image whose program is not in it must be refused each time, also when its layers are made", async () => {
  await using rig = await Rig.create("tiny");
  await rig.edit("stack.config.yaml", (text) =>
    text.replace("/bin/busybox, httpd", "/bin/nothing, httpd"),
  );
  for (const _ of ["from nothing", "with its layers in the store"]) {
    const { exitCode, stderr } = await rig.qclock(["build"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("[missing-interpreter]");
  }
});

describe("a signal", () => {
  /** What the run is doing when it is stopped, as its events say. */
  test.each([
    ["looks at the packages", /"phase-started"/],
    ["assembles an image", /"node-started".*"assemble:/],
    ["loads an image", /"node-started".*"load:/],
    ["makes containers", /"node-started".*"create:/],
    ["waits until a service is ready", /"node-started".*"wait:/],
  ])("while up %s must end it with 130, and the next up must converge", async (_, moment) => {
    await using store = await temporaryFolder();
    await using rig = await Rig.create("tiny", { store: store.path });
    const running = rig.start(["up", "--progress", "json"]);
    await running.saw(moment);
    const sentAt = performance.now();
    running.kill("SIGINT");
    const ended = await running.ended;
    expect(ended).toMatchObject({ exitCode: 130, signal: null });
    expect(performance.now() - sentAt).toBeLessThan(9000);
    expect(ended.stderr).toContain("Stopping after SIGINT");

    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    expect(Object.keys(await rig.containerIds()).toSorted()).toEqual(["front", "store"]);
  });

  test("sent twice must end it at once, and the next up must converge", async () => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", (text) =>
      text.replace("path: /index.html", "path: /never.html"),
    );
    const running = rig.start(["up"]);
    await running.saw("waiting until ready");
    running.kill("SIGTERM");
    await running.saw("Stopping after SIGTERM");
    // A second one that comes within a blink is taken for the echo of the first.
    await new Promise((later) => setTimeout(later, 150));
    const sentAt = performance.now();
    running.kill("SIGTERM");
    await running.ended;
    // 200 ms are promised; a machine that is busy with other tests adds to what is seen from
    // outside.
    expect(performance.now() - sentAt).toBeLessThan(1000);

    await rig.edit("stack.config.yaml", (text) =>
      text.replace("path: /never.html", "path: /index.html"),
    );
    expect(await rig.qclock(["up", "--lock-timeout", "20s"])).toMatchObject({ exitCode: 0 });
  });

  test("that kills it outright must leave nothing that the next up or reset does not mend", async () => {
    await using rig = await Rig.create("tiny");
    const running = rig.start(["up", "--progress", "json"]);
    await running.saw(/"node-started".*"start:/);
    running.kill("SIGKILL");
    await running.ended;

    expect(await rig.qclock(["up", "--lock-timeout", "20s"])).toMatchObject({ exitCode: 0 });
    expect(await rig.qclock(["reset", "--images", "--purge-volumes", "--yes"])).toMatchObject({
      exitCode: 0,
    });
    expect(await rig.observe()).toEqual(nothing);
  });
});

test("a deadline must end a run with 124", async () => {
  await using rig = await Rig.create("tiny");
  await rig.edit("stack.config.yaml", (text) =>
    text.replace("path: /index.html", "path: /never.html"),
  );
  await rig.qclock(["build"]);
  const { exitCode, stderr } = await rig.qclock(["up", "--timeout", "3s"]);
  expect(exitCode).toBe(124);
  expect(stderr).toContain("[deadline-exceeded]");
});

describe("a service that does not work", () => {
  test("because it ends at once must show its last words and its exit code", async () => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", (text) =>
      text.replace(
        "image: web\n    probes",
        'image: web\n    entrypoint: [/bin/busybox, sh, -c, "echo my last words; exit 3"]\n    restart: "no"\n    probes',
      ),
    );
    const { exitCode, stderr } = await rig.qclock(["up"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("my last words");
    expect(stderr).toMatch(/exit code 3|\(3\)/);
    expect(stderr).toMatch(/front.*(?:not run|skipped)/);
  });

  test("because its probe is never answered must show what was tried and what was seen", async () => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", (text) =>
      text.replace(
        "probes: [{ http_get: { port: 8080, path: /index.html, body: tiny } }]",
        "probes: [{ http_get: { port: 8080, path: /never.html }, start_period: 2s }]",
      ),
    );
    const { exitCode, stderr } = await rig.qclock(["up"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("[probe-failed]");
    expect(stderr).toMatch(/never\.html[\s\S]*404|404[\s\S]*never\.html/);
  });
});

test("of two runs at once one must wait or say who is in the way", async () => {
  await using rig = await Rig.create("tiny");
  await rig.edit("stack.config.yaml", (text) =>
    text.replace("path: /index.html", "path: /never.html"),
  );
  await rig.qclock(["build"]);
  const first = rig.start(["up"]);
  await first.saw("waiting until ready");

  const second = await rig.qclock(["up", "--force-recreate"]);
  expect(second.exitCode).toBe(5);
  expect(second.stderr).toContain("[stack-locked]");
  expect(second.stderr).toContain(String(first.pid));

  first.kill("SIGINT");
  expect(await first.ended).toMatchObject({ exitCode: 130 });
  await rig.edit("stack.config.yaml", (text) =>
    text.replace("path: /never.html", "path: /index.html"),
  );
  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
});

test("something with our name but without our label must never be touched", async () => {
  await using rig = await Rig.create("tiny");
  const name = `${rig.stack}_publish`;
  await rig.qclock(["build"]);
  const plan = JSON.parse((await rig.qclock(["plan", "--json"])).stdout);
  const network = plan.nodes.flatMap(
    ({ operation }: { operation: { type: string; network?: string } }) =>
      operation.type === "create-network" ? [operation.network] : [],
  )[0];
  const foreign = `${rig.stack}_${network ?? name}`;
  execFileSync("docker", ["network", "create", "--internal", foreign], { stdio: "ignore" });
  try {
    const { exitCode, stderr } = await rig.qclock(["up"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\[foreign-object\]/);
    expect(stderr).toContain(foreign);
    await rig.qclock(["reset"]);
    await expect(engineApi("GET", `/networks/${foreign}`)).resolves.toBeDefined();
  } finally {
    await engineApi("DELETE", `/networks/${foreign}`);
  }
});
