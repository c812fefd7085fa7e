/**
 * `npm test`: everything that the tests need, then every test. An Engine is found or installed; the
 * browser of the dashboard's test is Debian's Chromium, and what gets the archive of the identity
 * service is Debian's Maven.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const onCi = process.env["CI"] === "true";
const environment: NodeJS.ProcessEnv = { ...process.env };

step("The build", ["build.ts"]);
step("The Engine, which the integration and end-to-end tests need,", [
  "bin/qclock.js",
  "engine",
  "ensure",
]);
ensureBrowser();
ensureMaven();
ensurePodman();
step("The test run", ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)]);

/** Without a browser its test is skipped, which a run that judges a change must not do. */
function ensureBrowser(): void {
  const browser = "/usr/bin/chromium";
  if (!existsSync(browser)) installBrowser();
  if (existsSync(browser)) {
    environment["QCLOCK_TEST_BROWSER"] = browser;
    return;
  }
  console.error("The test of the dashboard needs Debian's chromium, which cannot be had here.");
  if (onCi) process.exit(1);
}

function installBrowser(): void {
  install("the test of the dashboard", ["chromium", "fonts-dejavu-core"]);
}

/** The test of the identity service says itself what follows when there is none. */
function ensureMaven(): void {
  const paths = (environment["PATH"] ?? "").split(path.delimiter);
  if (paths.some((folder) => existsSync(path.join(folder, "mvn")))) return;
  install("the test of the identity service", ["maven"]);
}

/** The test of podman says itself what follows when there is none. */
function ensurePodman(): void {
  if (existsSync("/usr/bin/podman")) return;
  install("the test of podman as the Engine", [
    "podman",
    "netavark",
    "aardvark-dns",
    "catatonit",
    "iptables",
    "iproute2",
  ]);
}

function install(purpose: string, packages: readonly string[]): void {
  const [name = ""] = packages;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.error(`Installing ${name} takes root and apt-get.`);
    return;
  }
  console.error(`Installing Debian's ${name} for ${purpose}...`);
  const command = ["install", "--no-install-recommends", ...packages];
  if (apt(command).status === 0) return;
  // No lists yet, or lists so old that the mirror no longer has what they name.
  apt(["update"]);
  const { status, stderr } = apt(command);
  if (status !== 0) console.error(stderr.trim());
}

function apt(command: readonly string[]) {
  return spawnSync("apt-get", ["-y", "-qq", "-o", "DPkg::Lock::Timeout=120", ...command], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    encoding: "utf8",
    timeout: 300_000,
  });
}

function step(name: string, command: readonly string[]): void {
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: "inherit",
    env: environment,
  });
  if (status === 0) return;
  console.error(`${name} failed.`);
  process.exit(status ?? 1);
}
