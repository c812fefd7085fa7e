import { firstOf } from "../../count.ts";
import { runsOn } from "../../image/machine.ts";
import { isRootUser } from "../../root-user.ts";
import { type Check, judge, passed, skipped } from "../check.ts";
import { type ImageFile, resolveFile } from "../images/image-files.ts";
import type { ImageSubject } from "../subject.ts";
import { findProgram } from "../services/program.ts";

/** File names that mean a key or a credential was copied in by mistake. */
const keyFiles =
  /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env|\.npmrc|\.netrc|\.pgpass|\.git-credentials|\.git\/config|\.aws\/credentials|\.docker\/config\.json)$/;
const caches =
  /^(?:var\/cache\/apt\/archives\/.+\.deb|var\/lib\/apt\/lists\/.+_(?:InRelease|Packages.*)|var\/cache\/(?:dnf|yum)\/.+|(?:root|home\/[^/]+)\/\.(?:cache\/pip|npm)\/.+)$/;
const remoteShells = /^(?:usr\/)?s?bin\/(?:sshd|telnetd|in\.telnetd|inetd|xinetd)$/;

/** How many findings a report shows; the count says how many there are. */
const shown = 10;

/** Rules over every file of an image. */
export const imageFileChecks: readonly Check<ImageSubject>[] = [
  {
    id: "IMG-002",
    title: "its user has an account, and a home that others cannot write",
    severity: "low",
    sources: ["DKL-LI-0002"],
    run({ details, files }) {
      const [user = ""] = details.user.split(":");
      if (user === "") return skipped("no user is set");
      const account = accounts(files.texts.get("etc/passwd")).find(
        ({ name, id }) => name === user || id === user,
      );
      if (account === undefined) return judge([`user ${user} is not in /etc/passwd`]);
      const home = resolveFile(files, account.home);
      return judge(
        home !== undefined && (home.mode & 0o002) !== 0
          ? [`its home ${account.home} can be written by anyone`]
          : [],
      );
    },
  },
  {
    id: "IMG-006",
    title: "no key and no credential among its files",
    severity: "critical",
    sources: ["DKL-LI-0003", "CIS-DI-0010"],
    run: ({ files }) =>
      judgeFiles(files.entries, (file) => {
        if (file.type !== "file") return undefined;
        if (file.head?.type === "private-key") return "is a private key";
        return keyFiles.test(file.path) && file.size > 0 ? "is named like a credential" : undefined;
      }),
  },
  {
    id: "IMG-007",
    title: "only the files that the manifest names are setuid or setgid",
    severity: "high",
    sources: ["CIS 4.8", "CIS-DI-0008"],
    run({ files, setuid }) {
      const allowed = new Set(setuid.map((path) => path.replace(/^\//, "")));
      return judgeFiles(files.entries, (file) => {
        if (file.type === "directory" || (file.mode & 0o6000) === 0 || allowed.has(file.path))
          return undefined;
        return `is ${(file.mode & 0o4000) === 0 ? "setgid" : "setuid"} (${file.mode.toString(8)})`;
      });
    },
  },
  {
    id: "IMG-008",
    title: "nothing can be written by everyone without a sticky bit",
    severity: "medium",
    sources: ["CIS 4.8"],
    run: ({ files }) =>
      judgeFiles(files.entries, (file) => {
        if (file.type === "symlink" || file.type === "other" || (file.mode & 0o002) === 0)
          return undefined;
        return file.type === "directory" && (file.mode & 0o1000) !== 0
          ? undefined
          : `has mode ${file.mode.toString(8)}`;
      }),
  },
  {
    id: "IMG-009",
    title: "no account has an empty password",
    severity: "critical",
    sources: ["DKL-LI-0001"],
    run({ files }) {
      const lines = ["etc/passwd", "etc/shadow"].flatMap((path) =>
        (files.texts.get(path) ?? "")
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => line.split(":")),
      );
      if (lines.length === 0) return passed("has no accounts");
      return judge(
        lines
          .filter(([, password]) => password === "")
          .map(([name]) => `${name} can log in without a password`),
      );
    },
  },
  {
    id: "IMG-010",
    title: "each user and group number is given once",
    severity: "medium",
    sources: ["DKL-LI-0002"],
    run: ({ files }) =>
      judge(
        ["etc/passwd", "etc/group"].flatMap((path) => {
          const byId = Map.groupBy(accounts(files.texts.get(path)), ({ id }) => id);
          return [...byId]
            .filter(([, same]) => same.length > 1)
            .map(
              ([id, same]) => `/${path}: ${id} is ${same.map(({ name }) => name).join(" and ")}`,
            );
        }),
      ),
  },
  {
    id: "IMG-011",
    title: "no remote shell, and port 22 is not exposed",
    severity: "high",
    sources: ["CIS 5.7", "DS-0004"],
    run({ files, details }) {
      const servers = [...files.entries.keys()]
        .filter((path) => remoteShells.test(path))
        .map((path) => `/${path}`);
      return judge([
        ...servers,
        ...(details.exposedPorts.includes("22/tcp") ? ["port 22 is exposed"] : []),
      ]);
    },
  },
  {
    id: "IMG-012",
    title: "no sudo",
    severity: "medium",
    sources: ["DKL-DI-0001", "DL3004"],
    run: ({ files }) =>
      judge(
        [...files.entries.keys()]
          .filter((path) => /^(?:usr\/)?bin\/sudo$/.test(path))
          .map((path) => `/${path}`),
      ),
  },
  {
    id: "IMG-013",
    title: "no package caches",
    severity: "low",
    sources: ["DKL-DI-0005", "DL3009"],
    run: ({ files }) =>
      judgeFiles(files.entries, (file) =>
        file.type === "file" && caches.test(file.path) ? "is a cache" : undefined,
      ),
  },
  {
    id: "IMG-016",
    title: "what it starts exists, is executable, and has its interpreter",
    severity: "critical",
    sources: ["CST isExecutableBy"],
    run(subject) {
      const [program] = [...subject.details.entrypoint, ...subject.details.command];
      if (program === undefined) return passed("starts nothing: only other images stand on it");
      return judgeProgram(subject, program);
    },
  },
];

function judgeProgram(subject: ImageSubject, program: string): ReturnType<typeof judge> {
  const { files, details } = subject;
  const file = findProgram(files, program, details.environment);
  if (file === undefined) return judge([`${program} is not in the image`]);
  if (file.type !== "file") return judge([`${program} is no file`]);
  const problems: string[] = [];
  if (!isExecutable(file, details.user))
    problems.push(
      `${program} (mode ${file.mode.toString(8)}, owner ${file.uid}) cannot be executed by user ${details.user || "root"}`,
    );
  if (file.head?.type === "elf" && !runsOn(file.head.architecture, details.architecture)) {
    problems.push(
      `${program} is for ${file.head.architecture}, the image for ${details.architecture}`,
    );
  }
  if (file.head?.type === "script") {
    const [interpreter = ""] = file.head.interpreter.trim().split(/\s+/);
    if (file.head.interpreter.endsWith("\r"))
      problems.push(`the first line of ${program} ends in CR LF, so its interpreter is not found`);
    else if (resolveFile(files, interpreter) === undefined)
      problems.push(`its interpreter ${interpreter} is not in the image`);
  }
  return judge(problems);
}

function isExecutable(file: ImageFile, user: string): boolean {
  const [uid = "", gid = ""] = user.split(":");
  if (isRootUser(user)) return (file.mode & 0o111) !== 0;
  if (uid === String(file.uid)) return (file.mode & 0o100) !== 0;
  if (gid === String(file.gid)) return (file.mode & 0o010) !== 0;
  return (file.mode & 0o001) !== 0;
}

function judgeFiles(
  entries: ReadonlyMap<string, ImageFile>,
  fault: (file: ImageFile) => string | undefined,
): ReturnType<typeof judge> {
  const found: string[] = [];
  for (const file of entries.values()) {
    const reason = fault(file);
    if (reason !== undefined) found.push(`/${file.path} ${reason}`);
  }
  return judge(firstOf(found, shown));
}

interface Account {
  readonly name: string;
  readonly id: string;
  readonly home: string;
}

/** Accounts of a passwd or group file; both have the number in their third field. */
function accounts(text: string | undefined): readonly Account[] {
  return (text ?? "").split("\n").flatMap((line) => {
    const [name, , id, , , home = ""] = line.split(":");
    return name === undefined || name === "" || id === undefined ? [] : [{ name, id, home }];
  });
}
