import { describe, expect, test } from "vitest";
import { effectsOf } from "../../../../../src/packages/scripts/undone/effects.ts";
import { LONGEST_SCRIPT } from "../../../../../src/packages/scripts/undone/lines.ts";

function textsOf(script: string): readonly string[] {
  return effectsOf(script, "configure").map(({ text }) => text);
}

describe("what a command makes", () => {
  test.each([
    ["ln -s /a /usr/bin/b", "the link /usr/bin/b"],
    ["mkdir -p /srv/a", "the folder /srv/a"],
    ["mkdir -m 0755 /srv/a", "the folder /srv/a"],
    ["mkdir a", "a folder"],
    ["install -m 644 a /etc/b", "the file /etc/b"],
    ["install -d /etc/b", "the file /etc/b"],
    ["cp -p /a /etc/b", "the file /etc/b"],
    ["mv /a /etc/b", "the file /etc/b"],
    ["/bin/mv /a /etc/b", "the file /etc/b"],
    ["/usr/bin/mv /a /etc/b", "the file /etc/b"],
    ["/usr/sbin/adduser --system a", "an account: a"],
    ["touch /etc/$name", "the file /etc/…"],
    ["touch /etc/${name}.d/x", "the file /etc/….d/x"],
    ["touch $file", "a file"],
    ["touch", "a file"],
    ["tee /etc/b", "the file /etc/b"],
    ["echo a | tee /etc/b >/dev/null", "the file /etc/b"],
    ["ucf /usr/share/a /etc/b", "the configuration /etc/b"],
    ["adduser --system --group games", "an account: games"],
    ["adduser --system $user", "an account"],
    ["addgroup --system games", "a group: games"],
    ["useradd -r games", "an account: games"],
    ["groupadd -r games", "a group: games"],
    ["systemd-sysusers games.conf", "accounts: games.conf"],
    ["systemd-sysusers", "accounts"],
    ["systemd-tmpfiles --create x.conf", "folders: x.conf"],
    ["chown root:games /var/a", "the owner of /var/a"],
    ["chown root:games $a", "an owner"],
    ["chmod 755 /var/a", "the mode of /var/a"],
    ["chmod 755 $a", "a mode"],
    ["chgrp games /var/a", "the group of /var/a"],
    ["setcap cap_net_raw+ep /bin/a", "the capabilities of /bin/a"],
    ["dpkg-statoverride --update --add root games 2755 /usr/bin/a", "owner and mode of /usr/bin/a"],
    ["dpkg-divert --add --rename --divert /a.b /a", "the diversion of /a"],
    ["update-alternatives --install /usr/bin/a a /usr/bin/b 10", "the link /usr/bin/a"],
    ['update-alternatives --install "/usr/bin/a" a /usr/bin/b 10', "the link /usr/bin/a"],
    ["update-alternatives --quiet --install /a a /b 1 --slave /c c /d", "the link /a"],
    ["sed -i s/a/b/ /etc/c", "the file /etc/c"],
    ["sed -e s/a/b/ -i /etc/c", "the file /etc/c"],
    ["update-icon-caches /usr/share/icons/a", "the icon cache /usr/share/icons/a"],
    ["gtk-update-icon-cache /usr/share/icons/a", "the icon cache /usr/share/icons/a"],
    ["fc-cache", "a font cache"],
    ["install-info /usr/share/info/a", "the index of info pages /usr/share/info/a"],
    ["install-info $a", "an index of info pages"],
    ["update-catalog --update-super", "an SGML catalog"],
    ["a2enmod rewrite", "what a2enmod does"],
    ["/usr/lib/a/setup.sh x", "what /usr/lib/a/setup.sh does"],
    ["echo a > /etc/b", "the file /etc/b"],
    ["echo a >>/etc/b", "the file /etc/b"],
    ['echo a > "/etc/b"', "the file /etc/b"],
    ["cat > /etc/b <<E", "the file /etc/b"],
    ["echo a > $b", "a file"],
    ["sort /a 2>&1 > /etc/b", "the file /etc/b"],
    ["unknown-tool 2>/dev/null >&2", "what unknown-tool does"],
    ["A=b C='d e' E=\"f g\" H=$(i j) K=`l m` tool", "what tool does"],
    ["! tool", "what tool does"],
    ["( tool )", "what tool does"],
    ["( cd /; mkdir b )", "a folder"],
  ])("%j: %s", (script, text) => {
    expect(textsOf(script)).toEqual([text]);
  });

  test.each([
    "echo a",
    "echo a >/dev/null",
    "echo a >&2",
    'echo a > "/dev/null"',
    "ls -l > /dev/stderr",
    "cat /etc/b",
    "cat /a | sort",
    "sed s/a/b/ /etc/c",
    "awk '{print}' /etc/c",
    "update-alternatives --remove a /b",
    "update-alternatives --auto a",
    "dpkg-divert --remove /a",
    "dpkg-divert --list /a",
    "dpkg-statoverride --list /a",
    "rm -f /etc/b",
    "[ -e /etc/b ]",
    "test -e /etc/b || exit 0",
    "systemctl daemon-reload || true",
    "db_get a/b",
    "py3compile -p a",
    "deb-systemd-helper enable a.service",
    "$tool /etc/b",
    '"$tool" /etc/b',
    "x=/etc/b",
    "own() { :; }\nown /etc/b",
    "function own () {\n:\n}\nown /etc/b",
    "",
  ])("%j makes nothing", (script) => {
    expect(textsOf(script)).toEqual([]);
  });
});

