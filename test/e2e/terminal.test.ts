import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { Rig } from "../support/rig.ts";

const qclock = path.resolve(import.meta.dirname, "../../bin/qclock.js");

interface OnTerminal {
  readonly exitCode: number | null;
  /** All that reached the screen, escape sequences included. */
  readonly screen: string;
}

/** What is typed once a text was seen. */
interface Typing {
  readonly after: string;
  readonly keys: string;
}

/**
 * Run qclock on a terminal of its own, which util-linux's `script` makes, and type: each text once
 * its question was seen, in turn.
 */
async function onTerminal(
  rig: Rig,
  args: readonly string[],
  ...typing: readonly Typing[]
): Promise<OnTerminal> {
  const command = [process.execPath, qclock, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn(
    "script",
    ["--quiet", "--return", "--command", `stty cols 100 rows 30; ${command}`, "/dev/null"],
    {
      cwd: rig.directory,
      env: { ...rig.environment, TERM: "xterm-256color" },
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  let screen = "";
  let typed = 0;
  let from = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
    const next = typing[typed];
    const seen = next === undefined ? -1 : screen.indexOf(next.after, from);
    if (next === undefined || seen === -1) return;
    typed += 1;
    from = seen + next.after.length;
    child.stdin.write(next.keys);
  });
  const { promise, resolve, reject } = Promise.withResolvers<OnTerminal>();
  child.on("error", reject);
  child.on("close", (exitCode) => resolve({ exitCode, screen }));
  return promise;
}

/** What is on a screen without the escape sequences. */
function textOf(screen: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are the subject
  return screen.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, "");
}

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
const synchronizedUpdate = "\u001B[?2026h";

describe.skipIf(!existsSync("/usr/bin/script"))("on a terminal", () => {
  test("up must draw a live tree, leave its last frame, and give the cursor back", async () => {
    await using rig = await Rig.create("tiny");
    const { exitCode, screen } = await onTerminal(rig, ["up"]);
    expect(exitCode).toBe(0);
    expect(screen).toContain(synchronizedUpdate);
    expect(screen.lastIndexOf(showCursor)).toBeGreaterThan(screen.lastIndexOf(hideCursor));
    const text = textOf(screen);
    const last = text.slice(text.lastIndexOf(`up ${rig.stack}`));
    expect(last).toMatch(
      /✔ image base[\s\S]*✔ image web[\s\S]*✔ service store[\s\S]*✔ service front/,
    );
    expect(last).toContain(`http://127.0.0.1:${rig.port}/`);
  });

  test("a run with nothing to do must draw nothing that moves", async () => {
    await using rig = await Rig.create("tiny");
    await rig.qclock(["build"]);
    const { exitCode, screen } = await onTerminal(rig, ["build"]);
    expect(exitCode).toBe(0);
    expect(screen).not.toContain(hideCursor);
    expect(screen).toMatch(/image base[\s\S]*up to date[\s\S]*nothing to do/);
  });

  test("Ctrl-C must be answered at once, end with 130 and give the cursor back", async () => {
    await using rig = await Rig.create("tiny");
    await rig.edit("stack.config.yaml", (text) =>
      text.replace("path: /index.html", "path: /never.html"),
    );
    const { exitCode, screen } = await onTerminal(rig, ["up"], {
      after: "waiting until ready",
      keys: "\u0003",
    });
    expect(exitCode).toBe(130);
    expect(screen).toContain("Stopping after SIGINT");
    expect(screen.lastIndexOf(showCursor)).toBeGreaterThan(screen.lastIndexOf(hideCursor));
    expect(await rig.observe()).toMatchObject({
      containers: expect.not.arrayContaining([expect.objectContaining({ state: "running" })]),
    });
  });

  test("exec must give the program the terminal and pass on what is typed", async () => {
    await using rig = await Rig.create("tiny");
    await rig.qclock(["up"]);
    const { exitCode, screen } = await onTerminal(
      rig,
      [
        "exec",
        "front",
        "/bin/busybox",
        "sh",
        "-c",
        "test -t 0 && echo is-a-terminal; read line; echo got:$line; exit 5",
      ],
      { after: "is-a-terminal", keys: "typed\r" },
    );
    expect(screen).toContain("got:typed");
    expect(exitCode).toBe(5);
  });

  test("run must give its container the terminal, and stats must renew its table in place", async () => {
    await using rig = await Rig.create("tiny");
    await rig.qclock(["up"]);
    const script = "test -t 0 && echo is-a-terminal; read line; echo got:$line; exit 5";
    const ran = await onTerminal(
      rig,
      ["run", "--entrypoint", "/bin/busybox", "front", "sh", "-c", script],
      { after: "is-a-terminal", keys: "typed\r" },
    );
    expect(ran.screen).toContain("got:typed");
    expect(ran.exitCode).toBe(5);

    // Two services and the titles are three lines, which are taken back.
    const renewed = "\u001B[3A\u001B[J";
    const stats = await onTerminal(rig, ["stats"], { after: renewed, keys: "\u0003" });
    expect(stats.exitCode).toBe(130);
    expect(stats.screen.split("BLOCK IN / OUT").length).toBeGreaterThan(2);
  });

  test("reset must ask for the stack's name before it removes data", async () => {
    await using rig = await Rig.create("with-data");
    await rig.qclock(["up"]);
    const refused = await onTerminal(rig, ["reset", "--purge-volumes"], {
      after: "Type the stack's name",
      keys: "yes\r",
    });
    expect(refused.exitCode).toBe(9);
    expect((await rig.observe()).volumes.length).toBeGreaterThan(0);

    const meant = await onTerminal(rig, ["reset", "--purge-volumes"], {
      after: "Type the stack's name",
      keys: `${rig.stack}\r`,
    });
    expect(meant.exitCode).toBe(0);
    expect((await rig.observe()).volumes).toEqual([]);
  });

  test("reset must take Ctrl-C for an interruption, and Ctrl-D for no", async () => {
    await using rig = await Rig.create("with-data");
    await rig.qclock(["up"]);
    const { volumes } = await rig.observe();
    for (const [keys, exitCode, said] of [
      ["\u0003", 130, "Interrupted by SIGINT"],
      ["\u0004", 9, "[would-lose-data]"],
    ] as const) {
      const ended = await onTerminal(rig, ["reset", "--purge-volumes"], {
        after: "Type the stack's name",
        keys,
      });
      expect(ended.exitCode).toBe(exitCode);
      expect(ended.screen).toContain(said);
      expect((await rig.observe()).volumes).toEqual(volumes);
    }
  });

  test("init must ask for what no option says, again after a mistake, and offer what is usual", async () => {
    await using rig = await Rig.create("empty");
    const { exitCode, screen } = await onTerminal(
      rig,
      ["init", "My Shop", "--port", "9001"],
      { after: "[qclock]: ", keys: "emtpy\r" },
      { after: 'Did you mean "empty"?', keys: "empty\r" },
      { after: "[my-shop]: ", keys: "Shop\r" },
      { after: 'Did you mean "shop"?', keys: "shop\r" },
      { after: "[none]: ", keys: "3\r" },
    );
    expect(textOf(screen)).toContain("shop, from the template empty, with postgres, written to My");
    expect(exitCode).toBe(0);
    expect(screen).not.toContain("Port of this machine");
    const manifest = path.join(rig.directory, "My Shop", "stack.config.yaml");
    const text = await readFile(manifest, "utf8");
    expect(text).toMatch(/^name: shop$/m);
    expect(text).toContain("${WEB_PORT:-9001}");
    expect(text).toContain("postgresql-15");
  });

  test("init must leave nothing after Ctrl-C or Ctrl-D, and give the terminal back", async () => {
    await using rig = await Rig.create("empty");
    const before = await readdir(rig.directory);
    for (const [keys, expected] of [
      ["\u0003", 130],
      ["\u0004", 2],
    ] as const) {
      const { exitCode } = await onTerminal(
        rig,
        ["init", "shop", "--template", "empty"],
        { after: "[shop]: ", keys: "\r" },
        { after: "[8080]: ", keys },
      );
      expect(exitCode).toBe(expected);
      expect((await readdir(rig.directory)).filter((name) => name !== ".home")).toEqual(before);
    }
  });
});

