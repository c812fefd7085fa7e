import { describe, expect, test } from "vitest";
import { RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import { tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { type AnRpm, anRpm } from "../../../../support/rpm/an-rpm.ts";
import { numbers, text } from "../../../../support/rpm/header-entries.ts";
import { installRpms } from "../../../../support/rpm/install-rpms.ts";
import { runElScript } from "../../../../support/rpm/run-command.ts";

const headerOf = (rpm: AnRpm): RpmHeader =>
  RpmHeader.parse(Buffer.from(anRpm(rpm).metadata.get("header") ?? "", "base64"));

const arch = (name: string) => text(tags.architecture, name);

const installed = [
  {
    name: "alpha",
    version: "1.0-1.el9",
    more: [numbers(tags.epoch, [2]), arch("x86_64"), text(tags.vendor, "V")],
  },
  { name: "beta", version: "2.0+b-3", more: [arch("noarch")] },
  {
    name: "beta-libs",
    version: "2.0-3",
    provides: [{ name: "other" }, { name: "thing", flags: 8, version: "3" }],
    more: [arch("x86_64"), text(tags.url, "https://x.example")],
  },
].map(headerOf);

const ALPHA = "alpha-1.0-1.el9.x86_64\n";
const BETA = "beta-2.0+b-3.noarch\n";
const LIBS = "beta-libs-2.0-3.x86_64\n";

/** What a command prints, and its exit status or what it needs. */
function run(command: string, files: Readonly<Record<string, string>> = {}) {
  const { end, stdout } = runElScript(command, files, undefined, installed);
  return { end, stdout };
}

/** Outputs and statuses are those of rpm 4.18 with the same packages. */
describe("rpm -q", () => {
  test.each([
    ["alpha", 0, ALPHA],
    ["alpha-1.0", 0, ALPHA],
    ["alpha-1.0-1.el9", 0, ALPHA],
    ["alpha-1.0-1.el9.x86_64", 0, ALPHA],
    ["alpha.x86_64", 0, ALPHA],
    ["alpha.noarch", 1, "package alpha.noarch is not installed\n"],
    ["alpha-2:1.0", 0, ALPHA],
    ["alpha-2:1.0-1.el9", 0, ALPHA],
    ["alpha-0:1.0", 1, "package alpha-0:1.0 is not installed\n"],
    ["alpha-1.0-1", 1, "package alpha-1.0-1 is not installed\n"],
    ["2:alpha", 1, "package 2:alpha is not installed\n"],
    ["'al*'", 1, "package al* is not installed\n"],
    ["beta", 0, BETA],
    ["'beta-*'", 0, BETA],
    ["beta-2.0+b-3.noarch", 0, BETA],
    ["beta-libs", 0, LIBS],
    ["''", 1, "package  is not installed\n"],
    [
      "nope alpha none",
      2,
      `package nope is not installed\n${ALPHA}package none is not installed\n`,
    ],
    ["--quiet alpha", 0, ""],
    ["--quiet nope alpha", 1, ""],
    ["--nosignature --nodigest alpha", 0, ALPHA],
    ["-v alpha", 0, ALPHA],
    ["", 1, ""],
  ])("%s ends with %i", (words, end, stdout) => {
    expect(run(`rpm -q ${words}`)).toEqual({ end, stdout });
  });

  test.each([
    ["", ALPHA + BETA + LIBS],
    ["'beta*'", BETA + LIBS],
    ["beta", BETA],
    ["'*a'", ALPHA + BETA],
    ["'*beta'", BETA],
    ["beta.libs", ""],
    ["'beta?libs'", ""],
    ["alpha beta", ALPHA + BETA],
    ["'b[a-f]ta'", BETA],
    ["'be(ta|x)'", BETA],
    ["'a|b'", ALPHA],
    ["'^be.*'", ""],
    ["'beta$'", BETA],
    ["beta-2.0+b", ""],
    ["'version=2.0*'", BETA + LIBS],
    ["version=2.0 name=beta-libs", LIBS],
    ["nope", ""],
    ["--quiet beta", ""],
  ])("-qa %s", (words, stdout) => {
    expect(run(`rpm -qa ${words}`)).toEqual({ end: 0, stdout });
  });

  test.each([
    ["%{NAME}\\n", "alpha", "alpha\n"],
    ["%{name} %{Version}-%{RELEASE}.%{ARCH}\\n", "alpha", "alpha 1.0-1.el9.x86_64\n"],
    ["%{EPOCH}|%{EPOCHNUM}|%{VENDOR}|%{URL}\\n", "alpha", "2|2|V|(none)\n"],
    [
      "%{EPOCH}|%{EPOCHNUM}|%{VENDOR}|%{URL}\\n",
      "beta-libs",
      "(none)|0|(none)|https://x.example\n",
    ],
    [
      "%{NEVRA} %{NVRA} %{NVR} %{NEVR} %{EVR}\\n",
      "alpha",
      "alpha-2:1.0-1.el9.x86_64 alpha-1.0-1.el9.x86_64 alpha-1.0-1.el9 alpha-2:1.0-1.el9 2:1.0-1.el9\n",
    ],
    [
      "%-10{NAME}|%10{NAME}|%010{EPOCH}|%3{NAME}|%-3{NAME}|",
      "alpha",
      "alpha     |     alpha|         2|alpha|alpha|",
    ],
    ["%|EPOCH?{%{EPOCH}:}:{none }|%{NAME}\\n", "alpha", "2:alpha\n"],
    ["%|EPOCH?{%{EPOCH}:}:{none }|%{NAME}\\n", "beta", "none beta\n"],
    ["%|VENDOR?{v}|\\n", "beta", "\n"],
    ["[%{PROVIDENAME} %{PROVIDEVERSION}\\n]", "beta-libs", "beta-libs 2.0-3\nother \nthing 3\n"],
    [
      "[%{=NAME} %{PROVIDENAME}\\n]",
      "beta-libs",
      "beta-libs beta-libs\nbeta-libs other\nbeta-libs thing\n",
    ],
    ["%{PROVIDENAME}\\n", "beta-libs", "beta-libs\n"],
    ["[%{NAME}\\n]%{=NAME}\\n", "alpha", "alpha\nalpha\n"],
    ["%{RPMTAG_NAME}\\n", "alpha", "alpha\n"],
    ["a\\tb\\\\c\\x\\101\\n", "alpha", "a\tb\\cx101\n"],
    ["%{INSTALLTIME}", "alpha", "1704067200"],
    ["%{CONFLICTNAME} [%{FILENAMES}]", "alpha", "(none) (none)"],
    ["", "alpha", ""],
  ])("--qf '%s' %s", (format, name, stdout) => {
    expect(run(`rpm -q --qf '${format}' ${name}`)).toEqual({ end: 0, stdout });
  });

  test("a format is for what is found, and may stand behind the name", () => {
    expect(run("rpm -q alpha beta --queryformat='%{VERSION} '").stdout).toBe("1.0 2.0+b ");
    expect(run("rpm -q --qf '%{NAME}' nope")).toEqual({
      end: 1,
      stdout: "package nope is not installed\n",
    });
    expect(run("rpm -qa --qf '%{NAME},' 'beta*'").stdout).toBe("beta,beta-libs,");
  });

  test.each([
    ["rpm -q --qf '%{NOSUCH}' alpha", "the tag NOSUCH of rpm"],
    ["rpm -q --qf '%{NAME:upper}' alpha", 'the format "%{NAME:upper}" of rpm'],
    ["rpm -q --qf '%{NAME' alpha", 'the format "%{NAME" of rpm'],
    ["rpm -q --qf 'x}' alpha", 'the format "x}" of rpm'],
    [
      "rpm -q --qf '[%{NAME} %{PROVIDENAME}]' beta-libs",
      "lists of several lengths in a format of rpm",
    ],
    ["rpm -qa '['", 'the pattern "[" of rpm'],
    ["rpm -qa nosuch=1", 'the tag "NOSUCH" of rpm'],
    ["rpm -e alpha", "the option -e of rpm"],
    ["rpm -Uvh x.rpm", "the option -U of rpm"],
    ["rpm --import key", "the option --import of rpm"],
    ["rpm -ql alpha", "the option -l of rpm"],
    ["rpm -q --whatprovides thing", "the option --whatprovides of rpm"],
    ["rpm -V alpha", "the option -V of rpm"],
    ["rpm alpha", "rpm alpha"],
  ])("%s stops the script", (command, end) => {
    expect(run(command).end).toBe(end);
  });

  test("formats may be nested 20 deep", () => {
    const nested = (deep: number): string =>
      `${"%|NAME?{".repeat(deep)}x${"}|".repeat(deep)}${"[".repeat(deep)}${"]".repeat(deep)}`;
    expect(run(`rpm -q --qf '${nested(20)}' alpha`)).toEqual({ end: 0, stdout: "x" });
    expect(run(`rpm -q --qf '${nested(21)}' alpha`).end).toMatch(/^the format/);
    expect(run(`rpm -q --qf '${"[".repeat(21)}x${"]".repeat(21)}' alpha`).end).toMatch(
      /^the format/,
    );
  });

  test("formats in formats and patterns that take long end", () => {
    const deep = "%|NAME?{".repeat(1000);
    expect(run(`rpm -q --qf '${deep}' alpha`).end).toMatch(/^the format/);
    expect(run(`rpm -qa '${"(a*)*".repeat(200)}b'`).end).toBe(0);
  });
});

/** Outputs are those of rpm 4.18, but for what macros.dist of EL9 defines. */
describe("rpm --eval", () => {
  const macroFiles = {
    "/usr/lib/rpm/macros": "%_made %{_prefix}/made\n%_twice %{_made}%{_made}\n# %_none x\n",
    "/usr/lib/rpm/macros.d/macros.dist": `# dist macros.
%__bootstrap         ~bootstrap
%rhel 9
%dist %{!?distprefix0:%{?distprefix}}%{expand:%{lua:for i=0,9999 do print("%{?distprefix" .. i .."}") end}}.el9%{?with_bootstrap:%{__bootstrap}}
%el9                1
%_several %{expand:
  one}\\
two
%with_arguments(x:) %{-x*}
%_loop %{_loop}
`,
    "/usr/lib/rpm/macros.d/macros.dist.rpmnew": "%rhel 10\n",
    "/etc/rpm/macros.own": "%_made /own\n",
  };

  test.each([
    ["%{_bindir}", "/usr/bin"],
    ["%_libdir", "/usr/lib64"],
    ["%{?foo}x", "x"],
    ["%{!?foo:no}", "no"],
    ["%{?_bindir:yes}", "yes"],
    ["%foo %{foo}", "%foo %{foo}"],
    ["%%", "%"],
    ["%", "%"],
    ["a%{?_bindir}b", "a/usr/binb"],
    ["%{?_bindir:%{_bindir}/x}%{?nope:%{_bindir}/x}", "/usr/bin/x"],
    ["%{_arch} %{_os} %{_target}", "x86_64 linux x86_64-linux"],
    ["%{!?_bindir}x", "x"],
    ["%{!_bindir}", "/usr/bin"],
    ["%{??_bindir}", "/usr/bin"],
    ["%{!!?_bindir:x}", "x"],
    ["%{_bindir:x}", "/usr/bin"],
    ["%_bindirx", "%_bindirx"],
    ["%{nil}x", "x"],
    ["%1", "%1"],
    ["%?_bindir %!?_bindir", "/usr/bin "],
    ["%{lua:print(1)}%{lua:print(rpm.expand('%{_lib}'))}", "1lib64"],
    ["%{expand:%_bindir}", "/usr/bin"],
    ["%_bindir/%_libdir.x", "/usr/bin//usr/lib64.x"],
    ["%{_twice}", "/own/own"],
    ["%{?rhel} el%rhel %el9", "9 el9 1"],
    ["%{?dist}", ".el9"],
    ["%_several", "  one\ntwo"],
    ["%{?_none}", ""],
  ])("%s", (macro, printed) => {
    const { end, stdout } = run(
      `rpm --eval '${macro.replaceAll("'", String.raw`'\''`)}'`,
      macroFiles,
    );
    expect(end).toBe(0);
    expect(stdout.trim()).toBe(printed.trim());
  });

  test("several are a line each, and a question may follow", () => {
    expect(run("rpm -E %_lib --eval=%_bindir").stdout).toBe("lib64\n/usr/bin\n");
    expect(run("rpm -E %_lib -q alpha").stdout).toBe(`lib64\n${ALPHA}`);
  });

  test.each([
    ["%(id)", 'the macro "%(" of rpm'],
    ["%[1+1]", 'the macro "%[" of rpm'],
    ["%{getenv:HOME}", 'the macro "%{getenv}" of rpm'],
    ["%define x 1", 'the macro "%{define}" of rpm'],
    ["%{_prefix", "a macro of rpm without its end"],
    ["%with_arguments -x 1", 'the macro "%with_arguments" of rpm'],
    ["%_loop", "macros of rpm in macros without an end"],
    ["%{lua:os.rename()}", "a macro of rpm whose Lua fails"],
  ])("%s stops the script", (macro, end) => {
    expect(run(`rpm -E '${macro}'`, macroFiles).end).toBe(end);
  });

  test("without rpm's own file a macro that is not known stops the script", () => {
    expect(run("rpm -E %{_unitdir}").end).toBe('the macro "%_unitdir" of rpm');
    expect(run("rpm -E %{?_unitdir}x").stdout).toBe("x\n");
    expect(run("rpm -E %abc").end).toBe('the macro "%abc" of rpm');
    // No macro has so short a name.
    expect(run("rpm -E '%ab %{ab}'").stdout).toBe("%ab %{ab}\n");
  });

  /** Where rpm 4.18 says that there are too many levels. */
  test.each([
    ["deep", "%deep", 62],
    ["asked", "%{?nil:%asked", 31],
    ["twice", "%{expand:%twice", 31],
  ])("%s macros in one another have an end: %s, %i times", (name, before, most) => {
    const behind = before.includes("{") ? "}" : "";
    const lines = Array.from(
      { length: 80 },
      (_, at) => `%${name}${at + 1} ${before}${at}${behind}`,
    );
    const files = { "/usr/lib/rpm/macros": `%${name}0 x\n${lines.join("\n")}\n` };
    expect(run(`rpm -E %${name}${most}`, files)).toEqual({ end: 0, stdout: "x\n" });
    expect(run(`rpm -E %${name}${most + 1}`, files).end).toBe(
      "macros of rpm in macros without an end",
    );
  });

  test("macros that grow without an end are bounded", () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [
        `/usr/lib/rpm/macros.d/macros.a${at}`,
        `%grow${at + 1} %{grow${at}}%{grow${at}}\n%grow0 xxxxxxxxxx\n`,
      ]),
    );
    expect(run("rpm -E %grow60", files).end).toBe("limit-reached");
  });
});