describe("which commands of a line are seen", () => {
  test.each<readonly [string, readonly string[]]>([
    ["mkdir /a && mkdir /b || mkdir /c", ["/a", "/b", "/c"].map((name) => `the folder ${name}`)],
    ["mkdir /a | mkdir /b & mkdir /c", ["/a", "/b", "/c"].map((name) => `the folder ${name}`)],
    ["if which x; then mkdir /a; else mkdir /b; fi", ["the folder /a", "the folder /b"]],
    ["mkdir /a; mkdir /b\nmkdir /a", ["the folder /a", "the folder /b"]],
    ["echo a >/dev/null && mkdir /a", ["the folder /a"]],
    ["mkdir /a >&2 && mkdir /b", ["the folder /a", "the folder /b"]],
    ["mkdir /a > & 2 && mkdir /b", ["the folder /a", "the folder /b"]],
    ['if [ "$1" = upgrade ]; then mkdir /a; else mkdir /b; fi', ["the folder /b"]],
    ["for x in a; do mkdir /a; done", ["the folder /a"]],
    ["exit 0\nmkdir /a", []],
    ["case $1 in configure) mkdir /a ;; *) mkdir /b ;; esac", ["the folder /a"]],
  ])("%j: %j", (script, texts) => {
    expect(textsOf(script)).toEqual(texts);
  });
});

describe("variables", () => {
  test.each([
    ["d=/var/a\nmkdir $d", "the folder /var/a"],
    ["d=/var/a\nmkdir ${d}/b", "the folder /var/a/b"],
    ['d="/var/a"\nmkdir "$d/b"', "the folder /var/a/b"],
    ["  d=/var/a  \nmkdir $d", "the folder /var/a"],
    // A value that is not the only one, or is no plain text, is not known.
    ["d=/var/a\nd=/var/b\nmkdir /$d", "the folder /…"],
    ["d=$(pwd)\nmkdir /$d", "the folder /…"],
    ["d='/a b'\nmkdir /x/$d", "the folder /x/…"],
    ["mkdir /x/$d", "the folder /x/…"],
    ["e=/var/a\nmkdir /x/$d", "the folder /x/…"],
  ])("%j: %s", (script, text) => {
    expect(textsOf(script)).toEqual([text]);
  });
});

test.each([
  ["mkdir /a", { grade: "missing", text: "the folder /a", path: "/a", isChange: false }],
  ["chown a /a", { grade: "missing", text: "the owner of /a", path: "/a", isChange: true }],
  ["chmod 1 $a", { grade: "missing", text: "a mode", isChange: true }],
  ["fc-cache /a", { grade: "cache", text: "the font cache /a", path: "/a", isChange: false }],
  ["tool /a", { grade: "missing", text: "what tool does", isChange: false }],
  // Of these it is not told which file it is.
  ["touch /a/$b", { grade: "missing", text: "the file /a/…", isChange: false }],
  ["touch /a/*", { grade: "missing", text: "the file /a/*", isChange: false }],
  ["touch /a/b?", { grade: "missing", text: "the file /a/b?", isChange: false }],
])("%s is told with its place and its grade", (script, effect) => {
  expect(effectsOf(script, "configure")).toEqual([effect]);
});

test("a script of the longest size is read, and of one that is longer nothing is known", () => {
  const script = `mkdir /a\n${"#".repeat(LONGEST_SCRIPT - 9)}`;
  expect(textsOf(script)).toEqual(["the folder /a"]);
  expect(effectsOf(`${script}#`, "configure")).toEqual([
    { grade: "missing", text: "a script that is too long to be read", isChange: false },
  ]);
});
