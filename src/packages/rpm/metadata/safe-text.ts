import { visible } from "../../../visible.ts";

/**
 * A stranger's text, bytes a character each, in which nothing is left that would steer a terminal;
 * again as bytes.
 */
export function safeBytes(text: string): string {
  return /^[ -~]*$/.test(text)
    ? text
    : Buffer.from(visible(Buffer.from(text, "latin1").toString("utf8"))).toString("latin1");
}

/** Bytes, a character each, as the text that they are. */
export function fromBytes(text: string): string {
  return /^[ -~\t\n]*$/.test(text) ? text : Buffer.from(text, "latin1").toString("utf8");
}

/** A text as bytes, a character each. */
export function toBytes(text: string): string {
  return /^[ -~]*$/.test(text) ? text : Buffer.from(text).toString("latin1");
}

/** The same text apart from the one that it was cut out of, which it would keep in memory. */
export function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
