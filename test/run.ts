/**
 * `npm test`: everything that the tests need, then every test. An Engine is found or installed; the
 * browser of the dashboard's test is Debian's Chromium.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const onCi = process.env["CI"] === "true";
const environment: NodeJS.ProcessEnv = { ...process.env };

step("build", process.execPath, ["build.ts"]);
ensureEngine();
ensureBrowser();
step("tests", process.execPath, [
  "node_modules/vitest/vitest.mjs",
  "run",
  ...process.argv.slice(2),
]);

function ensureEngine(): void {
  const { status } = spawnSync(process.execPath, ["bin/qclock.js", "engine", "ensure"], {
    stdio: "inherit",
  });
  if (status === 0) return;
  console.error("The integration and end-to-end tests need an Engine, and none can be had here.");
  process.exit(1);
}

function ensureBrowser(): void {
  const browser = "/usr/bin/chromium";
  if (!existsSync(browser)) installBrowser();
  if (existsSync(browser)) {
    environment["QCLOCK_TEST_BROWSER"] = browser;
    return;
  }
  console.error(`The test of the dashboard needs Debian's chromium, which cannot be had here.`);
  if (onCi) process.exit(1);
}

function installBrowser(): void {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  console.error("Installing Debian's chromium for the test of the dashboard...");
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
  } as const;
  const install = [
    "-y",
    "-qq",
    "install",
    "--no-install-recommends",
    "chromium",
    "fonts-dejavu-core",
  ];
  if (spawnSync("apt-get", install, options).status === 0) return;
  spawnSync("apt-get", ["-qq", "update"], options);
  const { status, stderr } = spawnSync("apt-get", install, options);
  if (status !== 0) console.error(stderr.trim());
}

function step(name: string, command: string, commandArguments: readonly string[]): void {
  const { status } = spawnSync(command, commandArguments, { stdio: "inherit", env: environment });
  if (status === 0) return;
  console.error(`${name} failed.`);
  process.exit(status ?? 1);
}
