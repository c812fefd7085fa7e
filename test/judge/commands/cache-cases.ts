import { settingValues } from "./setting-values.ts";

/** A call of a program that makes a cache of the files in a folder, which it names as its last. */
export interface CacheCase {
  readonly name: string;
  /** By their paths; what begins with `-> ` is a link. */
  readonly files: Readonly<Record<string, string>>;
  readonly argv: readonly [string, ...string[]];
}

const schemas = "/usr/share/glib-2.0/schemas";

const firstSchema = `<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<schemalist gettext-domain="domain">
  <enum id="org.x.Size"><value nick="small" value="0"/><value nick="very-large" value="-5"/></enum>
  <flags id="org.x.Parts"><value nick="none" value="0"/><value nick="one" value="1"/><value nick="two" value="2"/></flags>
  <schema id="org.x.settings" path="/org/x/settings/">
    <key name="bool" type="b"><default>true</default><summary>A &lt;switch&gt;</summary></key>
    <key name="byte" type="y"><default>0x1f</default></key>
    <key name="small" type="n"><default>-7</default></key>
    <key name="number" type="i"><range min="-10" max="10"/><default>010</default></key>
    <key name="unsigned" type="u"><range max="9"/><default>3</default></key>
    <key name="long" type="x"><default>-9223372036854775808</default></key>
    <key name="huge" type="t"><default>18446744073709551615</default></key>
    <key name="double" type="d"><range min="0.5" max="1e3"/><default>2.5</default></key>
    <key name="text" type="s"><default l10n="messages" context="menu"> 'it\\'s \\u00e9' </default><description>long</description></key>
    <key name="time" type="s"><default l10n="time">"24"</default></key>
    <key name="size" enum="org.x.Size"><aliases><alias value="tiny" target="small"/></aliases><default>'small'</default></key>
    <key name="parts" flags="org.x.Parts"><default>['one', 'two']</default></key>
    <key name="choice" type="s"><choices><choice value="a"/><choice value="long choice"/></choices><aliases><alias value="b" target="long choice"/></aliases><default>'a'</default></key>
    <child name="inner" schema="org.x.base"/>
    <child name="gone" schema="org.x.none"/>
  </schema>
  <schema id="org.x.base">
    <key name="list" type="as"><default>[]</default></key>
    <key name="list-of-numbers" type="ai"><default>[1, 2, 3]</default></key>
    <key name="pair" type="(ii)"><default>(100, -1)</default></key>
    <key name="mixed" type="(sybd)"><default>('x', 5, true, 1)</default></key>
    <key name="nested" type="a(ss)"><default>[('a', 'b'), ('', 'dd')]</default></key>
    <key name="dictionary" type="a{sv}"><default>{'one': &lt;1&gt;, 'two': &lt;'x'&gt;, 'three': &lt;[true]&gt;, 'four': &lt;uint32 4&gt;}</default></key>
    <key name="empty-dictionary" type="a{su}"><default>@a{su} {}</default></key>
    <key name="variant" type="v"><default><![CDATA[<(1, 'two')>]]></default></key>
    <key name="maybe" type="ms"><default>nothing</default></key>
    <key name="maybe-number" type="mi"><default>just 4</default></key>
    <key name="bytes" type="ay"><default>b'abc'</default></key>
    <key name="object" type="o"><default>'/a/b'</default></key>
    <key name="unit" type="()"><default>()</default></key>
  </schema>
</schemalist>
`;

const secondSchema = `<schemalist>
  <schema id="org.x.extending" extends="org.x.base">
    <override name="list">['z']</override>
    <key name="another" type="b"><default>false</default></key>
  </schema>
  <schema id="org.x.list" list-of="org.x.base" path="/org/x/list:/"/>
  <schema id="org.x.many">
${Array.from({ length: 40 }, (_, at) => `    <key name="key-${at}" type="i"><default>${at}</default></key>`).join("\n")}
  </schema>
</schemalist>
`;

const icons = "/usr/share/icons/theme";
const mime = "/usr/share/mime";
const mimeNamespace = "http://www.freedesktop.org/standards/shared-mime-info";

