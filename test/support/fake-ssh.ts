import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-store.ts";

export interface FakeSshOptions {
  /** Path of the socket that every call of it leads to. */
  readonly engineSocket: string;
  /** What a sshd that forwards nothing refuses. */
  readonly forwards?: boolean;
  /** What the user's configuration says of the socket for sharing logins. */
  readonly controlPath?: string;
  /** Logins that are dropped before one is let in. */
  readonly dropped?: number;
  /** What is written to its output before anything else, as by a shell's greeting. */
  readonly greeting?: string;
  /** What the machine says to whoever is refused. */
  readonly refusal?: string;
}

/** An `ssh` program that logs in to no machine. */
export interface FakeSsh extends AsyncDisposable {
  /** Variables under which it is the `ssh` that is run. */
  readonly environment: ReadonlyMap<string, string>;
  /** The words of each call, in order. */
  calls(): Promise<readonly string[]>;
  /** The calls that run a program at the other end which leads to the Engine. */
  dials(): Promise<readonly string[]>;
}

/** Make one in a folder of its own. */
export async function createFakeSsh({
  engineSocket,
  forwards = true,
  controlPath,
  dropped = 0,
  greeting = "",
  refusal,
}: FakeSshOptions): Promise<FakeSsh> {
  const folder = await temporaryFolder();
  const log = join(folder.path, "log");
  const tries = join(folder.path, "tries");
  const dial = `const s=require("net").connect(${JSON.stringify(engineSocket)});process.stdin.pipe(s);s.pipe(process.stdout)`;
  const configuration =
    controlPath === undefined ? "echo controlmaster false" : `echo "controlpath ${controlPath}"`;
  const script = `#!/bin/sh
echo "$*" >> ${log}
case " $* " in
  *" -G "*) ${configuration}; exit 0 ;;
  *" -O forward "*)
    ${forwards ? "" : "exit 255"}
    for word; do case "$word" in /*:/*) ln -s "\${word#*:}" "\${word%%:*}" ;; esac; done
    exit 0 ;;
  *" context inspect "*) echo "unix://${engineSocket}"; exit 0 ;;
esac
${refusal === undefined ? "" : `echo "${refusal}" >&2; exit 255`}
echo >> ${tries}
if [ "$(wc -l < ${tries})" -le ${dropped} ]; then
  echo "kex_exchange_identification: Connection closed by remote host" >&2
  exit 255
fi
printf '%s' "${greeting}"
exec ${process.execPath} -e '${dial}'
`;
  const program = join(folder.path, "ssh");
  await writeFile(log, "");
  await writeFile(program, script);
  await chmod(program, 0o755);
  const calls = async (): Promise<readonly string[]> =>
    (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
  return {
    environment: new Map([
      ["PATH", `${folder.path}:/usr/bin:/bin`],
      ["XDG_RUNTIME_DIR", folder.path],
    ]),
    calls,
    dials: async () => (await calls()).filter((line) => line.endsWith("system dial-stdio")),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
