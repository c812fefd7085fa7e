import { type Architecture, isArchitecture } from "../os.ts";

/** How many bytes of a file tell which machine it is for. */
export const MACHINE_HEAD_BYTES = 20;

/** Names of ELF's numbers of machines. Source: the registry of e_machine values in the gABI. */
const machines: ReadonlyMap<number, string> = new Map([
  [0x03, "i386"],
  [0x15, "ppc64"],
  [0x16, "s390x"],
  [0x28, "arm"],
  [0x3e, "amd64"],
  [0xb7, "arm64"],
  [0xf3, "riscv64"],
]);

/** The 32-bit programs that the processors of an architecture run beside their own. */
const olderOnes: Readonly<Record<Architecture, string>> = { amd64: "i386", arm64: "arm" };

/**
 * The machine that an ELF file is for, by its first bytes: an architecture in Debian's spelling, or
 * `machine 0x2a`. Undefined for what is no ELF file.
 */
export function machineOf(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < MACHINE_HEAD_BYTES || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const isLittleEndian = bytes[5] === 1;
  const machine = isLittleEndian ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18);
  return machines.get(machine) ?? `machine 0x${machine.toString(16)}`;
}

/** Whether what is for a machine may run on an architecture. */
export function runsOn(machine: string, architecture: string): boolean {
  const older = isArchitecture(architecture) ? olderOnes[architecture] : undefined;
  return machine === architecture || machine === older;
}
