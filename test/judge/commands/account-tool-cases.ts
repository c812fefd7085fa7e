import type { RootCase } from "./root-case.ts";

type Call = RootCase["calls"][number];

const shell = (text: string): Call => ["sh", "-c", text];
const lines = (...texts: readonly string[]): string => `${texts.join("\n")}\n`;

/** A system with a few accounts, made anew before the calls of each case. */
const begin: readonly Call[] = [
  ["rm", "-f", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-"],
  ["cp", "/etc/accounts/passwd", "/etc/accounts/group", "/etc/accounts/shadow", "/etc/"],
  ["cp", "/etc/accounts/gshadow", "/etc/gshadow"],
];
const files = {
  "/etc/accounts/passwd": lines(
    "root:x:0:0:root:/root:/bin/bash",
    "_apt:x:100:65534::/nonexistent:/usr/sbin/nologin",
    "web:x:101:101:Web,1,2,3,4:/var/web:/bin/sh",
    "person:x:1000:1000:A Person:/home/person:/bin/bash",
  ),
  "/etc/accounts/group": lines(
    "root:x:0:",
    "adm:x:4:web",
    "users:x:100:",
    "web:x:101:",
    "person:x:1000:",
    "nogroup:x:65534:",
  ),
  "/etc/accounts/shadow": lines(
    "root:*:19000:0:99999:7:::",
    "_apt:*:19000:0:99999:7:::",
    "web:!:19000::::::",
    "person:hash:19000:0:99999:7:::",
  ),
  "/etc/accounts/gshadow": lines(
    "root:*::",
    "adm:*::web",
    "users:*::",
    "web:!::",
    "person:!::",
    "nogroup:*::",
  ),
};
const shown: readonly Call[] = [
  shell(
    "cat /etc/passwd /etc/group /etc/gshadow; sed 's/:\\(19675\\|2[0-9]\\{4\\}\\):/:DAY:/' /etc/shadow",
  ),
];
/** What the originals print beside is not compared. */
const quiet = (...words: readonly string[]): Call =>
  shell(`${words.map((word) => `'${word}'`).join(" ")} >/dev/null 2>&1`);

const accountCase = (name: string, calls: readonly Call[]): RootCase => ({
  name,
  folders: ["/etc/accounts"],
  files,
  calls: [...begin, ...calls, ...shown],
});

/** Programs for accounts that know only the root that they are in. */
export const accountToolCases: readonly RootCase[] = [
  accountCase("adduser: accounts of the system", [
    quiet("adduser", "--system", "--no-create-home", "one"),
    quiet("adduser", "--system", "--no-create-home", "--group", "two"),
    quiet("adduser", "--system", "--no-create-home", "--ingroup", "adm", "three"),
    quiet("adduser", "--system", "--no-create-home", "--ingroup", "none", "four"),
    quiet("adduser", "--system", "--no-create-home", "--uid", "150", "five"),
    quiet("adduser", "--system", "--no-create-home", "--uid", "150", "six"),
    quiet("adduser", "--system", "--no-create-home", "--uid", "160", "--group", "seven"),
    quiet("adduser", "--system", "--no-create-home", "--gid", "4", "eight"),
    quiet("adduser", "--system", "--no-create-home", "--group", "users"),
    quiet("adduser", "--system", "--home", "/srv/nine", "--shell", "/bin/false", "nine"),
    quiet("adduser", "--system", "--home", "/nonexistent/ten", "ten"),
    quiet("adduser", "--system", "--disabled-login", "--no-create-home", "eleven"),
    ["stat", "-c", "%a %u:%g %n", "/srv/nine"],
    ["rm", "-r", "/srv/nine"],
  ]),
  accountCase("adduser: accounts that are there", [
    quiet("adduser", "--system", "web"),
    quiet("adduser", "--system", "--group", "web"),
    quiet("adduser", "--system", "person"),
    quiet("adduser", "--system", "root"),
    quiet("adduser", "--system", "--uid", "101", "web"),
    quiet("adduser", "--system", "--uid", "102", "web"),
    quiet("addgroup", "--system", "web"),
    quiet("addgroup", "--system", "person"),
    quiet("addgroup", "--system", "adm"),
    quiet("addgroup", "web"),
    quiet("addgroup", "new"),
    quiet("addgroup", "--system", "newsystem"),
    quiet("addgroup", "--gid", "150", "numbered"),
    quiet("addgroup", "--gid", "150", "again"),
    quiet("addgroup", "--system", "--gid", "101", "again"),
    quiet("adduser", "--group", "other"),
    quiet("adduser", "--system", "--group", "third"),
    quiet("adduser", "web", "users"),
    quiet("adduser", "web", "users"),
    quiet("adduser", "web", "none"),
    quiet("adduser", "none", "users"),
    quiet("addgroup", "web", "users"),
    quiet("adduser"),
    quiet("addgroup"),
  ]),
  accountCase("deluser: users, groups and members", [
    quiet("deluser", "web", "adm"),
    quiet("deluser", "--system", "none"),
    quiet("deluser", "none"),
    quiet("deluser", "--quiet", "web"),
    quiet("delgroup", "none"),
    quiet("delgroup", "--system", "none"),
    quiet("delgroup", "users"),
    quiet("delgroup", "person"),
    quiet("deluser", "--group", "adm"),
  ]),
  accountCase("gpasswd, chsh and passwd", [
    quiet("gpasswd", "-a", "person", "adm"),
    quiet("gpasswd", "--add", "person", "adm"),
    quiet("gpasswd", "-d", "web", "adm"),
    quiet("gpasswd", "-a", "person", "none"),
    quiet("chsh", "-s", "/bin/sh", "person"),
    quiet("chsh", "--shell", "/bin/dash", "web"),
    quiet("chsh", "-s", "/bin/sh"),
    quiet("passwd", "-l", "person"),
    quiet("passwd", "-q", "-l", "person"),
    quiet("passwd", "--lock", "web"),
  ]),
  accountCase("chfn: parts of comments", [
    ["chfn", "-r", "room", "web"],
    ["chfn", "-f", "", "-o", "", "web"],
    ["chfn", "-w", "work", "-h", "home", "person"],
    ["chfn", "-f", "Root", "root"],
    quiet("chfn", "-f", "Nobody", "none"),
    ["chfn", "-o", "other", "_apt"],
  ]),
  ...Object.entries({
    "a name twice in passwd": "echo web:x:9:9::/:/bin/sh >>/etc/passwd",
    "too few fields in passwd": "echo few:x:9:9 >>/etc/passwd; echo 'few:*:1::::::' >>/etc/shadow",
    "a number that is none": "sed -i 's/^web:x:101:101/web:x:a:101/' /etc/passwd",
    "a group's number that is none": "sed -i 's/^web:x:101/web:x:b/' /etc/group",
    "a user's group that is no number": "sed -i 's/^web:x:101:101/web:x:101:c/' /etc/passwd",
    "a secret without its user": "echo 'gone:*:1::::::' >>/etc/shadow",
    "a user without its secret": "sed -i /^web/d /etc/shadow",
    "a group without its secret": "sed -i /^adm/d /etc/gshadow",
    "a secret without its group": "echo 'gone:*::' >>/etc/gshadow",
    "a member that is not there": "sed -i 's/^users.*/&gone/' /etc/group",
    "a group twice": "echo adm:x:9: >>/etc/group",
    "too many fields in group": "echo many:x:9::x >>/etc/group; echo 'many:*::' >>/etc/gshadow",
    "nothing wrong": ":",
  }).map(([name, change]) => ({
    name: `pwck and grpck: ${name}`,
    folders: ["/etc/accounts"],
    files,
    calls: [
      ...begin,
      ["chmod", "644", "/etc/passwd"] as const,
      shell(change),
      quiet("pwck", "-q", "-r"),
      quiet("grpck", "-r"),
    ],
  })),
  {
    name: "ucf: a file that changes in its package and by hand",
    folders: ["/etc/made", "/usr/share/made", "/var/lib/ucf"],
    files: {
      "/etc/made/": "",
      "/usr/share/made/one": "one\n",
      "/usr/share/made/two": "two\n",
      "/usr/share/made/three": "three\n",
      "/usr/share/made/large": "0123456789\n".repeat(2400),
      "/var/lib/ucf/": "",
    },
    calls: [
      quiet("ucf", "/usr/share/made/one", "/etc/made/f"),
      quiet("ucf", "/usr/share/made/one", "/etc/made/f"),
      quiet("ucf", "/usr/share/made/two", "/etc/made/f"),
      quiet("ucf", "--three-way", "/usr/share/made/three", "/etc/made/f"),
      ["rm", "/etc/made/f"],
      quiet("ucf", "/usr/share/made/two", "/etc/made/f"),
      quiet("ucf", "--purge", "/etc/made/f"),
      quiet("ucf", "/usr/share/made/two", "/etc/made/f"),
      ["chmod", "600", "/usr/share/made/three"],
      quiet("ucf", "/usr/share/made/three", "/etc/made/mode"),
      ["chmod", "640", "/etc/made/mode"],
      quiet("ucf", "/usr/share/made/one", "/etc/made/mode"),
      quiet("ucf", "/usr/share/made/large", "/etc/made/large"),
      quiet("ucf", "/usr/share/made/none", "/etc/made/none"),
      quiet("ucf", "/usr/share/made/one"),
      quiet("ucf"),
      ["stat", "-c", "%a %n", "/etc/made/f", "/etc/made/mode", "/etc/made/large"],
    ],
  },
  {
    name: "ucfr: who a file belongs to",
    folders: ["/etc/made", "/var/lib/ucf"],
    files: { "/etc/made/f": "", "/etc/made/g": "", "/var/lib/ucf/": "" },
    calls: [
      quiet("ucfr", "p", "/etc/made/f"),
      quiet("ucfr", "p", "/etc/made/f"),
      quiet("ucfr", "q", "/etc/made/f"),
      quiet("ucfr", "--force", "q", "/etc/made/f"),
      quiet("ucfr", "p", "/etc/made/g"),
      quiet("ucfr", "p", "etc/made/h"),
      quiet("ucfr", "p"),
      quiet("ucfr", "--purge", "p", "/etc/made/f"),
      quiet("ucfr", "--purge", "q", "/etc/made/f"),
      quiet("ucfr", "--purge", "q", "/etc/made/f"),
    ],
  },
  {
    name: "update-locale: variables with lines of their own",
    folders: ["/etc/default"],
    files: {
      "/etc/default/locale": "# a comment\nLANG=C\n  LC_TIME=C\n#LC_ALL=\nLC_PAPER=C\n",
    },
    isSorted: true,
    calls: [
      ["update-locale", "--no-checks", "LC_ALL=C.UTF-8"],
      ["update-locale", "--no-checks", "--reset", "LANG=C.UTF-8"],
      ["update-locale", "LANG=POSIX", "LC_TIME=C.UTF-8"],
      ["update-locale", "LC_TIME"],
      ["update-locale"],
    ],
  },
];
