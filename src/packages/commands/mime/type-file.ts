import type { XmlElement } from "../xml/read-xml.ts";

/** The file of one media type, as libxml2 formats it. */
export function formatTypeFile(type: string, elements: readonly XmlElement[]): string {
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<mime-type xmlns="http://www.freedesktop.org/standards/shared-mime-info" type="${attributeText(type)}">`,
    "  <!--Created automatically by update-mime-database. DO NOT EDIT!-->",
    ...elements.map((element) => `  ${formatElement(element, 1)}`),
    "</mime-type>",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Elements are indented where no text stands beside them. */
function formatElement({ name, attributes, children }: XmlElement, depth: number): string {
  const written = [...attributes].map(([key, value]) => ` ${key}="${attributeText(value)}"`);
  const head = `<${name}${written.join("")}`;
  if (children.length === 0) return `${head}/>`;
  const hasText = depth === -1 || children.some((child) => typeof child === "string");
  const pad = hasText ? "" : `\n${"  ".repeat(depth + 1)}`;
  const inner = children.map((child) =>
    typeof child === "string"
      ? contentText(child)
      : pad + formatElement(child, hasText ? -1 : depth + 1),
  );
  const end = hasText ? "" : `\n${"  ".repeat(depth)}`;
  return `${head}>${inner.join("")}${end}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function contentText(text: string): string {
  return text.replaceAll(/[&<>\r]/g, (character) => ENTITIES[character] ?? character);
}

function attributeText(text: string): string {
  return text.replaceAll(/[&<>"\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}
