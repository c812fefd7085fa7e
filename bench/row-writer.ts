import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Writes rows into the database of a QClock stack, one after the other, for as long as the scope
 * lasts.
 */
export interface RowWriter extends AsyncDisposable {
  /** Numbers of the rows that the database has said it keeps. */
  readonly acknowledged: ReadonlySet<number>;
  /** Numbers of the rows that are there now. */
  read(): Promise<ReadonlySet<number>>;
}

const client =
  'exec mariadb --socket=/run/qclock/mariadb.sock --user=qclock --password="$(cat /run/secrets/db_password)" --database=qclock --batch --skip-column-names --unbuffered';

/**
 * Start writing. The container may come and go: then the client does, and a row that was under way
 * is not counted.
 */
export async function startRowWriter(container: string): Promise<RowWriter> {
  const acknowledged = new Set<number>();
  const stop = new AbortController();
  const connect = (): ChildProcessWithoutNullStreams =>
    spawn("docker", ["exec", "-i", container, "bash", "-c", client]);
  await run(connect(), "CREATE TABLE IF NOT EXISTS kills (id BIGINT PRIMARY KEY) ENGINE=InnoDB;");
  let next = 1;
  const write = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const session = connect();
      const end = (): void => void session.kill("SIGKILL");
      stop.signal.addEventListener("abort", end, { once: true });
      session.stdin.on("error", () => undefined);
      session.stderr.resume();
      // With an end of its own: a line that is cut short by a kill names another row.
      const ask = (): void =>
        void session.stdin.write(
          `INSERT INTO kills VALUES (${next});SELECT 'kept ${next} whole';\n`,
        );
      ask();
      for await (const line of createInterface({ input: session.stdout })) {
        if (line !== `kept ${next} whole`) continue;
        acknowledged.add(next);
        next += 1;
        ask();
      }
      stop.signal.removeEventListener("abort", end);
      // One that was under way may have been kept all the same; its number is not used again.
      next += 1;
      await sleep(100);
    }
  };
  const writing = write();
  return {
    acknowledged,
    async read() {
      const lines = await run(connect(), "SELECT id FROM kills;");
      return new Set(lines.map(Number));
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await writing;
    },
  };
}

/** Run statements to their end; resolves with the lines of the answer. */
async function run(
  session: ChildProcessWithoutNullStreams,
  statements: string,
): Promise<readonly string[]> {
  let [output, errors] = ["", ""];
  session.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  session.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  session.stdin.end(`${statements}\n`);
  const code = await new Promise((resolve) => void session.once("close", resolve));
  if (code !== 0) throw new Error(`The database did not answer: ${errors}`);
  return output.split("\n").filter((line) => line !== "");
}
