import { describe, expect, it } from "vitest";
import { debconfSources } from "../../../../../src/packages/deb/commands/debconf/commands.ts";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript, type ScriptOutcome } from "../../../../../src/packages/scripts/run-script.ts";

const now = 1_700_000_000;

it("setcap fails as where files keep no capabilities, so that a script falls back", () => {
  const script = [
    "chmod 755 /usr/bin/ping",
    "if setcap cap_net_raw+ep /usr/bin/ping 2>&1; then echo set; else chmod u+s /usr/bin/ping; fi",
    "stat -c %a /usr/bin/ping",
  ];
  expect(output(script, { "/usr/bin/ping": "ping" }).stdout).toBe(
    "Failed to set capabilities on file '/usr/bin/ping': Operation not supported\n4755\n",
  );
});

describe("debconf", () => {
  const templates = [
    "Template: p/name",
    "Type: string",
    "Default: none",
    "Description: A name?",
    " It is long.",
    "",
    "Template: p/flag",
    "Type: boolean",
    "Default: true",
    "Description: ${what}?",
    "",
  ].join("\n");
  const files = { "/var/lib/dpkg/info/p.templates": templates };

  it("gives the default of a template, and asks nobody", () => {
    const script = [
      ". /usr/share/debconf/confmodule",
      "db_version 2.0; echo $RET",
      "db_input high p/name || echo skipped $?",
      "db_go || true",
      "db_get p/name; echo $RET",
      "db_fget p/name seen; echo $RET",
      "db_get p/none || echo $? $RET",
    ];
    expect(output(script, files).stdout).toBe(
      "2.0\nskipped 30\nnone\nfalse\n10 p/none doesn't exist\n",
    );
  });

  // As debconf's own front end "noninteractive" did with the same templates.
  it("takes the first of a list where the answer is none of it", () => {
    const lists = [
      "Template: p/one\nType: select\nChoices: first, second\\, half, third\nDescription: x\n",
      "Template: p/two\nType: select\nChoices: ${choices}\nDefault: gone\nDescription: x\n",
      "Template: p/three\nType: select\nChoices: a, b\nDefault: b\nDescription: x\n",
      "Template: p/multi\nType: multiselect\nChoices: a, b\nDescription: x\n",
      "Template: p/empty\nType: select\nChoices: ${none}\nDescription: x\n",
      // What is shown, and what it means to scripts.
      "Template: p/coded\nType: select\nChoices: None, Slight\nChoices-C: n, s\nChoices-de.UTF-8: k, g\nDefault: s\nDescription: x\n",
    ];
    const script = [
      'db_subst p/two choices "x1, x2"',
      "for q in one two three multi empty coded; do",
      "db_input low p/$q || true; db_go || true; db_get p/$q; echo $q=$RET; db_fget p/$q seen; echo $RET",
      "done",
      "db_set p/one 'second, half'; db_input low p/one || true; db_go; db_get p/one; echo $RET",
      "db_set p/one bad; db_input low p/one || true; db_go; db_get p/one; echo $RET",
    ];
    const withLists = { "/var/lib/dpkg/info/p.templates": lists.join("\n") };
    expect(output(script, withLists).stdout.split("\n")).toEqual([
      ...["one=first", "two=x1", "three=b", "multi=", "empty=", "coded=s"].flatMap((line) => [
        line,
        "false",
      ]),
      "second, half",
      "first",
      "",
    ]);
  });

  it("counts a long list, as of all certificates, by its length", () => {
    const root = rootWith(files);
    const list = "mozilla/Some_Certificate.crt, ".repeat(400);
    run([`db_subst p/flag what '${list}'`], root);
    const { steps } = run(
      Array.from({ length: 100 }, () => "db_get p/name"),
      root,
    );
    expect(steps).toBeLessThan(100_000);
  });

  it("gives the answer of the manifest, which counts as seen", () => {
    const script = ["db_get p/name; echo $RET", "db_fget p/name seen; echo $RET"];
    const answers = new Map([["p/name", "Internet Site"]]);
    expect(output(script, files, answers).stdout).toBe("Internet Site\ntrue\n");
  });

  it("keeps what scripts set for the next one, in the format of its own database", () => {
    const root = rootWith(files);
    run(["db_set p/name two words", "db_subst p/flag what Now", "db_fset p/flag seen true"], root);
    expect(text(root, "/var/cache/debconf/config.dat")).toBe(
      [
        "Name: p/flag",
        "Template: p/flag",
        "Owners: p",
        "Flags: seen",
        "Variables:",
        " what = Now",
        "",
        "Name: p/name",
        "Template: p/name",
        "Value: two words",
        "Owners: p",
        "",
        "",
      ].join("\n"),
    );
    const { stdout } = run(
      [
        "db_get p/name; echo $RET",
        "db_metaget p/flag description; echo $RET; db_metaget p/flag owners; echo $RET",
      ],
      root,
    );
    expect(fromBytes(stdout)).toBe("two words\nNow?\np\n");
  });

  it("forgets what a script set that failed", () => {
    const root = rootWith(files);
    expect(run(["db_set p/name x", "exit 1"], root)).toMatchObject({ type: "ended", status: 1 });
    expect(root.stat("/var/cache/debconf/config.dat")).toBeUndefined();
  });
});