describe("rpm within a transaction", () => {
  const asked = (kind: string): string =>
    `echo "${kind} $(rpm -q --qf '%{NAME} ' alpha beta)" >>/log`;
  const asking = (name: string): AnRpm => ({
    name,
    pretrans: asked(`${name} pretrans`),
    pre: asked(`${name} pre`),
    post: asked(`${name} post`),
    posttrans: asked(`${name} posttrans`),
  });
  const missing = (name: string): string => `package ${name} is not installed\n`;

  /** As rpm 4.18 answered in scriptlets of the same two packages. */
  test("a package is there when its files are", async () => {
    const beta = { ...asking("beta"), requires: [{ name: "alpha" }] };
    const { left, textOf } = await installRpms([beta, asking("alpha")]);
    expect(left).toEqual([]);
    const neither = `${missing("alpha")}${missing("beta").trim()}\n`;
    expect(textOf("/log")).toBe(
      [
        `alpha pretrans ${neither}`,
        `beta pretrans ${neither}`,
        `alpha pre ${neither}`,
        `alpha post alpha ${missing("beta")}`,
        `beta pre alpha ${missing("beta")}`,
        "beta post alpha beta \n",
        "alpha posttrans alpha beta \n",
        "beta posttrans alpha beta \n",
      ].join(""),
    );
  });

  test("what layers below have is there from the beginning", async () => {
    const { root } = await installRpms([{ name: "alpha" }]);
    const { textOf } = await installRpms([{ name: "beta", pre: "rpm -qa >/all" }], {
      root,
      isFirst: false,
    });
    expect(textOf("/all")).toBe("alpha-1-1.\n");
  });

  test("what would change packages is undone whole, and told", async () => {
    const { left, root } = await installRpms([
      { name: "alpha", post: "touch /made\nrpm --import /etc/pki/key" },
    ]);
    expect(root.stat("/made")).toBeUndefined();
    expect(left).toEqual([
      expect.objectContaining({
        package: "alpha",
        script: "%post",
        reason: "it needs the option --import of rpm",
      }),
    ]);
  });
});
