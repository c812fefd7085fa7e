import { existsSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { recallEntries } from "../../../src/image/layers/layer-cache.ts";
import type { Lock } from "../../../src/packages/package.ts";
import { build } from "../../../src/run/build.ts";
import type { RunContext } from "../../../src/run/context.ts";
import { anImage } from "../../support/builders.ts";
import { contentsOf } from "../../support/tar.ts";
import { file } from "../../support/deb.ts";
import { type FakePackage, startFakeMirror } from "../../support/fake-mirror.ts";
import { aDownloader } from "../../support/lock-request.ts";
import { createTestStack, type TestStack } from "../../support/runtime.ts";
import { hostPrograms } from "../../support/small-image.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { readFile } from "node:fs/promises";

// The mirror's packages are for amd64, and the programs in them this machine's.
beforeEach(({ skip }) => skip(process.arch !== "x64"));

/** A system of some programs of this machine, of which none is in the interpreter's table. */
const system: FakePackage = {
  name: "system",
  files: hostPrograms(["/bin/sh", "/usr/bin/perl", "/bin/sleep", "/bin/cat", "/bin/ls"]).map(
    ([at, content]) => file(at, content, { mode: 0o755 }),
  ),
};

const perl = (text: string): string => `/usr/bin/perl -e '${text}'`;

/** A stack of its own with one image of these packages, whose scripts may be run. */
async function aStack(packages: readonly FakePackage[]) {
  await using resources = new AsyncDisposableStack();
  const rig = resources.use(await createTestStack());
  const mirror = resources.use(await startFakeMirror([system, ...packages]));
  const { store } = resources.use(await temporaryStore());
  const names = [system, ...packages].map(({ name }) => name);
  const app = anImage("app", {
    reference: `qclock.invalid/${rig.name}/app:latest`,
    packages: names,
    scripts: "run",
  });
  const { images, ...stack } = rig.stack({ services: [], images: [app] });
  const locks: Lock[] = [];
  const context = (changes: Partial<RunContext> = {}): RunContext =>
    rig.context(
      { ...stack, architecture: "amd64", images: new Map([["app", app]]) },
      {
        store,
        downloader: aDownloader(store).downloader,
        mirrors: async () => mirror.mirrors,
        keys: mirror.keys,
        lock: locks.at(-1),
        lockMode: "use",
        writeLock: async (lock) => void locks.push(lock),
        ...changes,
      },
    );
  const owned = resources.move();
  return {
    rig,
    store,
    context,
    /** What the lock says of the image now. */
    locked: () => locks.at(-1)?.targets.get("debian-12/amd64")?.images.get("app"),
    /** The files of the layer of scripts, as text. */
    async made(): Promise<ReadonlyMap<string, string>> {
      const { runLayer = "sha256:" } =
        locks.at(-1)?.targets.get("debian-12/amd64")?.images.get("app") ?? {};
      const tar = await readFile((await store.find(runLayer)) ?? "");
      return new Map([...contentsOf(tar)].map(([at, bytes]) => [at, bytes.toString("utf8")]));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Containers of a stack, its helpers included, and images that bear its name. */
async function leftOf(rig: TestStack): Promise<readonly string[]> {
  const labelled = await rig.labelled();
  return labelled.filter((each) => each !== `image qclock.invalid/${rig.name}/app:latest`);
}

function runsOf(rig: TestStack): number {
  return rig.events.filter(
    (event) => event.type === "phase-started" && event.phase === "scripts:app",
  ).length;
}

test("what cannot be interpreted is run in a container, its layer is in the image and its digest in the lock", async () => {
  const postinst = [
    "#!/bin/sh",
    "set -e",
    perl('open F, ">/opt-made"; print F "made by $ENV{DPKG_MAINTSCRIPT_PACKAGE}: @ARGV"'),
    'cat /opt-made >/seen; echo "$*" >>/seen',
    // As dpkg-trigger leaves it.
    'echo "look -" >>/var/lib/dpkg/triggers/Unincorp',
  ].join("\n");
  const watcher = {
    name: "watcher",
    files: [file("opt/watcher", "")],
    control: {
      triggers: "interest look\n",
      postinst: `#!/bin/sh\nif [ "$1" = triggered ]; then echo "$*" >>/told; fi\n`,
    },
  };
  await using world = await aStack([
    { name: "maker", files: [file("opt/maker", "")], control: { postinst } },
    watcher,
  ]);

  const first = await build(world.context(), {});

  expect(first.status).toBe("succeeded");
  expect(Object.fromEntries(await world.made())).toEqual({
    "opt-made": "made by maker: ",
    seen: "made by maker: configure \n",
    told: "triggered look\n",
  });
  const entries = await recallEntries(world.locked()?.runLayer ?? "sha256:", world.store);
  expect(["opt-made", "seen", "told"].map((at) => entries?.find(at)?.origin)).toEqual([
    { type: "script", package: "maker" },
    { type: "script", package: "maker" },
    { type: "script", package: "watcher" },
  ]);
  const held = await world.rig.engine.inspectImage(`qclock.invalid/${world.rig.name}/app:latest`);
  const { packagesLayer, runLayer } = world.locked() ?? {};
  expect(held?.diffIds).toEqual([packagesLayer, runLayer]);
  expect(first.steps.map(({ step }) => step)).toContain("run");
  expect(world.rig.events).toContainEqual(
    expect.objectContaining({
      type: "phase-started",
      title: 'Running scripts of maker in a container of image "app"',
    }),
  );
  expect(await leftOf(world.rig)).toEqual([]);

  await build(world.context(), {});
  expect(runsOf(world.rig)).toBe(1);

  // Another machine, with the lock alone.
  await using elsewhere = await temporaryStore();
  const { store } = elsewhere;
  const { downloader } = aDownloader(store);
  await world.rig.engine.removeImage(`qclock.invalid/${world.rig.name}/app:latest`);
  await build(world.context({ store, downloader }), {});
  expect(runsOf(world.rig)).toBe(2);
  expect(world.locked()?.runLayer).toBe(runLayer);
});

test("a script that is run has no network, no host, few privileges and a fixed environment", async () => {
  const look = [
    "#!/bin/sh",
    "set -e",
    perl(
      'open F, ">/env"; print F map { "$_=$ENV{$_}\\n" } grep { !/^(?:PWD|_|SHLVL|OLDPWD|HOSTNAME)$/ } sort keys %ENV',
    ),
    "cat /proc/self/status >/status",
    "cat /proc/net/dev >/net",
    "cat /proc/mounts >/mounts",
    "ls /dev >/devices",
    'echo "192.0.2.1 planted" >>/etc/hosts',
    'echo "passing" >/tmp/passing',
    // mknod(2) of a device, mount(2), sethostname(2) of x86_64.
    perl(
      'for $call ([133, "/node", 020666, 259], [165, "none", "/opt", "tmpfs", 0, 0], [170, "x", 1]) { $! = 0; syscall(shift @$call, @$call); push @said, $! + 0 } open F, ">/refused"; print F "@said"',
    ),
  ].join("\n");
  await using world = await aStack([
    { name: "looker", files: [file("opt/looker", "")], control: { postinst: look } },
  ]);

  await build(world.context(), {});

  const made = await world.made();
  expect([...made.keys()].toSorted()).toEqual([
    "devices",
    "env",
    "mounts",
    "net",
    "refused",
    "status",
  ]);
  expect(made.get("env")).toMatch(
    /^DEBCONF_NONINTERACTIVE_SEEN=true\nDEBIAN_FRONTEND=noninteractive\nDPKG_ADMINDIR=\/var\/lib\/dpkg\nDPKG_MAINTSCRIPT_ARCH=amd64\nDPKG_MAINTSCRIPT_NAME=postinst\nDPKG_MAINTSCRIPT_PACKAGE=looker\nDPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1\nDPKG_ROOT=\nFORCE_SOURCE_DATE=1\nHOME=\/root\nLC_ALL=C\.UTF-8\nPATH=\/usr\/local\/sbin:\/usr\/local\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin\nPERL_HASH_SEED=0\nPYTHONHASHSEED=0\nSOURCE_DATE_EPOCH=\d+\nTZ=UTC\n$/,
  );
  const status = made.get("status") ?? "";
  // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETGID, SETUID.
  for (const set of ["CapPrm", "CapEff", "CapBnd"])
    expect(status).toMatch(new RegExp(`^${set}:\\s+00000000000000db$`, "m"));
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  expect(status).toMatch(/^Seccomp:\s+2$/m);
  const interfaces = [...(made.get("net") ?? "").matchAll(/^\s*(\S+):/gm)].map(([, name]) => name);
  expect(interfaces).toEqual(["lo"]);
  expect(made.get("mounts")).not.toMatch(/docker\.sock/);
  expect(made.get("devices")?.trim().split("\n")).not.toContain("sda");
  // EPERM each.
  expect(made.get("refused")).toBe("1 1 1");
});

test("a script that fails ends the build with its last words, and nothing of it is kept", async () => {
  const postinst = `#!/bin/sh\n${perl('print "\\e[31mno such format\\n"; exit 3')}\n`;
  await using world = await aStack([
    { name: "breaker", files: [file("opt/breaker", "")], control: { postinst } },
  ]);

  for (const count of [1, 2]) {
    const { status, nodes } = await build(world.context(), {});
    expect(status).toBe("failed");
    expect(nodes.map(({ outcome }) => outcome)).toContainEqual(
      expect.objectContaining({
        error: expect.objectContaining({
          code: "script-failed",
          message: 'The postinst of breaker, run for image "app", ended with status 3.',
          details: expect.arrayContaining(["?[31mno such format"]),
        }),
      }),
    );
    expect(runsOf(world.rig)).toBe(count);
  }
  expect(world.locked()?.runLayer).toBeUndefined();
  expect(await leftOf(world.rig)).toEqual([]);
});

test("an interrupted run leaves no container, no image and no layer", async () => {
  const postinst = `#!/bin/sh\n${perl("sleep 600")}\n`;
  await using world = await aStack([
    { name: "sleeper", files: [file("opt/sleeper", "")], control: { postinst } },
  ]);
  const interruption = new AbortController();
  const running = build(world.context({ signal: interruption.signal }), {}).catch(
    (error: unknown) => error,
  );
  await expect
    .poll(async () => sleepers(world.rig), { timeout: 60_000, interval: 100 })
    .toHaveLength(1);
  interruption.abort(new Error("stop"));
  await running;

  expect(await leftOf(world.rig)).toEqual([]);
  expect(world.locked()?.runLayer).toBeUndefined();
  expect(existsSync(path.join(world.store.directory, "notes", "ran-scripts"))).toBe(false);
});

/** Processes that sleep in a container of the stack. */
async function sleepers({ engine, name }: TestStack): Promise<readonly string[]> {
  const nothing = { imageReferences: [], containerNames: [], networkNames: [], volumeNames: [] };
  const { containers } = await engine.observe({ stack: name, ...nothing });
  const found = await Promise.all(containers.map(({ id }) => engine.processes(id)));
  return found
    .flatMap((processes) => processes ?? [])
    .map(({ command }) => command)
    .filter((command) => command.includes("perl"));
}
