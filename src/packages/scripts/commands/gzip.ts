import { gunzipSync } from "node:zlib";
import type { Command } from "../command.ts";
import { LimitReached, scriptLimits } from "../limits.ts";
import { baseName, readOptions } from "./options.ts";
import { countText } from "./lines.ts";
import { complain } from "./report.ts";

/**
 * `gzip -cd`, `gunzip -c` and `zcat`: what is packed, unpacked to the output. Files are not packed
 * here.
 */
export const gzip: Command = (call) => {
  const { has, operands } = readOptions(call, {
    unpack: "-d --decompress --uncompress",
    toOutput: "-c --stdout --to-stdout",
    force: "-f --force",
    quiet: "-q --quiet",
  });
  const name = baseName(call.name);
  const isUnpacking = name !== "gzip" || has("unpack");
  const isToOutput = name === "zcat" || has("toOutput") || operands.length === 0;
  if (!isUnpacking || !isToOutput) return call.unsupported(`${name} of a file in its place`);
  let status = 0;
  for (const operand of operands.length === 0 ? ["-"] : operands) {
    const packed = operand === "-" ? call.stdin.readAll() : call.readFile(operand);
    const bytes = unpacked(packed);
    if (bytes === undefined) {
      const file = operand === "-" ? "stdin" : operand;
      status = complain(call, `${file}: not in gzip format`);
      continue;
    }
    countText(call, bytes);
    call.stdout.write(bytes);
  }
  return status;
};

/** Undefined where it is not packed. */
function unpacked(packed: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: scriptLimits.outputBytes });
  } catch (error) {
    if (error instanceof RangeError) throw new LimitReached("outputBytes");
    return undefined;
  }
}
