import { expect, test } from "vitest";
import type { Verdict } from "../../../../src/verify/check.ts";
import { imageFileChecks } from "../../../../src/verify/checks/image-files.ts";
import type { ImageFile, ImageFiles } from "../../../../src/verify/images/image-files.ts";
import type { ImageSubject } from "../../../../src/verify/subject.ts";
import { anImageSubject, someFiles } from "../../../support/a-subject.ts";
import { fine, found } from "../../../support/verdicts.ts";

type File = Partial<ImageFile> & { readonly path: string };

function holding(...files: readonly File[]): ImageSubject {
  return anImageSubject({ files: someFiles(files) });
}

function withTexts(texts: Readonly<Record<string, string>>, ...files: readonly File[]): ImageFiles {
  return someFiles(files, texts);
}

const passwd = "root:x:0:0::/root:/bin/sh\napp:x:10001:10001::/srv:/bin/sh\n";
const home = { path: "srv", type: "directory", uid: 10_001 } as const;

/** An image of a user that starts `/app` with this mode, of this owner. */
function starting(user: string, mode: number, parts: Partial<ImageFile> = {}): ImageSubject {
  return anImageSubject({
    details: { user, entrypoint: ["/app"] },
    files: someFiles([{ path: "app", mode, ...parts }]),
  });
}

