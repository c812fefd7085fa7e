/**
 * What calls of a tool printed, and the files afterwards: contents, or `-> ` and a link's target.
 */
export interface ToolRecord {
  readonly calls: readonly { readonly status: number; readonly stdout: string }[];
  readonly files: Readonly<Record<string, string>>;
}

/** Accounts to begin with, as a small system has them. */
export const accountFiles = {
  "/etc/passwd": [
    "root:x:0:0:root:/root:/bin/bash",
    "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin",
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
    "",
  ].join("\n"),
  "/etc/group": [
    "root:x:0:",
    "daemon:x:1:",
    "adm:x:4:",
    "tty:x:5:",
    "www-data:x:33:",
    "users:x:100:",
    "nogroup:x:65534:",
    "",
  ].join("\n"),
  "/etc/shadow": [
    "root:*:19000:0:99999:7:::",
    "daemon:*:19000:0:99999:7:::",
    "nobody:*:19000:0:99999:7:::",
    "",
  ].join("\n"),
  "/etc/gshadow": [
    "root:*::",
    "daemon:*::",
    "adm:*::",
    "tty:*::",
    "www-data:*::",
    "users:*::",
    "nogroup:*::",
    "",
  ].join("\n"),
  "/etc/login.defs": [
    "PASS_MAX_DAYS 99999",
    "PASS_MIN_DAYS 0",
    "PASS_WARN_AGE 7",
    "UID_MIN 1000",
    "UID_MAX 60000",
    "GID_MIN 1000",
    "GID_MAX 60000",
    "USERGROUPS_ENAB yes",
    "",
  ].join("\n"),
} as const;
