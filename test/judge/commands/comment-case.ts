import type { RootCase } from "./root-case.ts";

const add = ["adduser", "--system", "--quiet", "--home", "/nonexistent"] as const;

/** What the comment of an account becomes. */
export const commentCase: RootCase = {
  name: "comments of accounts",
  folders: ["/etc/accounts"],
  files: { "/etc/accounts/": "" },
  calls: [
    ["rm", "-f", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"],
    ["sh", "-c", "echo 'root:x:0:0:root:/root:/bin/sh' > /etc/passwd"],
    ["sh", "-c", "echo 'root:*:19000:0:99999:7:::' > /etc/shadow"],
    ["sh", "-c", "printf 'root:x:0:\\nnogroup:x:65534:\\n' > /etc/group"],
    [...add, "none"],
    [...add, "--gecos", "", "empty"],
    [...add, "--gecos", "The server", "plain"],
    [...add, "--gecos", "A, b,c", "three"],
    [...add, "--gecos", "A,,,", "bare"],
    [...add, "--gecos", "x,y,z,w,o,p", "six"],
    ["chfn", "-f", "Other", "six"],
    ["chfn", "-r", "12", "plain"],
    ["chfn", "-o", "more", "-w", "33", "plain"],
    ["chfn", "-f", "", "none"],
    ["cat", "/etc/passwd"],
  ],
};