const firstTypes = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE mime-info [
<!ELEMENT mime-info (mime-type)+>
<!-- a comment "within" -->
]>
<mime-info xmlns="${mimeNamespace}" xmlns:k="http://k.example/">
  <mime-type type="text/x-One">
    <comment>One &amp; only</comment>
    <comment xml:lang="de">Eins \u00c3\u00a4 &lt;</comment>
    <acronym>O</acronym>
    <sub-class-of type="text/plain"/>
    <alias type="text/one"/>
    <alias type="application/x-one"/>
    <icon name="one"/>
    <generic-icon name="text-x-generic"/>
    <glob pattern="*.one"/>
    <glob pattern="*.ONE" weight="80" case-sensitive="true"/>
    <glob pattern="Makefile.*"/>
    <glob pattern="README"/>
    <glob pattern="*.\u00c3\u00a9"/>
    <magic priority="60">
      <match type="string" value="\\x89one\\0\\n" offset="0:64" mask="0xffff00">
        <match type="big16" value="0x1234" offset="8"/>
        <match type="little32" value="017" mask="0xff" offset="12"/>
      </match>
      <match type="host16" value="7" offset="4"/>
      <match type="byte" value="255" offset="1"/>
    </magic>
    <root-XML namespaceURI="http://one.example/" localName="one"/>
    <root-XML namespaceURI="" localName="bare"/>
    <unknown/>
    <k:thing a="x&quot;y"><k:inner/><k:inner b="1"/></k:thing>
    <other xmlns="http://o.example/">text <b/> more</other>
  </mime-type>
  <mime-type type="x-content/pictures">
    <comment>Pictures</comment>
    <treemagic priority="40">
      <treematch path="dcim" type="directory" non-empty="true">
        <treematch path="dcim/a" executable="true" match-case="true" mimetype="image/png"/>
      </treematch>
      <treematch path="any"/>
    </treemagic>
  </mime-type>
  <mime-type type="image/bad">
    <comment>Bad</comment>
    <magic><match type="string" value="x" offset="none"/></magic>
    <glob pattern="*.never"/>
  </mime-type>
  <mime-type type="nothing"/>
  <mime-type type="text/plain"><comment>Plain</comment><glob pattern="*.txt"/><glob pattern="*.one"/></mime-type>
</mime-info>
`;

const secondTypes = `<mime-info xmlns="${mimeNamespace}">
  <mime-type type="text/x-One">
    <comment xml:lang="de">Anders</comment>
    <glob-deleteall/>
    <magic-deleteall/>
    <sub-class-of type="text/other"/>
    <icon name="two"/>
    <glob pattern="*.one" weight="90"/>
  </mime-type>
  <mime-type type="application/new">
    <comment></comment>
    <magic><match type="string" value="new" offset="0"/></magic>
    <alias type="text/one"/>
  </mime-type>
