import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** Reads codes with a program that has nothing in common with the one that makes them. */
export interface QrDecoder extends AsyncDisposable {
  /** The bytes in each picture, in order; empty where there is no code. */
  decode(pictures: readonly Buffer[]): Promise<readonly Buffer[]>;
}

/** zbar of Debian, which takes one picture a line in base64, and answers likewise. */
const manifest = `name: decoder
images:
  decoder:
    from: scratch
    packages: { debian-12: [bash, coreutils, zbar-tools] }
    user: "10001:10001"
    entrypoint: [/bin/bash, /decode]
    files: [{ path: decode, target: /decode }]
`;
const script = `set -u
while read -r line; do
  base64 -d <<<"$line" >/tmp/code.png
  zbarimg --quiet --raw --oneshot -Sbinary /tmp/code.png 2>/dev/null | base64 -w0
  echo
done
`;

/** Build the decoder's image with qclock, under a name of its own. */
export async function startQrDecoder(environment: NodeJS.ProcessEnv): Promise<QrDecoder> {
  const stack = `decoder-${randomBytes(4).toString("hex")}`;
  const directory = await mkdtemp(path.join(tmpdir(), "qclock-decoder-"));
  await writeFile(path.join(directory, "stack.config.yaml"), manifest);
  await writeFile(path.join(directory, "decode"), script);
  const qclock = async (args: readonly string[]): Promise<string> =>
    run(process.execPath, [path.join(root, "bin", "qclock.js"), ...args], {
      directory,
      environment: { ...environment, QCLOCK_STACK: stack },
    });
  const reference = (await qclock(["build"])).trim();
  return {
    async decode(pictures) {
      const container =
        "run --rm -i --network none --read-only --tmpfs /tmp --env HOME=/tmp --memory 256m";
      const input = pictures.map((picture) => `${picture.toString("base64")}\n`).join("");
      const args = [...container.split(" "), reference];
      const output = await run("docker", args, { directory, environment, input });
      const lines = output.split("\n").slice(0, -1);
      return lines.map((line) => Buffer.from(line, "base64"));
    },
    async [Symbol.asyncDispose]() {
      await qclock(["reset", "--images", "--yes"]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function run(
  program: string,
  args: readonly string[],
  options: {
    readonly directory: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly input?: string;
  },
): Promise<string> {
  const child = spawn(program, args, { cwd: options.directory, env: options.environment });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("close", resolve);
  const exitCode = await promise;
  if (exitCode === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")} ended with ${exitCode}:\n${stderr}`);
}
