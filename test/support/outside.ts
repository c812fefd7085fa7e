import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A machine beyond this one, with one TCP port. */
export interface Outside extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Open a connection from there; whether anything answered it. */
  reaches(host: string, port: number): Promise<boolean>;
}

/** Whether such a machine can be made: on Linux, as root. */
export async function canBeOutside(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return run("ip", ["netns", "list"]).then(
    () => true,
    () => false,
  );
}

/**
 * A network namespace, tied to this machine's by a cable, that knows this machine and nothing
 * behind it, as any machine beside it does. Its addresses are of the range for tests of network
 * devices (RFC 2544).
 */
export async function createOutside(): Promise<Outside> {
  const id = randomBytes(3).toString("hex");
  const [name, here, there] = [`qct-${id}`, `qct${id}a`, `qct${id}b`];
  const [third = 0, fourth = 0] = randomBytes(2);
  const [ours, theirs] = [1, 2].map((n) => `198.18.${third}.${(fourth & 0xfc) + n}`);
  if (ours === undefined || theirs === undefined) throw new Error("there are two addresses");
  const inside = async (...command: readonly string[]): Promise<unknown> =>
    run("ip", ["netns", "exec", name, ...command]);
  await run("ip", ["netns", "add", name]);
  await run("ip", ["link", "add", here, "type", "veth", "peer", "name", there, "netns", name]);
  await run("ip", ["addr", "add", `${ours}/30`, "dev", here]);
  await run("ip", ["link", "set", here, "up"]);
  await inside("ip", "addr", "add", `${theirs}/30`, "dev", there);
  await inside("ip", "link", "set", there, "up");
  await inside("ip", "link", "set", "lo", "up");
  const program = `require("net").createServer((s) => s.on("error", () => {}).end("ok")).listen(0, "${theirs}", function () { console.log(this.address().port) })`;
  const server = spawn("ip", ["netns", "exec", name, process.execPath, "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(server.stdout, "data");
  return {
    address: theirs,
    port: Number(String(line)),
    async reaches(host, port) {
      const target = host === "" ? ours : host;
      const attempt = `const s = require("net").connect(${port}, "${target}"); s.setTimeout(5000, () => process.exit(1)); s.write("GET / HTTP/1.0\\r\\n\\r\\n"); s.on("error", () => process.exit(1)); s.on("data", () => process.exit(0)); s.on("end", () => process.exit(1))`;
      return inside(process.execPath, "-e", attempt).then(
        () => true,
        () => false,
      );
    },
    async [Symbol.asyncDispose]() {
      if (server.exitCode === null && server.kill("SIGKILL")) await once(server, "exit");
      await run("ip", ["link", "del", here]);
      await run("ip", ["netns", "del", name]);
    },
  };
}