describe("deb-systemd-helper", () => {
  const unit = "[Install]\nWantedBy=multi-user.target\nAlso=more.socket\nAlias=other.service\n";
  const files = {
    "/lib/systemd/system/x.service": unit,
    "/lib/systemd/system/more.socket": "[Install]\nWantedBy=sockets.target\n",
  };
  const enable = [
    "deb-systemd-helper unmask x.service >/dev/null || true",
    "if deb-systemd-helper --quiet was-enabled x.service; then deb-systemd-helper enable x.service; fi",
  ];

  it("enables a unit at its first installation, with what it names", () => {
    const root = rootWith(files);
    expect(run(enable, root)).toMatchObject({ type: "ended", status: 0 });
    const links = [
      "/etc/systemd/system/sockets.target.wants/more.socket",
      "/etc/systemd/system/other.service",
      "/etc/systemd/system/multi-user.target.wants/x.service",
    ];
    expect(links.map((link) => root.readlink(link))).toEqual([
      "/lib/systemd/system/more.socket",
      "/lib/systemd/system/x.service",
      "/lib/systemd/system/x.service",
    ]);
    const state = "/var/lib/systemd/deb-systemd-helper-enabled";
    expect(text(root, `${state}/x.service.dsh-also`)).toBe(`${links.join("\n")}\n`);
    expect(root.stat(`${state}/multi-user.target.wants/x.service`)?.size).toBe(0);
  });

  it("does not enable again what somebody disabled", () => {
    const root = rootWith(files);
    run(enable, root);
    root.remove("/etc/systemd/system/multi-user.target.wants/x.service");
    run(enable, root);
    expect(root.lstat("/etc/systemd/system/multi-user.target.wants/x.service")).toBeUndefined();
  });
});

describe("what belongs to the place where an image runs", () => {
  it("a data folder is left to the first start, also by a shell that is told which script to read", () => {
    const root = rootWith({ "/usr/bin/mysql_install_db": "#!/bin/sh\nmy_print_defaults\n" });
    root.chmod("/usr/bin/mysql_install_db", 0o755);
    expect(
      run(
        [
          "bash /usr/bin/mysql_install_db --rpm",
          "/usr/bin/mysql_install_db --rpm",
          "pg_createcluster -u postgres --no-status 15 main",
        ],
        root,
      ),
    ).toMatchObject({ type: "ended", status: 0 });
  });

  it("the key of a name server is empty, and its own", () => {
    const root = rootWith({ "/etc/bind/": "" });
    run(["rndc-confgen -a"], root);
    expect(root.stat("/etc/bind/rndc.key")).toMatchObject({ size: 0, mode: 0o600 });
  });
});

