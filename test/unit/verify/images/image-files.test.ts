import { expect, test } from "vitest";
import { type FileHead, readHead, resolveFile } from "../../../../src/verify/images/image-files.ts";
import { someFiles } from "../../../support/a-subject.ts";
import { elfOf } from "../../../support/elf.ts";

test.each<readonly [what: string, content: string | Buffer, head: FileHead | undefined]>([
  ["a script", "#!/bin/sh -e\nexit\n", { type: "script", interpreter: "/bin/sh -e" }],
  ["a script of one line", "#! /bin/sh", { type: "script", interpreter: " /bin/sh" }],
  [
    "a script with the ends of lines of others",
    "#!/bin/sh\r\nexit\r\n",
    { type: "script", interpreter: "/bin/sh\r" },
  ],
  ["an empty script", "#!\n", { type: "script", interpreter: "" }],
  ["a program", elfOf({ machine: 0xb7 }), { type: "elf", architecture: "arm64" }],
  ["a key", "-----BEGIN EC PRIVATE KEY-----\n", { type: "private-key" }],
  ["a key further down", "\n-----BEGIN PRIVATE KEY-----\n", undefined],
  ["a certificate", "-----BEGIN CERTIFICATE-----\n", undefined],
  ["a text", "root # !\n", undefined],
  ["nothing", "", undefined],
])("%s is known by its first bytes", (_, content, head) => {
  expect(readHead(Buffer.from(content))).toEqual(head);
});

const files = someFiles([
  { path: "usr", type: "directory" },
  { path: "usr/bin", type: "directory" },
  { path: "usr/bin/app" },
  { path: "usr/bin/hard", type: "hardlink", linkTarget: "usr/bin/app" },
  { path: "usr/bin/lost", type: "hardlink", linkTarget: "gone" },
  { path: "usr/bin/near", type: "symlink", linkTarget: "./app" },
  { path: "usr/bin/up", type: "symlink", linkTarget: "../bin//app" },
  { path: "usr/bin/over", type: "symlink", linkTarget: "../../../usr/bin/app" },
  { path: "bin", type: "symlink", linkTarget: "usr/bin" },
  { path: "usr/root", type: "symlink", linkTarget: "/bin" },
  { path: "usr/bin/far", type: "symlink", linkTarget: "/usr/bin/app" },
  { path: "usr/loop", type: "symlink", linkTarget: "loop" },
  { path: "usr/nowhere", type: "symlink", linkTarget: "/gone" },
]);

test.each([
  ["/usr/bin/app", "usr/bin/app"],
  ["usr/./bin//app", "usr/bin/app"],
  ["/usr/bin/../bin/app", "usr/bin/app"],
  ["/bin/app", "usr/bin/app"],
  ["/bin", "usr/bin"],
  ["/usr/root/app", "usr/bin/app"],
  ["/usr/root/near", "usr/bin/app"],
  ["/bin/up", "usr/bin/app"],
  ["/bin/over", "usr/bin/app"],
  ["/bin/far", "usr/bin/app"],
  ["/bin/hard", "usr/bin/app"],
  ["/bin/lost", undefined],
  ["/usr/loop", undefined],
  ["/usr/nowhere", undefined],
  ["/usr/gone/../bin/app", undefined],
  ["/", undefined],
])("%s leads to %s", (path, found) => {
  expect(resolveFile(files, path)?.path).toBe(found);
});

test("as many links are followed as the kernel follows, and no more", () => {
  const chain = (links: number): string | undefined =>
    resolveFile(
      someFiles([
        { path: "0" },
        ...Array.from({ length: links }, (_, index) => ({
          path: `${index + 1}`,
          type: "symlink" as const,
          linkTarget: `${index}`,
        })),
      ]),
      `/${links}`,
    )?.path;

  expect(chain(40)).toBe("0");
  expect(chain(41)).toBeUndefined();
});
