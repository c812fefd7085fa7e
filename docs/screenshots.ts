import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { launchBrowser } from "../test/support/browser.ts";
import { freePort } from "../test/support/free-port.ts";
import { walks } from "./screenshots/walks.ts";

// `npm run screenshots -- NAME`: bring up a copy of stacks/NAME, or of the project's own stack,
// beside whatever runs, walk through it as docs/screenshots/walks.ts has it, and keep the pictures
// in docs/images.

const root = path.resolve(import.meta.dirname, "..");
const [stack = ""] = process.argv.slice(2);
const walk = walks.get(stack);
if (walk === undefined) {
  throw new Error(`Say of which stack: npm run screenshots -- ${[...walks.keys()].join(" | ")}`);
}
const directory = await mkdtemp(path.join(tmpdir(), "qclock-screenshots-"));
const source = walk.project === undefined ? path.join(root, "stacks", stack) : root;
for (const name of walk.project ?? ["."])
  await cp(path.join(source, name), path.join(directory, name), { recursive: true });
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  ...walk.environment,
  QCLOCK_OS: "debian-12",
  QCLOCK_STACK: `screenshots-${randomBytes(4).toString("hex")}`,
};
for (const name of walk.ports) environment[name] = String(await freePort());
const browser = await launchBrowser();
try {
  const urls = (await qclock(["up"])).split("\n").filter((line) => line !== "");
  await walk.run({
    urls,
    browser,
    qclock,
    save: async (page, name) => {
      await page.screenshot({ path: path.join(root, "docs", "images", `${stack}-${name}.png`) });
    },
  });
} finally {
  await browser.close();
  await qclock(["reset", "--purge-volumes", "--images", "--yes"]);
  await rm(directory, { recursive: true, force: true });
}

async function qclock(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [path.join(root, "bin", "qclock.js"), ...args], {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("close", resolve);
  const exitCode = await promise;
  if (exitCode === 0) return output;
  throw new Error(`qclock ${args.join(" ")} ended with ${exitCode}.`);
}
