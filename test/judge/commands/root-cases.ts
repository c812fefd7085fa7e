import { accountToolCases } from "./account-tool-cases.ts";
import { commentCase } from "./comment-case.ts";
import { credentialCase } from "./credential-case.ts";
import { postfixCase } from "./postfix-case.ts";
import { postgresqlCase } from "./postgresql-case.ts";
import type { RootCase } from "./root-case.ts";
import { switchCases } from "./switch-cases.ts";
import { systemdCases } from "./systemd-cases.ts";

const mailcap = [
  "# above",
  "# ----- User Section Begins ----- #",
  "text/x-mine; mine %s",
  "# -----  User Section Ends  ----- #",
  "",
  "old; lines",
  "",
].join("\n");
const mimeFolders = ["/usr/lib/mime", "/usr/share/applications", "/etc/mailcaps"];
const mimeFiles = {
  "/usr/lib/mime/mailcap": mailcap,
  "/usr/lib/mime/packages/b": [
    "# comment",
    "application/x-b; b '%s'; priority=7",
    "text/*; less '%s'; needsterminal",
    "text/plain; b %s;",
    "*/*; any '%s'; priority = 2",
    "",
  ].join("\n"),
  "/usr/lib/mime/packages/a":
    'text/plain; a %s; test=test -n "$DISPLAY"\nimage/png; a %s; priority=9; x=y\n',
  "/usr/lib/mime/packages/.hidden": "text/h; h\n",
  "/usr/share/applications/viewer.desktop": [
    "[Desktop Entry]",
    "Name=The Viewer",
    "Exec=viewer --title %c %i %U",
    "Icon=view",
    "MimeType=image/png;image/jpeg;;",
    "[Desktop Action x]",
    "Exec=other",
    "",
  ].join("\n"),
  "/usr/share/applications/kde/term.desktop":
    "[Desktop Entry]\nTerminal=true\nExec=term\nMimeType=text/plain;\n",
  "/usr/share/applications/none.desktop": "[Desktop Entry]\nExec=none\n",
  "/usr/share/applications/a.desktop": "[Desktop Entry]\nExec=hidden\nMimeType=text/plain;\n",
};

const xmlFolders = ["/etc/xml", "/var/lib/xml-core", "/usr/share/xml-core", "/usr/share/xml"];
const xmlFiles = {
  "/etc/xml/": "",
  "/var/lib/xml-core/": "",
  "/usr/share/xml-core/catalog.header": '<?xml version="1.0"?>\n<catalog>\n',
  "/usr/share/xml-core/catalog.footer": "\n</catalog>\n",
  "/usr/share/xml/x/catalog.xml": "<catalog/>\n",
  "/usr/share/xml/x/x.dtd": "<!-- -->\n",
};
const inPackage = ["--package", "p", "--local", "/usr/share/xml/x/catalog.xml"] as const;

