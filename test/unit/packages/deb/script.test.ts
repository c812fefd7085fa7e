import { describe, expect, test } from "vitest";
import { diversionsIn } from "../../../../src/packages/deb/script/diversions.ts";
import { effectsOf } from "../../../../src/packages/scripts/undone/effects.ts";
import { readScript } from "../../../../src/packages/scripts/undone/lines.ts";

/** Whether the command `mark` of a postinst runs at a first installation. */
function runsOf(script: string): readonly string[] {
  return readScript(script, "configure").flatMap(({ text, runs }) =>
    text.startsWith("mark") ? [runs] : [],
  );
}

describe("what is known of a line without running it", () => {
  test.for<readonly [string, string]>([
    ["mark", "yes"],
    ['if [ "$1" = "configure" ]; then\nmark\nfi', "yes"],
    ['if [ "$1" = configure ] || [ "$1" = abort-upgrade ] ; then mark; fi', "yes"],
    ["if test x$1 = xupgrade\nthen\nmark\nfi", "no"],
    ['if [ "$1" = "upgrade" ] && dpkg --compare-versions "$2" lt 3; then\nmark\nfi', "no"],
    ['if [ -n "$2" ]; then\nmark\nfi', "no"],
    ['if [ -z "${2}" ]; then\nmark\nfi', "yes"],
    ['if [ "$1" = "upgrade" ]; then\n:\nelse\nmark\nfi', "yes"],
    ['if [ "$1" = "configure" ]; then\n:\nelse\nmark\nfi', "no"],
    ["if which tool >/dev/null; then\nmark\nfi", "unknown"],
    ["if which tool; then\n:\nelse\nmark\nfi", "unknown"],
    ['if [ "$1" = upgrade ]; then\n:\nelif [ "$1" = configure ]; then\nmark\nfi', "yes"],
    ['case "$1" in\n  configure|reconfigure)\n mark\n ;;\n *)\n :\n ;;\nesac', "yes"],
    ['case "$1" in\n  upgrade) : ;;\n  *) mark ;;\nesac', "yes"],
    ['case "$1" in\n  configure)\n :\n ;;\n *)\n mark\n ;;\nesac', "no"],
    ['case "$x" in\n  configure)\n mark\n ;;\nesac', "unknown"],
    ["for a in b c; do\nmark\ndone", "unknown"],
    ["make() {\nmark\n}", "unknown"],
    ["make()\n{\nmark\n}\nmake", "unknown"],
    ["make() { true; }\nmark", "yes"],
    ["exit 0\nmark", "no"],
    ['if [ "$1" = upgrade ]; then\nexit 0\nfi\nmark', "yes"],
    ["if which tool; then\nexit 0\nfi\nmark", "unknown"],
    ["ls | while read a; do\n:\ndone\nmark", "yes"],
    // A block that is closed by what did not open it: nothing is known of the rest.
    ["if which tool; then\ndone\nmark\nfi", "unknown"],
    ["fi\nmark", "unknown"],
  ])("%j: %s", ([script, runs]) => {
    expect(runsOf(script)).toEqual([runs]);
  });

  test.for(["cat <<EOF\nmark\nEOF\n", "# mark", "echo 'a\nmark\nb'", 'sed -e "\nmark\n" x'])(
    "%j: there is no such command",
    (script) => {
      expect(runsOf(script)).toEqual([]);
    },
  );
});

test("a script that is long or odd takes no time", () => {
  const odd = ["'\n", "a=", "if x;", "`", "$(", "case x in\n", "<<E\n", "|", "((", "{\n", "a b\n"];

  for (const part of odd) {
    const script = part.repeat(Math.floor(256_000 / part.length));
    expect(() => effectsOf(script, "configure")).not.toThrow();
  }
  expect(effectsOf("mkdir /x\n".repeat(100_000), "configure").map(({ text }) => text)).toEqual([
    "a script that is too long to be read",
  ]);
});

test("an apostrophe in a comment opens no quote", () => {
  expect(runsOf("# what isn't there\nx=1 # doesn't matter\nmark")).toEqual(["yes"]);
});

describe("diversions", () => {
  test.for([
    "dpkg-divert --package p --divert /usr/bin/y --rename --add /usr/bin/x",
    "dpkg-divert --add --rename --package=p --divert=/usr/bin/y /usr/bin/x",
    'dpkg-divert --quiet --package p --rename --divert "/usr/bin/y" "/usr/bin/x"',
  ])("%j moves x to y", (script) => {
    expect(diversionsIn(script)).toEqual([{ package: "p", from: "/usr/bin/x", to: "/usr/bin/y" }]);
  });

  test.for([
    "dpkg-divert --package p --divert /usr/bin/y --remove /usr/bin/x",
    "dpkg-divert --package p --divert /usr/bin/y --no-rename --add /usr/bin/x",
    "dpkg-divert --local --divert /usr/bin/y --rename --add /usr/bin/x",
    "dpkg-divert --package p --divert $y --rename --add /usr/bin/x",
    "dpkg-divert --list /usr/bin/x",
  ])("%j moves nothing", (script) => {
    expect(diversionsIn(script)).toEqual([]);
  });
});

describe("effects of a script", () => {
  test.for<readonly [string, readonly string[]]>([
    ["set -e\nexit 0", []],
    [
      "dpkg-trigger --no-await /usr/lib/loaders",
      ["cache: what a trigger updates: /usr/lib/loaders"],
    ],
    ["update-mime-database /usr/share/mime", ["cache: the MIME database /usr/share/mime"]],
    [
      'phpini="/etc/php/php.ini"\nucf /usr/lib/php.ini $phpini',
      ["missing: the configuration /etc/php/php.ini"],
    ],
    [
      "for b in php phar; do\nupdate-alternatives --install /usr/bin/${b} $b /usr/bin/${b}8 82\ndone",
      ["missing: the link /usr/bin/…"],
    ],
    [
      "update-alternatives --install /usr/bin/l name /usr/bin/x 1",
      ["missing: the link /usr/bin/l"],
    ],
    ['touch "$log"\nchown root "$log"', ["missing: a file", "missing: an owner"]],
    ["a2enmod -q mpm_event", ["missing: what a2enmod does"]],
    ["echo text > /etc/file", ["missing: the file /etc/file"]],
    ["test -x /usr/bin/x && ln -s a /usr/bin/y || true", ["missing: the link /usr/bin/y"]],
    ["make() {\nmkdir /srv/x\n}\nmake", ["missing: the folder /srv/x"]],
    ['if [ "$1" = upgrade ]; then\nmkdir /srv/x\nfi', []],
    ["systemctl daemon-reload >/dev/null 2>&1 || true", []],
  ])("of %j: %j", ([script, expected]) => {
    expect(effectsOf(script, "configure").map(({ grade, text }) => `${grade}: ${text}`)).toEqual(
      expected,
    );
  });
});