it("usermod names a home that is not there anew, and moves none", () => {
  const files = {
    "/etc/passwd": "x:x:100:100::/none:/bin/sh\ny:x:101:101::/home/y:/bin/sh\n",
    "/home/y/": "",
  };
  const root = rootWith(files);
  run(["usermod --move-home --home /nonexistent x"], root);
  expect(text(root, "/etc/passwd")).toContain("x:x:100:100::/nonexistent:/bin/sh\n");
  expect(run(["usermod --move-home --home /nonexistent y"], root)).toMatchObject({
    type: "needs-more",
  });
});

it("no name has an address, nothing runs, and nobody is told", () => {
  const root = rootWith({});
  const lines = [
    "for ip in $(hostname -i); do echo $ip; done",
    "! killall -q /usr/libexec/x -HUP",
    "! dbus-send --system --dest=x.y z",
    "! sv u /etc/sv/x/log >/dev/null",
    "sysctl --quiet --system && vgcfgbackup && loginctl unlock-sessions",
  ];
  const outcome = run(lines, root);
  expect(outcome).toMatchObject({ type: "ended", status: 0 });
  expect(outcome.stdout).toHaveLength(0);
});

describe("Debian 13", () => {
  it("links units below /usr where systemd is installed, as its systemctl does", () => {
    const unit = "[Install]\nWantedBy=multi-user.target\n";
    const root = rootWith({
      "/usr/lib/systemd/system/x.service": unit,
      "/lib/systemd/system/x.service": unit,
      "/usr/bin/systemctl": "",
      "/var/lib/dpkg/info/systemd.list": "/usr/lib/systemd/systemd\n",
    });
    const link = "/etc/systemd/system/multi-user.target.wants/x.service";
    run(["deb-systemd-helper enable x.service"], root);
    expect(root.readlink(link)).toBe("/lib/systemd/system/x.service");
    run(["deb-systemd-helper purge x.service"], root);
    root.chmod("/usr/bin/systemctl", 0o755);
    run(["deb-systemd-helper enable x.service"], root);
    expect(root.readlink(link)).toBe("/usr/lib/systemd/system/x.service");
  });

  it("locks accounts of systemd in full, and takes comments of accounts as they are", () => {
    const root = rootWith({
      "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
      "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
      "/etc/shadow": "root:*:19000:0:99999:7:::\n",
      "/usr/lib/sysusers.d/x.conf": 'u! x - "The x"\n',
      "/usr/sbin/adduser": "sub ch_comment {\n    my $usermod = &which('usermod');\n}\n",
    });
    run(["systemd-sysusers x.conf", "adduser --system --gecos 'A, b' y"], root);
    expect(text(root, "/etc/shadow")).toContain("\nx:!*:19675:::::1:\n");
    expect(text(root, "/etc/passwd")).toContain(":A, b:/nonexistent:");
  });
});

describe("update-rc.d", () => {
  const init =
    "#!/bin/sh\n### BEGIN INIT INFO\n# Default-Start: 2 3\n# Default-Stop: 0\n### END INIT INFO\n";

  it("makes links by the header of the script, once", () => {
    const root = rootWith({ "/etc/init.d/x": init });
    run(["update-rc.d x defaults", "update-rc.d x defaults-disabled"], root);
    expect(root.readlink("/etc/rc2.d/S01x")).toBe("../init.d/x");
    expect(root.lstat("/etc/rc3.d/S01x")).toBeDefined();
    expect(root.lstat("/etc/rc0.d/K01x")).toBeDefined();
    expect(root.list("/etc/rc2.d")).toEqual(["S01x"]);
  });
});

