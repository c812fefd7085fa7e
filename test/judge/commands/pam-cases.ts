/** Calls of pam-auth-update, one after the other, in a root with these profiles. */
export interface PamCase {
  readonly name: string;
  readonly profiles: readonly string[];
  /**
   * Arguments of each call; a text is an edit of `/etc/pam.d/common-auth`,
   * `old -> new`.
   */
  readonly calls: readonly (readonly string[] | string)[];
}

/** Profiles as packages bring them: in the form of theirs, with all that the format has. */
export const pamProfiles: Readonly<Record<string, string>> = {
  unix: [
    "Name: Unix authentication",
    "Default: yes",
    "Priority: 256",
    "Auth-Type: Primary",
    "Auth:",
    "\t[success=end default=ignore]\tpam_unix.so nullok try_first_pass",
    "Auth-Initial:",
    "\t[success=end default=ignore]\tpam_unix.so nullok",
    "Account-Type: Primary",
    "Account:",
    "\t[success=end new_authtok_reqd=done default=ignore]\tpam_unix.so",
    "Session-Type: Additional",
    "Session:",
    "\trequired\tpam_unix.so",
    "Password-Type: Primary",
    "Password:",
    "\t[success=end default=ignore]\tpam_unix.so obscure use_authtok try_first_pass yescrypt",
    "Password-Initial:",
    "\t[success=end default=ignore]\tpam_unix.so obscure yescrypt",
    "",
  ].join("\n"),
  krb5: [
    "Name: Kerberos authentication",
    "Default: yes",
    "Priority: 704",
    "Conflicts: krb5-openafs, ldap",
    "Auth-Type: Primary",
    "Auth-Final:",
    "\t[success=end default=ignore]\tpam_krb5.so minimum_uid=1000 try_first_pass",
    "Auth-Initial:",
    "\t[success=end default=ignore]\tpam_krb5.so minimum_uid=1000",
    "Account-Type: Additional",
    "Account:",
    "\trequired\t\t\tpam_krb5.so minimum_uid=1000",
    "Password-Type: Primary",
    "Password:",
    "\t[success=end default=ignore]\tpam_krb5.so minimum_uid=1000 use_authtok",
    "Password-Initial:",
    "\t[success=end default=ignore]\tpam_krb5.so minimum_uid=1000",
    "Session-Type: Additional",
    "Session:",
    "\toptional\t\t\tpam_krb5.so minimum_uid=1000",
    "",
  ].join("\n"),
  ldap: [
    "Name: LDAP Authentication",
    "Default: yes",
    "Priority: 128",
    "Auth-Type: Primary",
    "Auth-Initial:",
    "\t[success=end default=ignore]\tpam_ldap.so",
    "Auth:",
    "\t[success=end default=ignore]\tpam_ldap.so use_first_pass",
    "Account-Type: Primary",
    "Account:",
    "\t[success=end default=ignore]\tpam_ldap.so",
    "\t[success=1 default=ignore]\tpam_succeed_if.so quiet",
    "",
  ].join("\n"),
  mkhomedir: [
    "Name: Create home directory on login",
    "Default: no",
    "Priority: 0",
    "Session-Type: Additional",
    "Session-Interactive-Only: yes",
    "Session:",
    "\toptional\t\t\tpam_mkhomedir.so",
    "",
  ].join("\n"),
  capability: [
    "Name: Inheritable Capabilities Management",
    "Default: yes",
    "Priority: 0",
    "Auth-Type: Additional",
    "Auth:",
    "\toptional\t\t\tpam_cap.so",
    "",
  ].join("\n"),
  tally: [
    "Name: What is no more",
    "Default: yes",
    "Priority: 900",
    "Auth-Type: Primary",
    "Auth:",
    "\trequired\tpam_tally.so",
    "",
  ].join("\n"),
};

const first = ["--package", "--force"];

export const pamCases: readonly PamCase[] = [
  { name: "the first time", profiles: ["unix"], calls: [first] },
  {
    name: "several profiles, by priority",
    profiles: ["unix", "capability", "mkhomedir", "krb5", "tally"],
    calls: [first],
  },
  {
    name: "profiles that conflict",
    profiles: ["unix", "krb5", "ldap"],
    calls: [first],
  },
  { name: "no primary profile", profiles: ["capability"], calls: [first] },
  {
    name: "a package comes and goes",
    profiles: ["unix", "ldap", "capability"],
    calls: [first, ["--package"], ["--package", "--remove", "ldap"]],
  },
  {
    name: "asked for and not wanted",
    profiles: ["unix", "mkhomedir", "capability"],
    calls: [first, ["--enable", "mkhomedir", "--disable", "capability"], ["--package"]],
  },
  {
    name: "options that somebody changed",
    profiles: ["unix", "ldap"],
    calls: [
      first,
      "pam_unix.so nullok -> pam_unix.so audit debug",
      ["--package", "--enable", "ldap"],
    ],
  },
  {
    name: "a line that somebody added",
    profiles: ["unix"],
    calls: [
      first,
      "# here's the fallback -> auth required pam_mine.so\n# here's the fallback",
      ["--package"],
      ["--force"],
    ],
  },
  {
    name: "text around the blocks",
    profiles: ["unix", "capability"],
    calls: [
      first,
      "# end of pam-auth-update config -> # end of pam-auth-update config\nauth optional pam_x.so",
      ["--package"],
    ],
  },
  {
    name: "a mark that is gone",
    profiles: ["unix"],
    calls: [first, "# end of -> # no", ["--package"], first],
  },
  { name: "not forced", profiles: ["unix"], calls: [["--package"]] },
];
