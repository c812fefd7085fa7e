import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { connectEngine } from "../../../../src/docker/connect.ts";
import type { Engine } from "../../../../src/docker/engine.ts";
import { type Answer, json, startFakeEngine, stream } from "../../../support/fake-engine.ts";
import { createFakeSsh, type FakeSsh, type FakeSshOptions } from "../../../support/fake-ssh.ts";

const missing: Answer = async (response, request) => {
  await sleep(20);
  void json({ message: "no such container" }, 404)(response, request);
};

const container = json({
  Id: "a".repeat(64),
  Name: "/web",
  State: { Status: "running" },
  Config: { Tty: true, Labels: {} },
});

interface Parts extends AsyncDisposable {
  readonly ssh: FakeSsh;
  readonly connect: (url?: string) => Promise<Engine>;
}

async function anEngineFarAway(options: Partial<FakeSshOptions> = {}): Promise<Parts> {
  await using scope = new AsyncDisposableStack();
  const fake = scope.use(
    await startFakeEngine({
      routes: {
        "GET /containers/absent/json": missing,
        "GET /containers/web/json": container,
        "GET /containers/web/logs": stream(["one\n", "two\n"], "stall"),
      },
    }),
  );
  const engineSocket = fake.url.slice("unix://".length);
  const ssh = scope.use(await createFakeSsh({ engineSocket, ...options }));
  const owned = scope.move();
  return {
    ssh,
    connect: (url = "ssh://me@engine.example:2222") =>
      connectEngine({ host: url, environment: ssh.environment, homeDirectory: "/nonexistent" }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Thirty looks at once. */
async function lookMuch(engine: Engine): Promise<void> {
  const looks = Array.from({ length: 30 }, () => engine.inspectContainer("absent"));
  expect(await Promise.all(looks)).toEqual(Array.from({ length: 30 }, () => undefined));
}

test("the user's own ssh logs in once, however much is asked at the same time", async () => {
  await using far = await anEngineFarAway();
  {
    await using engine = await far.connect();
    expect(engine.endpoint.local).toBe(false);
    expect((await engine.info()).id).toBe("fake");
    await lookMuch(engine);
  }
  expect(await far.ssh.dials()).toEqual([
    expect.stringMatching(
      /^-T -o BatchMode=yes -o ConnectTimeout=15 -M -o ControlPersist=no -S \S+\/control -l me -p 2222 -- engine\.example docker system dial-stdio$/u,
    ),
  ]);
});

test("where sshd forwards nothing, looks wait for one of six connections that share the login", async () => {
  await using far = await anEngineFarAway({ forwards: false });
  {
    await using engine = await far.connect();
    await lookMuch(engine);
  }
  const [first, ...others] = await far.ssh.dials();
  expect(first).toContain(" -M ");
  expect(others.length).toBeGreaterThan(1);
  // One more of the call that found the Engine.
  expect(others.length).toBeLessThanOrEqual(7);
  for (const each of others) expect(each).toMatch(/-o ConnectTimeout=15 -S \S+\/control -l me/u);
});

test("what lasts takes no place of a short call", async () => {
  await using far = await anEngineFarAway({ forwards: false });
  await using engine = await far.connect();
  const readers = Array.from({ length: 8 }, () =>
    engine.logs("web", { follow: true })[Symbol.asyncIterator](),
  );
  const lines = await Promise.all(readers.map((reader) => reader.next()));
  expect(lines.map(({ value }) => value.text)).toEqual(Array.from({ length: 8 }, () => "one"));

  await lookMuch(engine);

  // Left early, as a probe leaves a log once it has found its line.
  await Promise.all(readers.map(async (reader) => reader.return?.()));
  await lookMuch(engine);
});

test("a call that is given up ends though no connection came about", async () => {
  await using far = await anEngineFarAway({ forwards: false });
  await using engine = await far.connect();
  const abort = new AbortController();
  const look = engine.inspectContainer("absent", abort.signal);
  abort.abort(new Error("enough"));
  await expect(look).rejects.toThrow("enough");
});

test("a folder for sockets is found where the variables name none that can be used", async () => {
  await using far = await anEngineFarAway();
  const connect = async (variables: Readonly<Record<string, string>>): Promise<Engine> =>
    connectEngine({
      host: "ssh://engine.example",
      environment: new Map([...far.ssh.environment, ...Object.entries(variables)]),
      homeDirectory: "/nonexistent",
    });
  const long = `/tmp/${"long/".repeat(20)}`;
  for (const XDG_RUNTIME_DIR of ["/nonexistent/run", long, "relative"]) {
    await using engine = await connect({ XDG_RUNTIME_DIR, TMPDIR: "/nonexistent/tmp" });
    await lookMuch(engine);
  }
  for (const words of await far.ssh.dials()) expect(words).toMatch(/ -S \/tmp\/qclock-ssh-/u);
});

test("without an ssh program that is said", async () => {
  await expect(
    connectEngine({
      host: "ssh://engine.example",
      environment: new Map([["PATH", "/nonexistent"]]),
      homeDirectory: "/nonexistent",
    }),
  ).rejects.toMatchObject({
    code: "engine-unreachable",
    message: expect.stringContaining("There is no ssh program"),
    hint: "Install an OpenSSH client.",
  });
});

test("logins are shared as the user's configuration shares them", async () => {
  await using far = await anEngineFarAway({ controlPath: "/run/user/1/ssh-%C" });
  {
    await using engine = await far.connect();
    await lookMuch(engine);
  }
  const calls = await far.ssh.calls();
  expect(calls.filter((line) => / -(?:M|S|O) /u.test(line))).toEqual([]);
  expect((await far.ssh.dials()).length).toBeLessThanOrEqual(7);
  expect(calls.filter((line) => line.includes("-G"))).toHaveLength(1);
});

test("a login that sshd drops is tried again, a few times", async () => {
  await using far = await anEngineFarAway({ dropped: 2 });
  {
    await using engine = await far.connect();
    await lookMuch(engine);
  }
  expect(await far.ssh.dials()).toHaveLength(3);

  await using closed = await anEngineFarAway({ dropped: 100 });
  await expect(closed.connect()).rejects.toMatchObject({
    code: "engine-unreachable",
    message: expect.stringContaining(
      "sshd hangs up on new connections to ssh://me@engine.example:2222, tried",
    ),
    hint: expect.stringContaining("MaxStartups"),
    details: [expect.stringContaining("kex_exchange_identification")],
  });
  expect(await closed.ssh.dials()).toHaveLength(5);
});

test("what ssh says of a login that is refused is told, and no other one is tried", async () => {
  const refusal = "me@engine.example: Permission denied (publickey).";
  await using far = await anEngineFarAway({ refusal });
  await expect(far.connect("ssh://me@engine.example")).rejects.toMatchObject({
    code: "engine-unreachable",
    message: expect.stringContaining(
      "ssh could not reach the Engine at ssh://me@engine.example (exit code 255), tried ssh://me@engine.example (--host)",
    ),
    details: [expect.stringContaining("Permission denied (publickey).")],
  });
  expect(await far.ssh.dials()).toHaveLength(1);
});

test("a greeting of the shell at the other end is no answer of an Engine", async () => {
  await using far = await anEngineFarAway({ greeting: "Welcome to this machine" });
  await expect(far.connect()).rejects.toMatchObject({
    code: "engine-unreachable",
    message: expect.stringContaining("does not speak HTTP"),
    details: [expect.stringContaining("Welcome to this machine")],
  });
});

test("a port is forwarded once as the Engine's machine reaches it, where sshd forwards any", async () => {
  await using far = await anEngineFarAway();
  await using engine = await far.connect();
  const first = await engine.forward?.("127.0.0.1", 8080);
  expect(first).toMatch(/^\/.+\/qclock-ssh-\w+\/1$/u);
  expect(await engine.forward?.("127.0.0.1", 8080)).toBe(first);
  expect(await engine.forward?.("fd00::2", 80)).not.toBe(first);
  const forwarded = (await far.ssh.calls()).filter((line) => line.includes("-O forward"));
  expect(forwarded.map((line) => line.replace(/^.* -L \S+?:(\S+) .*$/u, "$1")).slice(1)).toEqual([
    "127.0.0.1:8080",
    "[fd00::2]:80",
  ]);

  await using strict = await anEngineFarAway({ forwards: false });
  await using refused = await strict.connect();
  expect(await refused.forward?.("127.0.0.1", 8080)).toBe(undefined);
});