describe("adduser", () => {
  const files = {
    "/etc/passwd":
      "root:x:0:0:root:/root:/bin/sh\n_apt:x:100:65534::/nonexistent:/usr/sbin/nologin\n",
    "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "/etc/shadow": "root:*:19000:0:99999:7:::\n",
    "/var/lib/": "",
  };

  it("takes the first free numbers of the system, of users and groups apart", () => {
    const root = rootWith(files);
    run(
      [
        "adduser --quiet --system --group --home /var/lib/x --gecos 'The x' x",
        "adduser --system --no-create-home --ingroup x --shell /bin/false --home /var/lib/y y",
        "adduser --system z",
        "addgroup --system grp; adduser x grp >/dev/null",
      ],
      root,
    );
    expect(text(root, "/etc/passwd").split("\n").slice(2)).toEqual([
      "x:x:101:100:The x,,,:/var/lib/x:/usr/sbin/nologin",
      "y:x:102:100::/var/lib/y:/bin/false",
      "z:x:103:65534::/nonexistent:/usr/sbin/nologin",
      "",
    ]);
    expect(text(root, "/etc/group").split("\n").slice(2)).toEqual(["x:x:100:", "grp:x:101:x", ""]);
    expect(text(root, "/etc/shadow")).toContain("\nx:!:19675::::::\n");
    expect(root.stat("/var/lib/x")).toMatchObject({ mode: 0o755, uid: 101, gid: 100 });
    expect(root.stat("/var/lib/y")).toBeUndefined();
  });

  it("is content with an account of the system that is there", () => {
    const root = rootWith(files);
    expect(
      run(["adduser --system _apt", "addgroup --system g", "addgroup --system g"], root),
    ).toMatchObject({
      status: 0,
    });
    expect(text(root, "/etc/passwd")).toBe(files["/etc/passwd"]);
  });
});

describe("ucf", () => {
  it("puts a file in its place, and remembers it", () => {
    const root = rootWith({ "/usr/share/p/x.conf": "one\n", "/var/lib/ucf/": "" });
    const script = ["ucf --three-way /usr/share/p/x.conf /etc/x.conf", "ucfr p /etc/x.conf"];
    expect(run(script, root)).toMatchObject({ type: "ended", status: 0 });
    expect(text(root, "/etc/x.conf")).toBe("one\n");
    expect(text(root, "/var/lib/ucf/hashfile")).toBe(
      "5bbf5a52328e7439ae6e719dfe712200  /etc/x.conf\n",
    );
    expect(text(root, "/var/lib/ucf/registry")).toBe("p \t /etc/x.conf\n");
    expect(text(root, "/var/lib/ucf/cache/:etc:x.conf")).toBe("one\n");
  });

  it("writes where a link leads, and leaves the link", () => {
    const root = rootWith({ "/usr/share/p/x.conf": "one\n", "/var/lib/ucf/": "", "/srv/": "" });
    root.symlink("/srv/real.conf", "/etc/x.conf");
    run(["ucf /usr/share/p/x.conf /etc/x.conf"], root);
    expect(text(root, "/srv/real.conf")).toBe("one\n");
    expect(root.readlink("/etc/x.conf")).toBe("/srv/real.conf");
    root.write("/srv/real.conf", toBytes("mine\n"));
    root.write("/usr/share/p/x.conf", toBytes("two\n"));
    run(["ucf /usr/share/p/x.conf /etc/x.conf"], root);
    expect(text(root, "/srv/real.conf")).toBe("mine\n");
    expect(text(root, "/srv/real.conf.ucf-dist")).toBe("two\n");
  });

  it("leaves a file alone that it did not make", () => {
    const root = rootWith({ "/usr/share/p/x.conf": "one\n", "/etc/x.conf": "mine\n" });
    run(["ucf /usr/share/p/x.conf /etc/x.conf"], root);
    expect(text(root, "/etc/x.conf")).toBe("mine\n");
    expect(text(root, "/etc/x.conf.ucf-dist")).toBe("one\n");
  });
});

describe("systemd-tmpfiles and systemd-sysusers", () => {
  it("make folders, files, links and accounts", () => {
    const root = rootWith({
      "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
      "/etc/group": "root:x:0:\n",
      "/usr/lib/sysusers.d/x.conf": 'u x - "The x" /var/lib/x\ng y 150\nm x y\n',
      "/usr/lib/tmpfiles.d/x.conf": [
        "# comment",
        "d /run/x 0750 x x -",
        "f /run/x/f 0640 - - - a\\nb",
        "L /run/x/l - - - - /etc/x",
        "r! /run/x/gone",
        "z /run/x/f 0600 x -",
      ].join("\n"),
    });
    expect(
      run(["systemd-sysusers x.conf", "systemd-tmpfiles --create x.conf"], root),
    ).toMatchObject({ status: 0 });
    expect(text(root, "/etc/passwd")).toContain("x:x:999:999:The x:/var/lib/x:/usr/sbin/nologin\n");
    expect(text(root, "/etc/group")).toBe("root:x:0:\ny:x:150:x\nx:x:999:\n");
    expect(root.stat("/run/x")).toMatchObject({ mode: 0o750, uid: 999, gid: 999 });
    expect(root.stat("/run/x/f")).toMatchObject({ mode: 0o600, uid: 999, gid: 0 });
    expect(text(root, "/run/x/f")).toBe("a\nb");
    expect(root.readlink("/run/x/l")).toBe("/etc/x");
  });
});

