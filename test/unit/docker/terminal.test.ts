import { Duplex, PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { withCaller } from "../../../src/docker/calls/terminal.ts";

/** A frame of the Engine's multiplexed stream. */
function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** A command that writes without an end, and what it was told of its connection. */
function endless(stream: 1 | 2, times = Infinity): Duplex {
  let written = 0;
  return new Duplex({
    read() {
      written += 1;
      this.push(written > times ? null : frame(stream, "y\n".repeat(40_000)));
    },
    write: (_, __, done) => done(),
  });
}

/** An output whose reader has gone away, as standard output has it: each write fails. */
function unread(): Writable {
  const stream = new Writable({
    autoDestroy: false,
    highWaterMark: 10,
    write: (_, __, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
  });
  // As the process does; see cli/process/output.ts.
  return stream.on("error", () => undefined);
}

const resize = async (): Promise<void> => undefined;

test.each<readonly [string, 1 | 2, boolean]>([
  ["output", 1, false],
  ["output", 1, true],
  ["messages", 2, false],
])("a command is left when the reader of its %s went away", async (_, stream, tty) => {
  const connection = endless(stream);
  const [read, gone] = [new PassThrough(), unread()];
  const [stdout, stderr] = stream === 1 ? [gone, read] : [read, gone];
  const options = { tty, attachStdin: false, stdin: new PassThrough(), stdout, stderr };
  const ended = withCaller(connection, options, { resize, signal: undefined });
  await expect(ended).resolves.toBe("unread");
  expect(connection.destroyed).toBe(true);
});

test("a command whose output is read is followed to its end, and a start that fails is told", async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.resume();
  const options = { tty: false, attachStdin: false, stdin: new PassThrough(), stdout, stderr };
  await expect(withCaller(endless(1, 3), options, { resize, signal: undefined })).resolves.toBe(
    "ended",
  );
  const start = async (): Promise<void> => await Promise.reject(new Error("no such program"));
  await expect(
    withCaller(endless(1, 3), options, { start, resize, signal: undefined }),
  ).rejects.toThrow("no such program");
});
