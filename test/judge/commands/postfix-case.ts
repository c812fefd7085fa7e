import type { RootCase } from "./root-case.ts";

const main = [
  "# comment",
  "",
  "smtpd_banner = $myhostname ESMTP",
  "biff = no",
  "long = a,",
  "   b,",
  "  # within",
  "\tc",
  "readme_directory = no",
  "biff = yes",
  "myhostname = one.example",
  "alias_database = hash:/etc/mail/aliases",
  "",
].join("\n");

/** Settings of Postfix as its own package changes and asks for them. */
export const postfixCase: RootCase = {
  name: "settings of Postfix",
  folders: ["/etc/mail"],
  files: {
    "/etc/postfix/main.cf": main,
    "/etc/mail/": "",
  },
  calls: [
    ["postconf", "-e", "smtpd_relay_restrictions=permit_mynetworks defer_unauth_destination"],
    ["postconf", "-e", "biff=later", "long =  one  "],
    ["postconf", "-e", "relayhost="],
    ["postconf", "-e", "recipient_delimiter = +"],
    ["postconf", "-h", "alias_database"],
    ["postconf", "-hx", "default_transport"],
    ["postconf", "-hx", "myhostname"],
    ["cat", "/etc/postfix/main.cf"],
  ],
};