it("tmpfiles.d names the machine where it has an identity alone", () => {
  const line = { "/usr/lib/tmpfiles.d/x.conf": "d /run/%m 0755 - - -\nd /run/other\n" };
  const without = rootWith(line);
  run(["systemd-tmpfiles --create x.conf"], without);
  expect(without.list("/run")).toEqual(["other"]);
  const identity = "0123456789abcdef".repeat(2);
  const root = rootWith({ ...line, "/etc/machine-id": `${identity}\n` });
  run(["systemd-tmpfiles --create x.conf"], root);
  expect(root.list("/run")).toEqual([identity, "other"]);
});

it("systemctl enables units and those of templates", () => {
  const root = rootWith({
    "/lib/systemd/system/x.service": "[Install]\nWantedBy=multi-user.target\n",
    "/lib/systemd/system/getty@.service":
      "[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n",
  });
  run(["systemctl enable x.service", "systemctl enable getty@tty2.service"], root);
  expect(root.readlink("/etc/systemd/system/multi-user.target.wants/x.service")).toBe(
    "/lib/systemd/system/x.service",
  );
  expect(root.readlink("/etc/systemd/system/getty.target.wants/getty@tty2.service")).toBe(
    "/lib/systemd/system/getty@.service",
  );
});

it("programs of Python that compile to byte code do nothing, others are named", () => {
  const script = ["python3 -E /usr/lib/python3.11/py_compile.py x.py", "python3 -c 'print(1)'"];
  expect(output(script, {})).toMatchObject({ type: "needs-more", line: 2 });
});

it("what would start, or ask what runs, tells that nothing does", () => {
  const root = rootWith({
    "/etc/chrony/chrony.conf": "# comment\npool x iburst\nconfdir /etc/chrony/conf.d\n",
    "/etc/chrony/conf.d/a.conf": "user y\n",
  });
  const lines = [
    "apache2ctl configtest; proftpd -t",
    "lpstat -r || echo none",
    "chronyd -p",
    "df -P / | tail -n 1 | awk '{ print $4 }'",
    "df --output=avail /var",
  ];
  expect(fromBytes(run(lines, root).stdout)).toBe(
    "scheduler is not running\nnone\npool x iburst\nuser y\n104857600\n    Avail\n104857600\n",
  );
});

describe("Apache's modules", () => {
  const files = {
    "/etc/apache2/mods-available/ssl.load": "# Depends: socache setenvif\nLoadModule\n",
    "/etc/apache2/mods-available/ssl.conf": "",
    "/etc/apache2/mods-available/socache.load": "",
    "/etc/apache2/mods-available/setenvif.load": "",
    "/etc/apache2/mods-available/mpm_event.load": "# Conflicts: mpm_prefork\n",
    "/etc/apache2/mods-available/mpm_prefork.load": "# Conflicts: mpm_event\n",
    "/etc/apache2/mods-enabled/": "",
  };

  it("are enabled with what they need, and remembered", () => {
    const root = rootWith(files);
    run(["a2enmod -m -q ssl", "a2enmod -m -q mpm_event"], root);
    expect(root.list("/etc/apache2/mods-enabled")).toEqual([
      "mpm_event.load",
      "setenvif.load",
      "socache.load",
      "ssl.conf",
      "ssl.load",
    ]);
    expect(root.readlink("/etc/apache2/mods-enabled/ssl.load")).toBe("../mods-available/ssl.load");
    expect(root.stat("/var/lib/apache2/module/enabled_by_maint/ssl")).toBeDefined();
  });

  it("are refused where they conflict, and told by a2query", () => {
    const script = [
      "a2enmod -q mpm_event",
      "a2enmod -q mpm_prefork || echo refused",
      "a2query -M",
      "a2query -m ssl || echo $?",
      "a2query -m",
    ];
    expect(output(script, files).stdout).toBe(
      "Enabling module mpm_event.\nrefused\nevent\n1\nmpm_event (enabled by site administrator)\n",
    );
  });
});

