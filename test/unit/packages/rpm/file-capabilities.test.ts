import { expect, test } from "vitest";
import { toCapabilities } from "../../../../src/packages/rpm/file-capabilities.ts";

/** As `setcap` of libcap 2.66 writes them. */
test.each([
  ["cap_net_raw=ep", "0100000200200000000000000000000000000000"],
  ["cap_setuid,cap_net_raw=ep", "0100000280200000000000000000000000000000"],
  ["cap_net_raw+p", "0000000200200000000000000000000000000000"],
  ["cap_net_admin,cap_net_raw+eip", "0100000200300000003000000000000000000000"],
  ["cap_perfmon,cap_bpf,cap_chown=ep", "010000020100000000000000c000000000000000"],
  ["= cap_chown=p", "0000000201000000000000000000000000000000"],
  ["all=p cap_chown-p", "00000002feffffff00000000ff01000000000000"],
  ["=p", "00000002ffffffff00000000ff01000000000000"],
])("%s is what the kernel keeps", (text, value) => {
  expect(toCapabilities(text)).toBe(value);
});

test.each(["", "=", "cap_chown=ep cap_chown="])("%j gives nothing", (text) => {
  expect(toCapabilities(text)).toBeUndefined();
});

test.each(["cap_net_raw", "cap_nothing=ep", "cap_chown=x", "cap_chown,=p", "\u001b=p"])(
  "%j is refused",
  (text) => {
    expect(() => toCapabilities(text)).toThrow(/is no (?:list of capabilities|capability)$/);
  },
);
