import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import type { Command } from "../../scripts/command.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { below } from "../../scripts/commands/paths.ts";
import { writeLines } from "../../commands/lines-file.ts";

const DETAILS = "/var/lib/libxml-sax-perl/ParserDetails.d";
const RESULT = "/etc/perl/XML/SAX/ParserDetails.ini";
const SUMS = "/var/lib/libxml-sax-perl/ParserDetails.ini.md5sum";

/** Parsers that say of themselves that they know namespaces, and nothing else. */
const KNOWN = new Set(["XML::LibXML::SAX", "XML::LibXML::SAX::Parser", "XML::SAX::PurePerl"]);

/** `update-perl-sax-parsers` of libxml-sax-perl: which parsers of XML Perl has. */
export const updatePerlSaxParsers: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    add: "--add=",
    remove: "--remove=",
    update: "--update",
    priority: "--priority=",
    quiet: "--quiet",
    ucf: "--ucf=",
  });
  const { root } = call;
  const added = value("add");
  const removed = value("remove");
  const parser = added ?? removed;
  const priority = Number(value("priority") ?? 50);
  if (operands.length > 0 || !Number.isInteger(priority)) {
    return call.unsupported("arguments of update-perl-sax-parsers");
  }
  const tell = (text: string): void => {
    if (!has("quiet")) call.stdout.write(`update-perl-sax-parsers: ${text}...\n`);
  };
  if (parser !== undefined) {
    const path = below(DETAILS, `${priority === 0 ? "" : `${priority}-`}${parser}`);
    if (added === undefined) {
      tell(`Unregistering Perl SAX parser ${parser} with priority ${priority}`);
      if (root.lstat(path) !== undefined) root.remove(path);
      return 0;
    }
    if (!KNOWN.has(added)) return call.unsupported(`what the Perl module ${added} says of itself`);
    tell(`Registering Perl SAX parser ${added} with priority ${priority}`);
    const feature = "http://xml.org/sax/features/namespaces = 1";
    writeLines(call, path, [`[${added}]`, feature, "", ""]);
    return 0;
  }
  if (!has("update")) return 0;
  tell("Updating overall Perl SAX parser modules info file");
  const text = root
    .list(DETAILS)
    .map((name) => fromBytes(root.read(below(DETAILS, name))))
    .join("");
  if (value("ucf") === "0") {
    root.write(RESULT, toBytes(text), 0o644);
    return 0;
  }
  const temporary = call.temporaryName("/tmp/XXXXXXXXXX");
  root.write(temporary, toBytes(text), 0o644);
  call.run(["ucf", "--debconf-ok", "--sum-file", SUMS, temporary, RESULT]);
  root.remove(temporary);
  return 0;
};