describe("dpkg", () => {
  const status =
    "Package: p\nStatus: install ok installed\nVersion: 1:2-3\nArchitecture: amd64\nConffiles:\n /etc/p 0123\n\n";

  it.each([
    ["1.0 lt 1.1", 0],
    ["1.0~rc1 ge 1.0", 1],
    ["'' lt 1", 0],
    ["'' lt-nl 1", 1],
    ["'' le-nl ''", 0],
  ])("compares %s", (words, expected) => {
    expect(output([`dpkg --compare-versions ${words}`], {})).toMatchObject({ status: expected });
  });

  it("answers by the database of the root", () => {
    const files = {
      "/var/lib/dpkg/status": status,
      "/var/lib/dpkg/info/p.list": "/.\n/etc\n/etc/p\n",
    };
    const script = [
      "dpkg-query -W -f='${Package} ${Version} ${db:Status-Status}\\n' p",
      "dpkg -L p | tail -1",
      "dpkg -S /etc/p",
      "dpkg-query -W none 2>/dev/null || echo none",
      "dpkg-trigger --no-await ldconfig",
    ];
    expect(output(script, files).stdout).toBe("p 1:2-3 installed\n/etc/p\np: /etc/p\nnone\n");
  });

  it("stops a script that would need an upgrade", () => {
    const script = [
      "dpkg-maintscript-helper rm_conffile /etc/x 1.0 -- install",
      "dpkg-maintscript-helper rm_conffile /etc/x 1.0 -- upgrade 0.9",
    ];
    expect(output(script, {})).toMatchObject({ type: "needs-more", line: 2 });
  });
});

/** Blanks without what follows them, in which a pattern can look for an end in very many ways. */
const blanks = " ".repeat(300_000);

it.each([
  [
    "update-desktop-database",
    { "/usr/share/applications/a.desktop": `[Desktop Entry]\na${blanks}b` },
  ],
  ["update-mime", { "/usr/lib/mime/packages/a": `text/x; y${blanks}x` }],
  ["systemd-tmpfiles --create a.conf", { "/usr/lib/tmpfiles.d/a.conf": `d${blanks}/x${blanks}` }],
  [
    "glib-compile-schemas /usr/share/glib-2.0/schemas",
    {
      "/usr/share/glib-2.0/schemas/a.gschema.xml": "<schemalist/>",
      "/usr/share/glib-2.0/schemas/b.gschema.override": `[a]\nb${blanks}c`,
    },
  ],
  [
    "deb-systemd-helper enable a.service",
    { "/lib/systemd/system/a.service": `[Install]\nAlias=a${blanks}b` },
  ],
  ["pam-auth-update --package", { "/usr/share/pam-configs/a": `Name: a\nAuth:\n\ta${blanks}b` }],
])("%s ends with a line of very many blanks", (command, files) => {
  const { type } = output([command], { ...files, "/etc/pam.d/": "", "/var/lib/pam/": "" });

  expect(type).toBe("limit-reached");
});

// None of these is refused: what was quadratic or worse now takes as long as the text is.
it.each([
  [
    "a2enmod -q a",
    {
      "/etc/apache2/mods-available/a.load": `# Depends:${" ".repeat(4000)}b${" ".repeat(4000)}\rb\n`,
      "/etc/apache2/mods-available/b.load": "",
      "/etc/apache2/mods-enabled/": "",
    },
  ],
  [
    "adduser --system --gecos A a",
    {
      "/usr/sbin/adduser": "sub ch_comment {\n".repeat(40_000),
      "/etc/passwd": "",
      "/etc/group": "",
    },
  ],
  [
    "glib-compile-schemas /usr/share/glib-2.0/schemas",
    {
      "/usr/share/glib-2.0/schemas/a.gschema.xml": "<schemalist/>",
      "/usr/share/glib-2.0/schemas/b.gschema.override": `[a]\nb=${" ".repeat(8000)}\ra\n`,
    },
  ],
  [`postconf -e "a=b$(printf '%200000s' '')x"`, { "/etc/postfix/main.cf": "" }],
])("%s does not look for the end of the same blanks again and again", (command, files) => {
  expect(output([command], files)).toMatchObject({ type: "ended", status: 0 });
});

