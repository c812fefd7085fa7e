import type { RootCase } from "./root-case.ts";

/** Files of tmpfiles.d that a machine would be given the content of when it starts. */
export const credentialCase: RootCase = {
  name: "files from credentials",
  folders: ["/etc/made", "/etc/tmpfiles.d"],
  files: {
    "/etc/made/": "",
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "/etc/group": "root:x:0:\n",
    "/etc/tmpfiles.d/own.conf": [
      "f^ /etc/made/hosts - - - - network.hosts",
      "f^ /etc/made/motd.d/own.conf - - - - login.motd",
      "d- /etc/made/ssh :0700 root :root -",
      "f+^ /etc/made/ssh/keys :0600 root :root - ssh.keys",
      "f /etc/made/text 0640 root root - text",
      // The first line for a path counts, and one that says the same.
      "d /etc/made/lock 1777 root root -",
      "d /etc/made/lock 0755 root root -",
      "d /etc/made/twice 0750 - -",
      "d /etc/made/twice 750 - -",
      "z /etc/made/twice 0700 - -",
      "",
    ].join("\n"),
  },
  calls: [
    ["systemd-tmpfiles", "--create", "own.conf"],
    ["stat", "-c", "%a %n", "/etc/made/ssh", "/etc/made/text", "/etc/made/lock", "/etc/made/twice"],
    ["ls", "/etc/made"],
  ],
};