test.each<readonly [id: string, what: string, subject: ImageSubject, verdict: Verdict]>([
  [
    "IMG-002",
    "no user",
    anImageSubject({ details: { user: "" } }),
    { status: "skipped", reason: "no user is set" },
  ],
  [
    "IMG-002",
    "a user by name whose home is its own",
    anImageSubject({
      details: { user: "app" },
      files: withTexts({ "etc/passwd": passwd }, { ...home, mode: 0o755 }),
    }),
    fine,
  ],
  [
    "IMG-002",
    "a home that anyone can write",
    anImageSubject({
      details: { user: "10001:5" },
      files: withTexts({ "etc/passwd": passwd }, { ...home, mode: 0o777 }),
    }),
    found("its home /srv can be written by anyone"),
  ],
  [
    "IMG-002",
    "an image without accounts",
    holding({ path: "app" }),
    found("user 10001 is not in /etc/passwd"),
  ],
  [
    "IMG-006",
    "credentials by their names, but for empty ones, folders and similar names",
    holding(
      { path: "root/.netrc" },
      { path: "srv/.git/config" },
      { path: "srv/.npmrc", size: 0 },
      { path: "srv/.env", type: "directory" },
      { path: "srv/environment" },
      { path: "srv/.pgpass", size: 1 },
    ),
    found(
      "/root/.netrc is named like a credential",
      "/srv/.git/config is named like a credential",
      "/srv/.pgpass is named like a credential",
    ),
  ],
  [
    "IMG-006",
    "a key by its content, and a link to one",
    holding(
      { path: "a", head: { type: "private-key" } },
      { path: "b", type: "hardlink", head: { type: "private-key" } },
    ),
    found("/a is a private key"),
  ],
  [
    "IMG-007",
    "both bits, folders, and what is allowed with and without a slash",
    anImageSubject({
      setuid: ["/usr/bin/su", "usr/bin/mount"],
      files: someFiles([
        { path: "usr/bin/su", mode: 0o4755 },
        { path: "usr/bin/mount", mode: 0o4755 },
        { path: "usr/bin/both", mode: 0o6755 },
        { path: "usr/bin/group", mode: 0o2755 },
        { path: "var/mail", type: "directory", mode: 0o2775 },
      ]),
    }),
    found("/usr/bin/both is setuid (6755)", "/usr/bin/group is setgid (2755)"),
  ],
  [
    "IMG-008",
    "what everyone can write, but for links, devices and sticky folders",
    holding(
      { path: "tmp", type: "directory", mode: 0o1777 },
      { path: "open", type: "directory", mode: 0o777 },
      { path: "sticky", mode: 0o1666 },
      { path: "link", type: "symlink", mode: 0o777 },
      { path: "dev0", type: "other", mode: 0o666 },
      { path: "hard", type: "hardlink", mode: 0o646 },
    ),
    found("/open has mode 777", "/sticky has mode 1666", "/hard has mode 646"),
  ],
  [
    "IMG-008",
    "ten findings",
    holding(...Array.from({ length: 10 }, (_, index) => ({ path: `${index}`, mode: 0o666 }))),
    found(...Array.from({ length: 10 }, (_, index) => `/${index} has mode 666`)),
  ],
  [
    "IMG-008",
    "eleven findings",
    holding(...Array.from({ length: 11 }, (_, index) => ({ path: `${index}`, mode: 0o666 }))),
    found(...Array.from({ length: 10 }, (_, index) => `/${index} has mode 666`), "and 1 more"),
  ],
  [
    "IMG-009",
    "no accounts",
    holding({ path: "app" }),
    { status: "passed", note: "has no accounts" },
  ],
  [
    "IMG-009",
    "an empty password in either file",
    anImageSubject({
      files: withTexts({ "etc/passwd": "\na::1\nb:x:2\n", "etc/shadow": "b::1\nc:!:1\n" }),
    }),
    found("a can log in without a password", "b can log in without a password"),
  ],
  [
    "IMG-010",
    "numbers given twice, of users and of groups",
    anImageSubject({
      files: withTexts({
        "etc/passwd": "a:x:5:6\nb:x:5:7\nc:x:6:5\n:x:5:5\nnothing\n",
        "etc/group": "g:x:8\nh:x:8\ni:x:8\n",
      }),
    }),
    found("/etc/passwd: 5 is a and b", "/etc/group: 8 is g and h and i"),
  ],
  [
    "IMG-011",
    "two servers and the port",
    anImageSubject({
      details: { exposedPorts: ["80/tcp", "22/tcp"] },
      files: someFiles([{ path: "usr/sbin/sshd" }, { path: "sbin/inetd" }, { path: "opt/sshd" }]),
    }),
    found("/usr/sbin/sshd", "/sbin/inetd", "port 22 is exposed"),
  ],
  [
    "IMG-012",
    "sudo, and a program of a similar name",
    holding({ path: "usr/bin/sudo" }, { path: "usr/bin/sudoedit" }),
    found("/usr/bin/sudo"),
  ],
  [
    "IMG-013",
    "files of caches, and their folders",
    holding(
      { path: "var/cache/dnf/x", type: "directory" },
      { path: "var/cache/dnf/x/a.solv" },
      { path: "root/.cache/pip/b" },
      { path: "var/cache/app/c" },
    ),
    found("/var/cache/dnf/x/a.solv is a cache", "/root/.cache/pip/b is a cache"),
  ],
  [
    "IMG-016",
    "an image that starts nothing",
    anImageSubject({ details: { entrypoint: [], command: [] } }),
    { status: "passed", note: "starts nothing: only other images stand on it" },
  ],
  [
    "IMG-016",
    "a command without an entrypoint",
    anImageSubject({ details: { entrypoint: [], command: ["nowhere"] } }),
    found("nowhere is not in the image"),
  ],
  ["IMG-016", "a folder", starting("5", 0o755, { type: "directory" }), found("/app is no file")],
  ["IMG-016", "root's, which any bit lets run", starting("", 0o010), fine],
  ["IMG-016", "root by number", starting("0:5", 0o010), fine],
  ["IMG-016", "root by name", starting("root", 0o100), fine],
  [
    "IMG-016",
    "root without any bit",
    starting("", 0o666),
    found("/app (mode 666, owner 0) cannot be executed by user root"),
  ],
  ["IMG-016", "the owner's", starting("5:6", 0o100, { uid: 5 }), fine],
  [
    "IMG-016",
    "the owner's, whom only others' bits would let",
    starting("5:6", 0o011, { uid: 5, gid: 6 }),
    found("/app (mode 11, owner 5) cannot be executed by user 5:6"),
  ],
  ["IMG-016", "the group's", starting("5:6", 0o010, { gid: 6 }), fine],
  [
    "IMG-016",
    "the group's, whom only others' bits would let",
    starting("5:6", 0o101, { gid: 6 }),
    found("/app (mode 101, owner 0) cannot be executed by user 5:6"),
  ],
  ["IMG-016", "others'", starting("5", 0o001), fine],
  [
    "IMG-016",
    "a script that its user cannot run, and that has no interpreter",
    starting("5", 0o666, { head: { type: "script", interpreter: "/bin/lost" } }),
    found(
      "/app (mode 666, owner 0) cannot be executed by user 5",
      "its interpreter /bin/lost is not in the image",
    ),
  ],
  [
    "IMG-016",
    "a program for another machine that cannot be run",
    starting("5", 0o666, { head: { type: "elf", architecture: "arm64" } }),
    found(
      "/app (mode 666, owner 0) cannot be executed by user 5",
      "/app is for arm64, the image for amd64",
    ),
  ],
  [
    "IMG-016",
    "others', whom only the owner's and the group's bits would let",
    starting("5", 0o110),
    found("/app (mode 110, owner 0) cannot be executed by user 5"),
  ],
  [
    "IMG-016",
    "a program for another machine",
    starting("5", 0o755, { head: { type: "elf", architecture: "arm64" } }),
    found("/app is for arm64, the image for amd64"),
  ],
  [
    "IMG-016",
    "a script that cannot be run, whose first line ends in CR LF",
    starting("5", 0o644, { head: { type: "script", interpreter: " /bin/sh\r" } }),
    found(
      "/app (mode 644, owner 0) cannot be executed by user 5",
      "the first line of /app ends in CR LF, so its interpreter is not found",
    ),
  ],
  [
    "IMG-016",
    "a script without its interpreter",
    starting("5", 0o755, { head: { type: "script", interpreter: " /bin/sh -e" } }),
    found("its interpreter /bin/sh is not in the image"),
  ],
  [
    "IMG-016",
    "a script with its interpreter",
    starting("5", 0o755, { head: { type: "script", interpreter: " /app -e" } }),
    fine,
  ],
])("%s of %s", (id, _what, subject, verdict) => {
  expect(imageFileChecks.find((check) => check.id === id)?.run(subject)).toEqual(verdict);
});