it("pam-auth-update does not look for a jump's end again and again", () => {
  const common = ["auth", "account", "password", "session", "session-noninteractive"];
  const saved = `Module: a\n${"[".repeat(2000)}${"end".repeat(2000)}\n`;
  const files = Object.fromEntries(
    common.flatMap((type) => [
      [`/etc/pam.d/common-${type}`, ""],
      [`/var/lib/pam/${type}`, saved],
    ]),
  );
  const outcome = output(["pam-auth-update --package"], {
    ...files,
    "/usr/share/pam-configs/": "",
  });
  expect(outcome.type).toBe("ended");
});

it("a long list of files may be read many times", () => {
  const path = `/usr/lib/systemd/system/${"a".repeat(36)}`;
  const files = {
    "/lib/systemd/system/a.service": "[Install]\nWantedBy=multi-user.target\n",
    "/usr/bin/systemctl": "",
    "/var/lib/dpkg/info/systemd.list": `${path}\n`.repeat(1500),
  };
  const root = rootWith(files);
  root.chmod("/usr/bin/systemctl", 0o755);
  const { type } = run(
    Array.from({ length: 400 }, () => "deb-systemd-helper enable a.service"),
    root,
  );
  expect(type).toBe("ended");
});

it("files that say nothing count when they are read", () => {
  const empty = Array.from({ length: 800 }, (_, index) => [`/etc/chrony/conf.d/${index}.conf`, ""]);
  const files = {
    "/etc/chrony/chrony.conf": "confdir /etc/chrony/conf.d\n".repeat(800),
    ...(Object.fromEntries(empty) as Readonly<Record<string, string>>),
  };
  expect(output(["chronyd -p"], files).type).toBe("limit-reached");
});

it("chronyd's settings that include their own folder are refused, not followed without an end", () => {
  const files = {
    "/etc/chrony/chrony.conf": "confdir /etc/chrony/conf.d\n",
    "/etc/chrony/conf.d/a.conf": "confdir /etc/chrony/conf.d\n".repeat(3),
  };
  expect(output(["chronyd -p"], files).type).not.toBe("ended");
});

function rootWith(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now });
  for (const folder of ["/var/cache/debconf", "/var/lib/dpkg/triggers", "/etc", "/run", "/tmp"]) {
    root.add(folder, { kind: "directory", mode: 0o755 });
  }
  for (const [path, content] of Object.entries(files)) {
    if (path.endsWith("/")) root.add(path, { kind: "directory", mode: 0o755 });
    else root.add(path, { kind: "file", mode: 0o644, content: toBytes(content) });
  }
  return root;
}

function run(
  lines: readonly string[],
  root: MemoryRoot,
  answers = new Map<string, string>(),
): ScriptOutcome {
  return runScript({
    text: lines.join("\n"),
    name: "/var/lib/dpkg/info/p.postinst",
    args: ["configure", ""],
    env: new Map(Object.entries({ PATH: "/usr/sbin:/usr/bin", DPKG_MAINTSCRIPT_PACKAGE: "p" })),
    root,
    commands: debianCommands({ architecture: "amd64", machine: "x86_64", answers }),
    sources: debconfSources,
    now,
  });
}

function output(
  lines: readonly string[],
  files: Readonly<Record<string, string>>,
  answers?: Map<string, string>,
): { readonly stdout: string; readonly type: string } {
  const outcome = run(lines, rootWith(files), answers);
  return { ...outcome, stdout: fromBytes(outcome.stdout) };
}

function text(root: MemoryRoot, path: string): string {
  return fromBytes(root.read(path));
}