/** How many servers of tmux were started. */
let servers = 0;

/** What a pane of tmux shows when qclock has ended, its exit code in the last line. */
async function inTmux(
  rig: Rig,
  args: readonly string[],
  pane: { readonly columns: number; readonly locale: string },
): Promise<string> {
  // A server of its own: the one before may still be ending, and takes a session with it.
  const socket = path.join(rig.directory, `.tmux-${String((servers += 1))}`);
  const tmux = (...words: readonly string[]): string =>
    execFileSync("tmux", ["-u", "-S", socket, ...words], { encoding: "utf8", env: process.env });
  const environment = { ...rig.environment, LC_ALL: pane.locale };
  const variables = Object.entries(environment)
    .filter(([name]) => name !== "TERM")
    .map(([name, value]) => `'${name}=${value}'`);
  const run = [
    "env",
    "-u",
    "CI",
    "-u",
    "LANG",
    "-u",
    "LC_CTYPE",
    ...variables,
    process.execPath,
    qclock,
    ...args,
  ];
  const size = ["-x", String(pane.columns), "-y", "40"];
  const command = `cd '${rig.directory}' && ${run.join(" ")}; echo "exit $?"; exec sleep 600`;
  tmux("-f", "/dev/null", "new-session", "-d", ...size, command);
  try {
    return await vi.waitFor(
      () => {
        const shown = tmux("capture-pane", "-p", "-S", "-200");
        expect(shown).toMatch(/^exit \d+$/m);
        return shown;
      },
      { timeout: 60_000, interval: 100 },
    );
  } finally {
    tmux("kill-server");
  }
}

describe.skipIf(!existsSync("/usr/bin/tmux"))("in tmux", () => {
  test.each([
    [40, "C"],
    [60, "C.UTF-8"],
    [100, "C"],
  ] as const)(
    "at %d columns in the locale %s names are whole and signs are the locale's",
    async (columns, locale) => {
      await using rig = await Rig.create("tiny");
      const plan = await inTmux(rig, ["plan"], { columns, locale });
      expect(plan).toMatch(/\+ network front-publish/);
      const up = await inTmux(rig, ["up"], { columns, locale });
      expect(up).toContain("exit 0");
      for (const name of ["image base", "image web", "service store", "service front"])
        expect(up).toContain(name);
      expect(up.includes("✔")).toBe(locale !== "C");
      // eslint-disable-next-line no-control-regex -- the range of ASCII
      expect(/^[\u0000-\u007E]*$/.test(plan + up)).toBe(locale === "C");
      const verify = await inTmux(rig, ["verify"], { columns, locale });
      expect(verify).toContain("verified:");
    },
  );
});
