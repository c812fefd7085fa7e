import { expect, test } from "vitest";
import { toCapabilities } from "../../../../../src/packages/rpm/header/file-capabilities.ts";

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
  ["cap_chown=eip cap_chown-e", "0000000201000000010000000000000000000000"],
  ["cap_chown,cap_kill=p cap_kill+i", "0000000221000000200000000000000000000000"],
  ["all=ep", "01000002ffffffff00000000ff01000000000000"],
  ["cap_chown=i", "0000000200000000010000000000000000000000"],
  ["cap_chown=ei", "0100000200000000010000000000000000000000"],
  ["cap_chown=p  cap_kill=p", "0000000221000000000000000000000000000000"],
  ["cap_chown=ip+e", "0100000201000000010000000000000000000000"],
  ["=ip cap_chown-ip", "00000002fefffffffeffffffff010000ff010000"],
  ["all+i", "0000000200000000ffffffff00000000ff010000"],
  ["cap_chown=p-p+i", "0000000200000000010000000000000000000000"],
  ["cap_audit_read=ep", "0100000200000000000000002000000000000000"],
  ["cap_wake_alarm=eip", "0100000200000000000000000800000008000000"],
  ["cap_mac_override+p", "0000000200000000000000000100000000000000"],
  ["cap_setfcap+p", "0000000200000080000000000000000000000000"],
  ["cap_chown=pe cap_chown=i", "0000000200000000010000000000000000000000"],
  ["=e cap_chown+p", "0100000201000000000000000000000000000000"],
  ["cap_chown=+p", "0000000201000000000000000000000000000000"],
  ["cap_bpf-p+i", "0000000200000000000000000000000080000000"],
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

test("each capability has the kernel's number", () => {
  // As `capsh --decode=1ffffffffff` of libcap 2.66 names the bits, from the lowest on.
  const names = (
    "chown,dac_override,dac_read_search,fowner,fsetid,kill,setgid,setuid,setpcap,linux_immutable," +
    "net_bind_service,net_broadcast,net_admin,net_raw,ipc_lock,ipc_owner,sys_module,sys_rawio," +
    "sys_chroot,sys_ptrace,sys_pacct,sys_admin,sys_boot,sys_nice,sys_resource,sys_time," +
    "sys_tty_config,mknod,lease,audit_write,audit_control,setfcap,mac_override,mac_admin,syslog," +
    "wake_alarm,block_suspend,audit_read,perfmon,bpf,checkpoint_restore"
  ).split(",");
  for (const [bit, name] of names.entries()) {
    const value = Buffer.from(toCapabilities(`cap_${name}=p`) ?? "", "hex");
    const permitted = BigInt(value.readUInt32LE(4)) | (BigInt(value.readUInt32LE(12)) << 32n);
    expect([name, permitted]).toEqual([name, 1n << BigInt(bit)]);
  }
});