</mime-info>
`;
const mimeStatus = "Package: shared-mime-info\nStatus: install ok installed\nVersion: 2.2-1\n\n";

/** As the text of an XML element. */
export function escapedForXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const allValues = [
  "<schemalist>",
  '<schema id="org.x.values">',
  ...settingValues.map(
    ([type, value], index) =>
      `<key name="key-${index}" type="${type}"><default>${escapedForXml(value)}</default></key>`,
  ),
  "</schema>",
  "</schemalist>",
].join("\n");

/** Names of two to 65 letters, and ranges of all types. */
const namesAndRanges = [
  "<schemalist gettext-domain='all'>",
  "<enum id='org.x.Names'>",
  ...Array.from(
    { length: 64 },
    (_, at) => `<value nick="${"n".repeat(at + 2)}" value="${(at - 32) * 1000}"/>`,
  ),
  "</enum>",
  "<flags id='org.x.Bits'><value nick='low' value='1'/><value nick='high' value='0x40000000'/></flags>",
  "<schema id='org.x.names' gettext-domain='own'>",
  "<key name='name' enum='org.x.Names'><default l10n='messages'>'nnn'</default></key>",
  "<key name='again' enum='org.x.Names'><aliases><alias value='other' target='nn'/></aliases><default>'nnn'</default></key>",
  "<key name='bits' flags='org.x.Bits'><aliases><alias value='top' target='high'/></aliases><default>['low']</default></key>",
  "<key name='no-bits' flags='org.x.Bits'><default>[]</default></key>",
  "<key name='choices' type='as'><choices><choice value='a'/><choice value='b'/></choices><default>['b', 'a']</default></key>",
  "<key name='maybe' type='ms'><choices><choice value='a'/></choices><default>nothing</default></key>",
  "<key name='just' type='ms'><choices><choice value='a'/></choices><default>just 'a'</default></key>",
  ...["y", "n", "q", "i", "u", "x", "t", "d"].flatMap((type) => [
    `<key name='${type}-min' type='${type}'><range min='1'/><default>1</default></key>`,
    `<key name='${type}-max' type='${type}'><range max='9'/><default>9</default></key>`,
    `<key name='${type}-both' type='${type}'><range min='2' max='8'/><default>5</default></key>`,
  ]),
  "</schema>",
  "<schema id='org.x.extended' extends='org.x.names'>",
  "<override name='i-both'>8</override>",
  "<override name='name'>'nnnn'</override>",
  "</schema>",
  "<schema id='org.x.further' extends='org.x.extended'><override name='u-both'>2</override></schema>",
  "<schema id='org.x.listed' list-of='org.x.names'/>",
  "<schema id='org.x.listed2' extends='org.x.listed' list-of='org.x.extended' path='/m:/'/>",
  "<schema id='org.x.plain' path='/p/'><key name='k' type='b'><default>true</default></key></schema>",
  "</schemalist>",
].join("\n");

const match = (attributes: string, inner = ""): string =>
  inner === "" ? `<match ${attributes}/>` : `<match ${attributes}>${inner}</match>`;

/** Magic of all kinds of numbers and texts, globs of all weights, and who is of whose kind. */
const manyTypes = [
  `<mime-info xmlns="${mimeNamespace}">`,
  ...[
    ["a/zz", "50", match('type="string" value="zz" offset="0"')],
    ["a/aa", "50", match('type="string" value="aa" offset="1:9"')],
    ["b/aa", "50", match('type="string" value="ba" offset="255"')],
    ["a/a-b", "50", match('type="string" value="ab" offset="256:65536"')],
    ["c/high", "100", match('type="string" value="high" offset="0"')],
    ["c/low", "0", match('type="string" value="low" offset="0"')],
    [
      "n/byte",
      "60",
      match('type="byte" value="0" offset="0"') + match('type="byte" value="0377" offset="3"'),
    ],
    ["n/big16", "60", match('type="big16" value="65535" offset="0" mask="0xff00"')],
    ["n/big32", "60", match('type="big32" value="0xcafebabe" offset="0" mask="4294967295"')],
    ["n/little16", "60", match('type="little16" value="0x1234" offset="0" mask="0xff"')],
    ["n/little32", "60", match('type="little32" value="0x12345678" offset="0"')],
    ["n/host16", "60", match('type="host16" value="0x1234" offset="0" mask="0xff"')],
    ["n/host32", "60", match('type="host32" value="0x12345678" offset="2:3"')],
    [
      "s/escapes",
      "60",
      match(String.raw`type="string" value="\a\b\f\n\r\t\v\\\&quot;\x41\x7\101\7z\0" offset="0"`),
    ],
    ["s/mask", "60", match('type="string" value="abcd" mask="0xFFffF0" offset="0"')],
    ["s/short-mask", "60", match('type="string" value="abcd" mask="0xff" offset="0"')],
    [
      "d/deep",
      "60",
      match(
        'type="string" value="1" offset="0"',
        match('type="string" value="2" offset="1"', match('type="string" value="3" offset="2"')) +
          match('type="string" value="4" offset="3"'),
      ) + match('type="string" value="5" offset="4"'),
    ],
  ].map(
    ([type, priority, matches]) =>
      `<mime-type type="${type}"><comment>${type}</comment><magic priority="${priority}">${matches}</magic></mime-type>`,
  ),
  ...["0", "1", "49", "50", "51", "100"].map(
    (weight) =>
      `<mime-type type="w/w${weight}"><comment>w</comment><glob pattern="*.w" weight="${weight}"/><glob pattern="*.w${weight}.tar"/></mime-type>`,
  ),
  '<mime-type type="k/kind"><comment>k</comment><sub-class-of type="w/w0"/><sub-class-of type="a/zz"/><alias type="k/other"/><alias type="k/another"/></mime-type>',
  '<mime-type type="k/second"><comment>k</comment><sub-class-of type="k/kind"/><icon name="i"/><glob pattern="exact"/><glob pattern="pre*"/><glob pattern="*.a.b"/><glob pattern="*.b"/><glob pattern="*b"/><glob pattern="[Rr]ead*"/></mime-type>',
  '<mime-type type="k/cases"><comment>k</comment><glob pattern="*.C" case-sensitive="true"/><glob pattern="*.c" case-sensitive="false"/><glob pattern="Exact" case-sensitive="true"/><glob pattern="Any*" case-sensitive="true" weight="10"/></mime-type>',
  "</mime-info>",
].join("\n");

export const cacheCases: readonly CacheCase[] = [
  {
    name: "settings of all types",
    files: { [`${schemas}/org.x.gschema.xml`]: firstSchema },
    argv: ["glib-compile-schemas", schemas],
  },
  {
    name: "settings of values in all forms",
    files: { [`${schemas}/org.x.gschema.xml`]: allValues },
    argv: ["glib-compile-schemas", schemas],
  },
  {
    name: "settings with names and ranges",
    files: {
      [`${schemas}/org.x.gschema.xml`]: namesAndRanges,
      [`${schemas}/20_late.gschema.override`]: "[org.x.names]\ni-both=3\nname='nn'\n",
      [`${schemas}/30_broken.gschema.override`]: "[org.x.names]\ny-both=8\nbroken\n",
      [`${schemas}/10_early.gschema.override`]: [
        "[org.x.names]",
        "i-both=4",
        "u-both=9",
        "u-max=0",
        "bits=['high', 'low']",
        "choices=['c']",
        "name='other'",
        "double=1",
        "[org.x.names:Desk:More]",
        "i-both=6",
        "i-both=7",
        "choices=@as []",
        "[org.x.names:Another]",
        "i-both=8",
        "",
      ].join("\n"),
    },
    argv: ["glib-compile-schemas", schemas],
  },
  {
    name: "settings that extend others, and what distributions change",
    files: {
      [`${schemas}/org.a.gschema.xml`]: firstSchema,
      [`${schemas}/org.b.gschema.xml`]: secondSchema,
      [`${schemas}/z.enums.xml`]:
        '<schemalist><enum id="e"><value nick="aa" value="1"/></enum></schemalist>',
      [`${schemas}/10_x.gschema.override`]: [
        "# a comment",
        "[org.x.settings]",
        "bool=false",
        "number = 99",
        "choice='none'",
        "text='other'",
        "none=1",
        "[org.x.settings:GNOME]",
        "bool=true",
        "text='translated'",
        "[org.x.base:KDE:more]",
        "list=['k']",
        "[org.none]",
        "x=1",
        "",
      ].join("\n"),
    },
    argv: ["glib-compile-schemas", schemas],
  },
  {
    name: "media types of several packages",
    files: {
      [`${mime}/packages/one.xml`]: firstTypes,
      [`${mime}/packages/Override.xml`]: secondTypes,
      [`${mime}/packages/z.xml`]: "<mime-info><mime-type type='a/b'/></mime-info>",
      [`${mime}/packages/broken.xml`]: "<mime-info>",
      [`${mime}/packages/README`]: "no XML",
      [`${mime}/text/gone.xml`]: "old",
      "/var/lib/dpkg/status": mimeStatus,
    },
    argv: ["update-mime-database", mime],
  },
  {
    name: "media types in many forms",
    files: { [`${mime}/packages/many.xml`]: manyTypes, "/var/lib/dpkg/status": mimeStatus },
    argv: ["update-mime-database", mime],
  },
  {
    name: "no media types",
    files: { [`${mime}/packages/README`]: "", "/var/lib/dpkg/status": mimeStatus },
    argv: ["update-mime-database", mime],
  },
  {
    name: "icons of a theme",
    files: {
      [`${icons}/index.theme`]: "[Icon Theme]",
      [`${icons}/beside.png`]: "",
      [`${icons}/icon-theme.cache`]: "old",
      ...Object.fromEntries(
        Array.from({ length: 40 }, (_, at) => [`${icons}/16x16/apps/icon-${at}.png`, ""]),
      ),
      [`${icons}/16x16/apps/icon-3.svg`]: "",
      [`${icons}/16x16/apps/README`]: "",
      [`${icons}/16x16/places/icon-3.xpm`]: "",
      [`${icons}/16x16/above.png`]: "",
      [`${icons}/scalable/apps/icon-3.svg`]: "",
      [`${icons}/scalable/apps/icon-3.symbolic.svg`]: "",
      [`${icons}/scalable/apps/linked.svg`]: "-> icon-3.svg",
      [`${icons}/scalable/apps/scalable/apps.svg`]: "",
      [`${icons}/scalable/none/README`]: "",
    },
    argv: ["gtk-update-icon-cache", "-f", "-q", icons],
  },
  // The table of names is the larger the more there are.
  ...[1, 32, 33, 56, 57, 110, 111, 219, 327].map((count) => ({
    name: `${count} icons`,
    files: {
      [`${icons}/index.theme`]: "",
      ...Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`${icons}/a/${at.toString(36)}.png`, ""]),
      ),
    },
    argv: ["gtk-update-icon-cache", "-f", "-q", icons] as const,
  })),
  {
    name: "icons with odd names",
    files: {
      [`${icons}/a/x.y.svg`]: "",
      [`${icons}/a/x.y.png`]: "",
      [`${icons}/a/x.y.xpm`]: "",
      [`${icons}/a/upper.PNG`]: "",
      [`${icons}/b/c/d/deep.svg`]: "",
      [`${icons}/b/c/d.svg`]: "",
      [`${icons}/abc/abc.svg`]: "",
      [`${icons}/abc/abcd.svg`]: "",
    },
    argv: ["gtk-update-icon-cache", "-t", "-f", "-q", icons],
  },
  {
    name: "no icons any more",
    files: { [`${icons}/index.theme`]: "", [`${icons}/icon-theme.cache`]: "old" },
    argv: ["gtk-update-icon-cache", "--force", "--quiet", icons],
  },
  {
    name: "no settings any more",
    files: { [`${schemas}/gschemas.compiled`]: "old" },
    argv: ["glib-compile-schemas", schemas],
  },
];
