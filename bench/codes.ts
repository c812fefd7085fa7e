/**
 * `npm run codes`: brings up the stack qrcode under a name of its own, asks its API for codes, so
 * many at a time, reads each of them again with another program, and sends requests to the broker
 * that it must refuse. Fails with 1 when a code is missing or wrong, when a worker is left, or when
 * a refusal was not counted. Needs an Engine, the docker command and an index of Python packages.
 *
 *   npm run codes -- --count 1000 --at-once 20
 */
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../test/support/free-port.ts";
import { makeCodes, readStats, someTexts, workersOf } from "../test/support/qr-client.ts";
import { startQrDecoder } from "../test/support/qr-decoder.ts";
import { ownEnvironment } from "./environment.ts";

const root = path.resolve(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    "at-once": { type: "string", default: "20" },
    refusals: { type: "string", default: "100" },
  },
});
const count = Number(values.count);
const refusals = Number(values.refusals);
const stack = `codes-${process.pid}`;
const directory = await mkdtemp(path.join(tmpdir(), "qclock-codes-"));
const environment = {
  ...ownEnvironment(),
  QCLOCK_STACK: stack,
  QRCODE_PORT: String(await freePort()),
};
await cp(path.join(root, "stacks", "qrcode"), directory, { recursive: true });

/** A request that would start another container, if the broker passed it on. */
const refused = `import socket
for _ in range(${refusals}):
    with socket.socket(socket.AF_UNIX) as broker:
        broker.connect("/run/qrcode/gate/broker.sock")
        broker.sendall(b"POST /containers/create HTTP/1.1\\r\\nHost: b\\r\\nContent-Type: application/json\\r\\nContent-Length: 18\\r\\n\\r\\n{\\"Image\\":\\"alpine\\"}")
        assert broker.recv(99).startswith(b"HTTP/1.1 404 "), "it was not refused"
`;

try {
  await using decoder = await startQrDecoder(environment);
  const url = (await qclock(["up"])).trim();
  const texts = someTexts(count);
  const startedAt = performance.now();
  const [answers] = await Promise.all([
    makeCodes(url, texts, Number(values["at-once"])),
    qclock(["exec", "-T", "api", "python3", "-"], refused),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  const read = await decoder.decode(answers.map(({ body }) => body));
  const right = texts.filter((text, index) => String(read[index]) === text).length;
  const left = await workersOf(stack);
  const stats = await readStats(url);
  const times = answers.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${((times[Math.ceil(times.length * share) - 1] ?? 0) / 1000).toFixed(1)} s`;
  console.log(
    `${count} codes, ${values["at-once"]} at a time: ${right} read as they were written, in ${seconds.toFixed(0)} s ` +
      `(${(count / seconds).toFixed(1)} a second; median ${at(0.5)}, 95 % within ${at(0.95)}, longest ${at(1)}); ` +
      `${left.length} workers left, ${stats.refused["path"] ?? 0} of ${refusals} refusals counted`,
  );
  console.log(JSON.stringify(stats));
  if (right < count || left.length > 0 || stats.refused["path"] !== refusals) process.exitCode = 1;
} finally {
  await qclock(["reset", "--purge-volumes", "--images", "--yes"]);
  await rm(directory, { recursive: true, force: true });
}

async function qclock(args: readonly string[], input = ""): Promise<string> {
  const child = spawn(process.execPath, [path.join(root, "bin", "qclock.js"), ...args], {
    cwd: directory,
    env: environment,
  });
  let output = "";
  let log = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("close", resolve);
  const exitCode = await promise;
  if (exitCode === 0) return output;
  throw new Error(`qclock ${args.join(" ")} ended with ${exitCode}:\n${log}`);
}
