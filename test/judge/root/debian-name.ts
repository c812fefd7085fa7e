import type { OsName } from "../../../src/os.ts";

/** The systems that apt is asked about. */
export type DebianName = Extract<OsName, `debian-${string}`>;
