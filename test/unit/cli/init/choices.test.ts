import { expect, test } from "vitest";
import {
  demand,
  readDatabase,
  readName,
  readPort,
  readSystem,
  readTemplate,
} from "../../../../src/cli/init/choices.ts";
import type { Template } from "../../../../src/templates/template.ts";

function aTemplate(name: string): Template {
  const ports = [
    { service: "front", variable: "PORT", port: 8080 },
    { service: "login", variable: "LOGIN_PORT", port: 8081 },
  ];
  const systems = name === "qclock" ? ["oraclelinux-9", "debian-12"] : ["debian-12"];
  return { name, summary: "", offersDatabase: false, systems, ports, files: async () => [] };
}
const templates = ["qclock", "three-tier", "empty"].map(aTemplate);

test.each([
  ["three-tier", "three-tier"],
  ["2", "three-tier"],
  ["3", "empty"],
])("%s is the template %s", (text, name) => {
  expect(readTemplate(text, templates)).toMatchObject({ value: { name } });
});

test.each([
  ["three-teir", 'Did you mean "three-tier"? There are qclock, three-tier, empty.'],
  ["zzz", "There are qclock, three-tier, empty."],
  ["0", "There are qclock, three-tier, empty."],
  ["4", "There are qclock, three-tier, empty."],
  ["", "There are qclock, three-tier, empty."],
])("%j is no template: those that are there are named", (text, hint) => {
  expect(readTemplate(text, templates)).toEqual({
    problem: `There is no template "${text}".`,
    hint,
  });
});

test.each([
  ["qclock", "oraclelinux-9", { value: "oraclelinux-9" }],
  ["empty", undefined, { value: undefined }],
  [
    "empty",
    "oraclelinux-9",
    {
      problem: 'The template "empty" is made for debian-12, not for oraclelinux-9.',
      hint: expect.stringMatching(/^For oraclelinux-9 there is qclock; without --os/),
    },
  ],
  ["empty", "debian-9", { problem: expect.any(String), hint: expect.stringMatching(/^Leave/) }],
])("the template %s for the system %s", (name, os, expected) => {
  expect(readSystem(os, aTemplate(name), templates)).toEqual(expected);
});

test.each([
  ["postgres", { value: "postgres" }],
  ["1", { value: "none" }],
  [
    "postgers",
    {
      problem: 'There is no database "postgers".',
      hint: 'Did you mean "postgres"? There are none, mariadb, postgres.',
    },
  ],
])("the database %j", (text, expected) => {
  expect(readDatabase(text)).toEqual(expected);
});

test.each([
  ["shop", { value: "shop" }],
  ["Shop", { problem: expect.stringContaining('"Shop" cannot be'), hint: 'Did you mean "shop"?' }],
  ["!", { problem: expect.stringContaining("lower-case letters") }],
])("the name %j", (text, expected) => {
  expect(readName(text)).toEqual(expected);
});

test.each([
  ["1", { value: 1 }],
  ["65535", { value: 65_535 }],
  ["8080", { value: 8080 }],
  [
    "8081",
    { problem: "Port 8081 is that of login already.", hint: expect.stringContaining("LOGIN_PORT") },
  ],
])("the port %j", (text, expected) => {
  expect(readPort(text, aTemplate("x"))).toEqual(expected);
});

test.each(["0", "65536", "-1", "80x", "", "1e3", "8 0", "999999999999999999999"])(
  "%j is no port",
  (text) => {
    expect(readPort(text, aTemplate("x"))).toEqual({
      problem: `A port is a number from 1 to 65535, not "${text}".`,
    });
    expect(() => demand(readPort(text, aTemplate("x")))).toThrow("A port is a number");
  },
);