export const rootCases: readonly RootCase[] = [
  {
    name: "what opens media types",
    folders: mimeFolders,
    files: { ...mimeFiles, "/etc/mailcaps/": "" },
    calls: [
      ["update-mime", "--triggered"],
      ["cat", "/etc/mailcap"],
      ["rm", "/etc/mailcap"],
    ],
  },
  {
    name: "catalogs of XML",
    folders: xmlFolders,
    files: xmlFiles,
    isSorted: true,
    calls: [
      ["update-xmlcatalog", "--add", "--type", "public", "--id", "-//X//DTD 1//", ...inPackage],
      ["update-xmlcatalog", "--add", "--type", "system", "--id", "http://x/", ...inPackage],
      ["update-xmlcatalog", "--add", "--type", "uri", "--id", "http://x/", ...inPackage],
      [
        "update-xmlcatalog",
        "--add",
        "--type",
        "system",
        "--id",
        "http://x/",
        "--root",
        "--package",
        "p",
      ],
      [
        "update-xmlcatalog",
        "--add",
        "--type",
        "uri",
        "--id",
        "http://u/",
        "--root",
        "--package",
        "p",
      ],
      [
        "update-xmlcatalog",
        "--add",
        "--type",
        "uri",
        "--id",
        "http://u/",
        "--root",
        "--package",
        "q",
      ],
      ["update-xmlcatalog", "--del", "--type", "uri", "--id", "http://u/", "--root"],
      ["update-xmlcatalog", "--del", "--type", "uri", "--id", "http://v/", "--root"],
      [
        "update-xmlcatalog",
        "--add",
        "--type",
        "none",
        "--id",
        "http://v/",
        "--root",
        "--package",
        "p",
      ],
      [
        "update-xmlcatalog",
        "--add",
        "--type",
        "system",
        "--id",
        "http://d/",
        "--local",
        "/etc/xml/local.xml",
        "--file",
        "/usr/share/xml/x/x.dtd",
      ],
    ],
  },
  {
    name: "the last entry of a catalog goes",
    folders: xmlFolders,
    files: xmlFiles,
    isSorted: true,
    calls: [
      ["update-xmlcatalog", "--add", "--type", "public", "--id", "a", ...inPackage],
      ["update-xmlcatalog", "--del", "--type", "public", "--id", "a", "--package", "p"],
    ],
  },
  {
    name: "catalogs of SGML",
    folders: ["/etc/sgml", "/var/lib/sgml-base", "/usr/share/sgml-base", "/usr/share/sgml"],
    files: {
      "/etc/sgml/": "",
      "/var/lib/sgml-base/": "",
      "/usr/share/sgml-base/catalog.centralized": "-- CATALOG: made by a tool --\n-- CATALOG --\n",
      "/usr/share/sgml/a.cat": 'PUBLIC "x" y\n',
      "/usr/share/sgml/b.cat": "",
      "/etc/sgml/broken.cat": "-- a comment --\nBASE \"/usr/share\"\nCATALOG 'none/here'\n",
      "/etc/sgml/.hidden.cat": "",
    },
    calls: [
      ["update-catalog", "--quiet", "--add", "/etc/sgml/p.cat", "/usr/share/sgml/a.cat"],
      ["update-catalog", "--add", "/etc/sgml/p.cat", "/usr/share/sgml/b.cat"],
      ["update-catalog", "--add", "/etc/sgml/p.cat", "/usr/share/sgml/a.cat"],
      ["update-catalog", "--update-super"],
      ["update-catalog", "--remove", "/etc/sgml/p.cat", "/usr/share/sgml/b.cat"],
      ["update-catalog", "--quiet", "--update-super"],
      ["update-catalog", "--quiet", "--add"],
    ],
  },
  {
    name: "the language of the system",
    folders: ["/etc/default"],
    files: { "/etc/default/": "" },
    isSorted: true,
    calls: [
      ["update-locale", "--no-checks", "LANG"],
      ["update-locale", "--no-checks", "LANG=C.UTF-8", "LC_TIME=C"],
      ["update-locale", "--no-checks", "LANG=de_DE.UTF-8"],
      ["update-locale", "--no-checks", "LC_TIME"],
    ],
  },
  {
    name: "secrets of accounts in files of their own",
    folders: ["/etc/default", "/etc/accounts"],
    files: { "/etc/default/": "", "/etc/accounts/": "" },
    calls: [
      ["rm", "-f", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"],
      [
        "sh",
        "-c",
        "printf 'root:*:0:0:root:/root:/bin/bash\\nx:x:5:77:x:/none:/none\\ny::6:1::/:/bin/sh\\n' > /etc/passwd",
      ],
      ["sh", "-c", "printf 'root:*:0:\\nadm:x:4:x,y\\n' > /etc/group"],
      ["sh", "-c", "pwck -q -r > /tmp/checked"],
      ["sh", "-c", "grpck -r > /tmp/checked"],
      ["pwconv"],
      ["grpconv"],
      [
        "sh",
        "-c",
        "sed 's/:[0-9]\\{5\\}:/:DAY:/' /etc/shadow; cat /etc/passwd /etc/group /etc/gshadow /etc/passwd- /etc/group-",
      ],
      ["stat", "-c", "%a %n", "/etc/shadow", "/etc/gshadow", "/etc/passwd-", "/etc/group-"],
      [
        "sh",
        "-c",
        "printf 'new:pw:7:7::/:/bin/sh\\n' >> /etc/passwd; printf 'new:!:7:new\\n' >> /etc/group",
      ],
      ["sh", "-c", "pwck -q -r > /tmp/checked"],
      ["pwconv"],
      ["grpconv"],
      ["sh", "-c", "sed 's/:[0-9]\\{5\\}:/:DAY:/' /etc/shadow; cat /etc/passwd /etc/gshadow"],
      ["sh", "-c", "printf 'new:x:8:8::/:/bin/sh\\n' >> /etc/passwd"],
      ["sh", "-c", "pwck -q -r > /tmp/checked"],
      ["sh", "-c", "printf 'odd:x:9:nobody\\n' >> /etc/group"],
      ["sh", "-c", "grpck -r > /tmp/checked"],
    ],
  },
  {
    name: "parsers of XML in Perl",
    folders: ["/var/lib/libxml-sax-perl", "/etc/perl"],
    files: { "/var/lib/libxml-sax-perl/ParserDetails.d/": "", "/etc/perl/XML/SAX/": "" },
    calls: [
      ["update-perl-sax-parsers", "--add", "XML::SAX::PurePerl", "--priority", "10"],
      ["update-perl-sax-parsers", "--add", "XML::LibXML::SAX", "--priority", "0"],
      ["update-perl-sax-parsers", "--quiet", "--add", "XML::LibXML::SAX::Parser"],
      ["update-perl-sax-parsers", "--remove", "XML::LibXML::SAX", "--priority", "0"],
      ["update-perl-sax-parsers", "--update", "--ucf", "0"],
    ],
  },
  {
    name: "programs of desktops",
    folders: ["/usr/share/applications"],
    files: {
      "/usr/share/applications/b.desktop":
        "[Desktop Entry]\nMimeType=text/plain;image/png;;bad;text/plain; text/x ;image/gif \n",
      "/usr/share/applications/a.desktop":
        "# c\n\n[Desktop Entry]\nMimeType = text/plain\n[Desktop Action x]\nMimeType=a/b;\n",
      "/usr/share/applications/hidden.desktop":
        "[Desktop Entry]\nMimeType=text/plain;\nHidden=true\n",
      "/usr/share/applications/odd.desktop":
        "[Desktop Entry]\nMimeType[de]=x/y\nMimeType=font/ttf;all/all;x-content/y;foo/b;text/;TEXT/U;x-scheme-handler/a+b\n",
      "/usr/share/applications/broken.desktop": "MimeType=text/plain\n",
      "/usr/share/applications/kde/k.desktop": "[Desktop Entry]\nMimeType=text/plain;video/mp4\n",
      "/usr/share/applications/README": "[Desktop Entry]\nMimeType=text/plain\n",
      "/usr/share/applications/mimeinfo.cache": "old",
    },
    calls: [["update-desktop-database", "-q"]],
  },
  {
    name: "words of Vim's help",
    folders: ["/usr/share/vim"],
    files: {
      "/usr/share/vim/doc/a.txt":
        "*one*  text *two* *th ree* x*no* *no*x *a\\\\b* *c/d*\n\t*tab*\n*p|q* *last*",
      "/usr/share/vim/doc/b.txt": "*one* again\n",
      "/usr/share/vim/doc/c.dex": "*eins*\n",
      "/usr/share/vim/doc/d.md": "*never*\n",
      "/usr/share/vim/more/e.txt": "*more*\n",
    },
    calls: [
      ["helpztags", "/usr/share/vim/doc", "/usr/share/vim/more", "/usr/share/vim/none"],
      ["helpztags", "/usr/share/vim/more"],
    ],
  },
  {
    name: "dictionaries of PostgreSQL",
    folders: [
      "/usr/share/hunspell",
      "/var/cache/postgresql",
      "/usr/share/postgresql",
      "/usr/lib/postgresql",
    ],
    files: {
      "/usr/share/hunspell/de_DE.aff": "SET ISO8859-1\nSFX \u00e4\n",
      "/usr/share/hunspell/de_DE.dic": "1\nB\u00e4r\n",
      "/usr/share/hunspell/en_US.aff": "SET UTF-8\n",
      "/usr/share/hunspell/en_US.dic": "1\nbear\n",
      "/usr/share/hunspell/none.aff": "SET UTF-8\n",
      "/var/cache/postgresql/dicts/old.dict": "old",
      "/usr/share/postgresql/15/tsearch_data/own.dict": "",
      "/usr/lib/postgresql/15/bin/postgres": "",
    },
    calls: [
      ["chmod", "755", "/usr/lib/postgresql/15/bin/postgres"],
      ["pg_updatedicts"],
      ["readlink", "/usr/share/postgresql/15/tsearch_data/de_de.affix"],
    ],
  },
  {
    name: "Emacs that is not there",
    folders: ["/var/lib/emacsen-common", "/var/lib/dpkg"],
    files: {
      "/var/lib/dpkg/status": [
        "Package: emacsen-common",
        "Status: install ok installed",
        "Maintainer: x <x@example.org>",
        "Architecture: all",
        "Version: 3.0.5",
        "Description: x",
        "",
        "",
      ].join("\n"),
      "/var/lib/emacsen-common/state/package/installed/": "",
      "/var/lib/emacsen-common/state/flavor/installed/": "",
    },
    calls: [
      ["/usr/lib/emacsen-common/emacs-package-install", "--postinst", "emacsen-common"],
      ["/usr/lib/emacsen-common/emacs-package-install", "--preinst", "emacsen-common"],
      ["/usr/lib/emacsen-common/emacs-package-install", "--postinst", "emacsen-common"],
    ],
  },
  commentCase,
  credentialCase,
  postfixCase,
  postgresqlCase,
  ...systemdCases,
  ...accountToolCases,
  ...switchCases,
];
