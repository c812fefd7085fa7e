import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from "node:fs";

/** The largest file that is read without letting others have a turn. */
const MAXIMUM_BYTES = 64 * 1024;

/**
 * A buffer for `readAtOnce`: a byte longer than what it takes, which shows that a file ends there.
 */
export function bufferAtOnce(): Buffer {
  return Buffer.allocUnsafe(MAXIMUM_BYTES + 1);
}

/**
 * All of a small file by its real path, in the buffer; undefined when it is not that easy:
 * `readReal` then reads it, or says what is wrong. The same holds here: no link is followed, and
 * the file is asked where it is before anything is read from it.
 *
 * It does not wait its turn, since five calls through Node's threads take twenty times the time of
 * the calls themselves. Of many files let others have a turn in between.
 */
export function readAtOnce(file: string, buffer: Buffer): Buffer | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NOCTTY, O_NONBLOCK } = constants;
  let fd: number | undefined;
  try {
    fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (readlinkSync(`/proc/self/fd/${fd}`) !== file) return undefined;
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size >= buffer.length) return undefined;
    for (let used = 0; used < buffer.length;) {
      const asked = buffer.length - used;
      const bytesRead = readSync(fd, buffer, used, asked, null);
      used += bytesRead;
      // Less than was asked for is the end, so that most files are read with one call.
      if (bytesRead === 0 || (bytesRead < asked && used >= stats.size))
        return buffer.subarray(0, used);
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
