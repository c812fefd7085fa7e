/** Files of aliases, by what is in them. */
export const aliasCases: Readonly<Record<string, string>> = {
  "as the package makes it": "# See man 5 aliases for format\npostmaster:    root\n",
  "of several names": [
    "postmaster: root",
    "Root:\tadmin@mail.example",
    "abuse:postmaster",
    "",
    "  # comment",
    "www-data: root",
    "a.b+c: d-e@f.example",
    "",
  ].join("\n"),
  "of many names": Array.from({ length: 100 }, (_, index) => `name${index}: root\n`).join(""),
  none: "",
};
