import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ContainerRequest, Engine, LogLine } from "../../../src/docker/engine.ts";
import { engineStatus } from "../../../src/docker/errors.ts";
import { loadBuiltImages } from "../../../src/docker/load.ts";
import { toldProcesses } from "../../../src/verify/services/told-processes.ts";
import { labels } from "../../../src/stack/labels.ts";
import { connectTestEngine, testHosts } from "../../support/engines.ts";
import { hostPrograms, smallImage, smallLayer } from "../../support/small-image.ts";
import { readItems } from "../../support/tar.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

for (const host of testHosts) {
  describe(host ?? "the usual Engine", () => {
    const stack = `t-${randomBytes(5).toString("hex")}`;
    const image = `qclock.invalid/${stack}/shell:latest`;
    let engine: Engine;

    beforeAll(async () => {
      engine = await connectTestEngine(host);
      await using scope = await temporaryStore();
      const layer = await smallLayer(
        scope.store,
        hostPrograms(["/bin/sh", "/bin/sleep", "/bin/cat"]),
      );
      await loadBuiltImages({
        engine,
        images: [smallImage(image, [layer], { labels: { [labels.stack]: stack } })],
        onOutput: () => undefined,
      });
    });

    afterAll(async () => {
      const { containers, networks, volumes } = await look();
      for (const { id } of containers) await engine.removeContainer(id);
      for (const { id } of networks) await engine.removeNetwork(id);
      for (const { name } of volumes) await engine.removeVolume(name);
      await engine.removeImage(image);
      await engine[Symbol.asyncDispose]();
    });

    const look = (): ReturnType<Engine["observe"]> =>
      engine.observe({
        stack,
        imageReferences: [image],
        containerNames: [`${stack}-foreign-1`],
        networkNames: [],
        volumeNames: [`${stack}_foreign`],
      });

    const request = (name: string, parts: Partial<ContainerRequest> = {}): ContainerRequest => ({
      name: `${stack}-${name}-1`,
      image,
      environment: new Map(),
      labels: new Map([
        [labels.stack, stack],
        [labels.service, name],
        ["dev.qclock.test", "1"],
      ]),
      ports: [],
      mounts: [],
      tmpfs: [],
      limits: { memoryBytes: 32 * 1024 * 1024, cpus: 0.5, pids: 32 },
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      addCapabilities: [],
      noNewPrivileges: true,
      init: false,
      restart: { type: "no" },
      ...parts,
    });

    const shell = (script: string): Partial<ContainerRequest> => ({
      entrypoint: ["/bin/sh", "-c", script],
    });

    const started = async (name: string, parts: Partial<ContainerRequest>): Promise<string> => {
      const id = await engine.createContainer(request(name, parts));
      await engine.startContainer(id);
      return id;
    };

    const linesOf = async (id: string, options = {}): Promise<readonly LogLine[]> =>
      await Array.fromAsync(engine.logs(id, { follow: true, ...options }));

    test("a container's exit code, output and state come back", async () => {
      const id = await started("exit", shell("echo é out; echo err >&2; exit 3"));

      expect(await engine.waitContainer(id)).toBe(3);
      const lines = await linesOf(id);
      expect(lines.toSorted((left, right) => left.stream.localeCompare(right.stream))).toEqual([
        { stream: "stderr", text: "err" },
        { stream: "stdout", text: "é out" },
      ]);
      expect(await engine.inspectContainer(id)).toMatchObject({
        name: `${stack}-exit-1`,
        status: "exited",
        exitCode: 3,
        restartCount: 0,
      });
    });

    test("what the image's healthcheck says comes back, with how often it failed", async () => {
      const ill = `qclock.invalid/${stack}/ill:latest`;
      await using scope = await temporaryStore();
      const layer = await smallLayer(scope.store, hostPrograms(["/bin/sh", "/bin/sleep"]));
      const settings = {
        labels: { [labels.stack]: stack },
        healthcheck: ["/bin/sh", "-c", "exit 1"],
      };
      await loadBuiltImages({
        engine,
        images: [smallImage(ill, [layer], settings)],
        onOutput: () => undefined,
      });
      try {
        const id = await started("ill", { ...shell("while :; do sleep 0.1; done"), image: ill });
        await expect
          .poll(async () => engine.inspectContainer(id), { timeout: 30_000 })
          .toMatchObject({ status: "running", health: "unhealthy" });
        expect((await engine.inspectContainer(id))?.failingStreak).toBeGreaterThanOrEqual(2);
        await engine.removeContainer(id);
        const well = await started("well", shell("sleep 100"));
        expect(await engine.inspectContainer(well)).not.toHaveProperty("health");
      } finally {
        await engine.removeImage(ill);
      }
    });

    test("the definition arrives: limits, capabilities, root, environment, log rotation", async () => {
      const id = await engine.createContainer(
        request("hardened", {
          environment: new Map([["LEVEL", "a=b c"]]),
          user: "10001:10001",
          tmpfs: [{ target: "/tmp", options: "size=1m,mode=1777" }],
          stopGracePeriodMs: 2500,
          stopSignal: "SIGINT",
        }),
      );
      expect(await engine.inspectContainer(id)).toMatchObject({
        status: "created",
        raw: {
          HostConfig: {
            Memory: 33_554_432,
            MemorySwap: 33_554_432,
            NanoCpus: 500_000_000,
            PidsLimit: 32,
            ReadonlyRootfs: true,
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges:true"],
            NetworkMode: "none",
            LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
          },
          Config: {
            Env: expect.arrayContaining(["LEVEL=a=b c"]),
            User: "10001:10001",
            StopTimeout: 3,
            StopSignal: "SIGINT",
          },
        },
      });
    });

    test("a name that is taken is a conflict by number", async () => {
      await engine.createContainer(request("twice"));
      const error: unknown = await engine
        .createContainer(request("twice"))
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "engine-failed" });
      expect(engineStatus(error)).toBe(409);
    });

    test("a command in a container: output, exit code, timeout", async () => {
      const id = await started("exec", { entrypoint: ["/bin/sleep", "60"] });

      expect(
        await engine.exec(id, ["/bin/sh", "-c", "echo one; echo two >&2; exit 7"], {
          timeoutMs: 10_000,
        }),
      ).toEqual({
        exitCode: 7,
        output: expect.stringMatching(/^(?:one\ntwo\n|two\none\n)$/u),
      });
      expect(
        await engine.exec(id, ["/bin/none"], { timeoutMs: 10_000 }).then(
          ({ exitCode }) => exitCode,
          () => 127,
        ),
      ).toBeGreaterThan(125);
      const before = performance.now();
      await expect(engine.exec(id, ["/bin/sleep", "30"], { timeoutMs: 200 })).rejects.toMatchObject(
        { code: "deadline-exceeded" },
      );
      expect(performance.now() - before).toBeLessThan(3000);
      await engine.killContainer(id, "SIGKILL");
      await engine.killContainer(id, "SIGKILL");
      await engine.stopContainer(id, 1000);
    });

    test("the processes of a container, those that were put into it included", async () => {
      const id = await started("processes", {
        entrypoint: ["/bin/sleep", "60"],
        user: "10001:10001",
      });
      const giveUp = new AbortController();
      const options = { user: "0", timeoutMs: 60_000 };
      const entered = engine.exec(id, ["/bin/sleep", "61"], options, giveUp.signal);
      const ended = entered.catch(() => undefined);
      await expect
        .poll(async () => (await engine.processes(id))?.length, { timeout: 20_000 })
        .toBe(2);
      const { pid = 0 } = (await engine.inspectContainer(id)) ?? {};
      const told = toldProcesses((await engine.processes(id)) ?? [], pid);
      expect(told?.map(({ entered: isEntered, uid }) => [isEntered, uid])).toEqual([
        [false, 10_001],
        [true, 0],
      ]);
      giveUp.abort(new Error("seen"));
      await ended;
      await engine.removeContainer(id);
      expect(await engine.processes(id)).toBeUndefined();
    });

    test("an interactive command passes its input on and gives its exit code", async () => {
      const { PassThrough } = await import("node:stream");
      const id = await started("interactive", { entrypoint: ["/bin/sleep", "60"] });
      const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
      stdin.end("echo got $((40 + 2)); exit 5\n");

      expect(
        await engine.execInteractive(id, ["/bin/sh"], {
          tty: false,
          attachStdin: true,
          stdin,
          stdout,
          stderr,
        }),
      ).toBe(5);
      expect(String(stdout.read())).toBe("got 42\n");
      await engine.killContainer(id, "SIGKILL");
    });

    test("an interactive command has its variables, its folder and its user", async () => {
      const { PassThrough } = await import("node:stream");
      const id = await started("interactive-options", { entrypoint: ["/bin/sleep", "60"] });
      const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];

      // Without input `read` ends at once; the image has no program that tells the user.
      const script =
        'read x; while read key uid rest; do [ "$key" = Uid: ] && echo "$A $PWD $uid"; done </proc/self/status; true';
      expect(
        await engine.execInteractive(id, ["/bin/sh", "-c", script], {
          tty: false,
          attachStdin: false,
          environment: ["A=1"],
          workingDirectory: "/bin",
          user: "7",
          stdin,
          stdout,
          stderr,
        }),
      ).toBe(0);
      expect(String(stdout.read())).toBe("1 /bin 7\n");
      await engine.killContainer(id, "SIGKILL");
    });

    test("following ends when the signal says so, with its reason", async () => {
      const id = await started("endless", shell("echo ready; sleep 60"));
      const controller = new AbortController();
      const reason = new Error("enough");
      const lines: string[] = [];
      const reading = (async () => {
        for await (const { text } of engine.logs(
          id,
          { follow: true, timestamps: true },
          controller.signal,
        )) {
          lines.push(text);
          controller.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      expect(lines).toEqual(["ready"]);
      await engine.killContainer(id, "SIGKILL");
    });

    test("files go into a volume that nobody has started with, and come out again", async () => {
      await engine.createVolume(
        `${stack}_data`,
        new Map([
          [labels.stack, stack],
          [labels.volume, "data"],
        ]),
      );
      const id = await engine.createContainer(
        request("volume", {
          readOnlyRoot: false,
          mounts: [
            {
              type: "volume",
              source: `${stack}_data`,
              target: "/data",
              readOnly: false,
              noCopy: true,
            },
          ],
        }),
      );
      const { tarHeader } = await import("../../../src/archive/tar-header.ts");
      const { tarPadding } = await import("../../../src/archive/tar.ts");
      const secret = Buffer.from("secret");
      await engine.putArchive(
        id,
        "/data",
        Buffer.concat([
          tarHeader("password", secret.length, { mode: 0o440, uid: 10_001 }),
          secret,
          Buffer.alloc(tarPadding(secret.length)),
          Buffer.alloc(1024),
        ]),
      );

      const archive = Buffer.concat(
        await Array.fromAsync(await engine.getArchive(id, "/data/password")),
      );
      expect(archive.includes("secret")).toBe(true);
      expect(await engine.inspectContainer("no-such-container")).toBeUndefined();
    });

    test("networks: addresses, a second network, internal, without a way out", async () => {
      const subnets = [12, 13].map((last) => `10.213.${randomBytes(1)[0] ?? 1}.${last * 16}/28`);
      const ids: string[] = [];
      for (const [index, subnet] of subnets.entries()) {
        ids.push(
          await engine.createNetwork({
            name: `${stack}_net${index}`,
            internal: index === 0,
            outbound: false,
            isolated: index === 0,
            subnet,
            labels: new Map([[labels.stack, stack]]),
          }),
        );
      }
      const id = await engine.createContainer(
        request("net", {
          entrypoint: ["/bin/sleep", "60"],
          network: { name: `${stack}_net0`, aliases: ["net"] },
        }),
      );
      await engine.connectNetwork(`${stack}_net1`, id, ["net"]);
      await engine.startContainer(id);
      const state = await engine.inspectContainer(id);
      expect([...(state?.addresses.keys() ?? [])].toSorted()).toEqual([
        `${stack}_net0`,
        `${stack}_net1`,
      ]);
      const { networks, usedSubnets, engine: facts } = await look();
      // They bear the stack's label, but neither a name nor a record of qclock.
      expect(networks).toMatchObject([
        {
          name: `${stack}_net0`,
          ours: false,
          internal: true,
          outbound: false,
          subnets: [subnets[0]],
        },
        {
          name: `${stack}_net1`,
          ours: false,
          internal: false,
          outbound: !facts.isolatesNetworks,
          subnets: [subnets[1]],
        },
      ]);
      expect(usedSubnets).toEqual(expect.arrayContaining(subnets));
      await engine.removeContainer(id);
      for (const network of ids) await engine.removeNetwork(network);
    });

    test("a port in use names who has it, program or container", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const name = `${stack}_ports`;
      const network = await engine.createNetwork({
        name,
        internal: false,
        outbound: true,
        isolated: false,
        subnet: `10.214.${randomBytes(1)[0] ?? 1}.0/28`,
        labels: new Map([[labels.stack, stack]]),
      });
      const publishing = (hostPort: number): Partial<ContainerRequest> => ({
        entrypoint: ["/bin/sleep", "60"],
        network: { name, aliases: [] },
        ports: [{ hostAddress: "127.0.0.1", hostPort, containerPort: 80, protocol: "tcp" }],
      });
      try {
        await expect(started("taken", publishing(port))).rejects.toMatchObject({
          code: "port-in-use",
          message: expect.stringMatching(
            /^Port 127\.0\.0\.1:\d+ is in use by (?:node|MainThread|vitest)[^(]* \(process \d+\)\.$/u,
          ),
        });
      } finally {
        server.close();
        await once(server, "close");
      }
      const owner = await started("owner", publishing(0));
      const [published] = (await engine.inspectContainer(owner))?.publishedPorts ?? [];
      expect(published).toMatchObject({ hostAddress: "127.0.0.1", containerPort: 80 });
      await expect(started("second", publishing(published?.hostPort ?? 0))).rejects.toMatchObject({
        code: "port-in-use",
        message: `Port 127.0.0.1:${published?.hostPort ?? 0} is in use by container ${stack}-owner-1 of stack ${stack}.`,
      });
      for (const service of ["taken", "owner", "second"])
        await engine.removeContainer(`${stack}-${service}-1`);
      await engine.removeNetwork(network);
    });

    test("a look sees what is ours and what only bears our names", async () => {
      const own = await started("own", shell("exit 4"));
      await engine.waitContainer(own);
      const foreign = await engine.createContainer({
        ...request("foreign"),
        labels: new Map([["dev.qclock.test", "1"]]),
      });
      await engine.createVolume(`${stack}_foreign`, new Map([["dev.qclock.test", "1"]]));
      try {
        const observed = await look();
        const inspected = await engine.inspectImage(image);
        expect(observed.images.get(image)).toMatchObject({
          reference: image,
          identity: inspected?.identity,
        });
        expect(observed.containers.find(({ name }) => name === `${stack}-own-1`)).toMatchObject({
          ours: true,
          service: "own",
          status: "exited",
          exitCode: 4,
          restartCount: 0,
        });
        expect(observed.containers.find(({ name }) => name === `${stack}-foreign-1`)).toMatchObject(
          { ours: false, id: foreign },
        );
        expect(observed.volumes.find(({ name }) => name === `${stack}_foreign`)).toMatchObject({
          ours: false,
        });
        expect(observed.engine.id).not.toBe("");
      } finally {
        await engine.removeContainer(foreign);
        await engine.removeVolume(`${stack}_foreign`);
      }
    });

    test("a container's files are exported with what it wrote, which is measured", async () => {
      const script = "while :; do sleep 0.05; done";
      const command = { entrypoint: ["/bin/sh", "-c", script], command: [] };
      const made = request("writer", { ...command, user: "0:0", readOnlyRoot: false });
      const id = await engine.createContainer(made);
      await engine.startContainer(id);
      const write =
        'echo "$WORD" >/written; for n in 1 2 3 4 5 6 7 8; do cat /bin/sh >>/large; done';
      const options = { timeoutMs: 20_000, environment: ["WORD=given"] };

      expect(await engine.exec(id, ["/bin/sh", "-c", write], options)).toMatchObject({
        exitCode: 0,
      });
      const long = "n=0; while [ $n -lt 20000 ]; do echo line $n; n=$((n + 1)); done";
      const [start, end] = [
        await engine.exec(id, ["/bin/sh", "-c", long], options),
        await engine.exec(id, ["/bin/sh", "-c", long], { ...options, keeps: "end" }),
      ];

      expect(start.output).toMatch(/^line 0\n/);
      expect(end.output).toMatch(/\nline 19999\n$/);
      expect([start.output.length, end.output.length]).toEqual([65_536, 65_536]);
      expect(await engine.writtenBytes(id)).toBeGreaterThan(500_000);
      await engine.killContainer(id, "SIGKILL");
      await engine.waitContainer(id);
      const tar = Buffer.concat(await Array.fromAsync(await engine.exportContainer(id)));
      const items = readItems(tar);
      expect(items.find(({ path }) => path === "written")?.content).toBe("given\n");
      expect(items.some(({ path }) => path === "bin/sh")).toBe(true);
    });

    test("every file of an image can be read, and no helper is left", async () => {
      const tar = Buffer.concat(await Array.fromAsync(await engine.exportImage(image)));
      expect(tar.includes("bin/cat")).toBe(true);
      expect(await engine.imageHistory(image)).toHaveLength(1);
    });
  });
}
