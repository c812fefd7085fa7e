import { AliasOf } from "../manifest-value.ts";

/** Anchors of what all services of an imported manifest share. */
export const anchors = {
  reason: "decide",
  service: "imported",
  policy: "imported-policy",
  capabilities: "capabilities",
  reasons: "capability-reasons",
} as const;

/** The reason of everything that is weaker than qclock's defaults since it was so in compose. */
export function decide(): AliasOf {
  return new AliasOf(anchors.reason);
}

/**
 * Capabilities that the Engine gives to containers of which nothing is said. Source: moby,
 * oci/caps/defaults.go.
 */
export const engineCapabilities: readonly string[] = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];
