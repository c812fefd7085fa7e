import { fromBytes, toBytes } from "../../bytes.ts";
import type { Input, Output } from "../../command.ts";
import type { OpenFile } from "../../root.ts";
import type { Meter } from "./meter.ts";

/** What a descriptor stands for; several may share one, and with it a place in a file. */
export interface Description extends Input, Output {
  /** The next byte as a character; empty at the end. */
  readByte(): string;
}

const NOTHING = new Uint8Array();

/** `/dev/null`. */
export const nullDevice: Description = {
  readAll: () => NOTHING,
  read: () => NOTHING,
  readByte: () => "",
  write: () => undefined,
};

/** Text that is written first and read afterwards: a pipe, a here-document, collected output. */
export class Channel implements Description {
  readonly #meter: Meter;
  #pieces: string[] = [];
  #at = 0;

  constructor(meter: Meter, text = "") {
    this.#meter = meter;
    if (text !== "") this.#pieces.push(text);
  }

  write(content: string | Uint8Array): void {
    if (content.length === 0) return;
    this.#meter.output(content.length);
    this.#pieces.push(typeof content === "string" ? content : fromBytes(content));
  }

  /** All that was written and not yet read, as a string of bytes. */
  takeText(): string {
    const text = this.#text();
    this.#pieces = [];
    const rest = text.slice(this.#at);
    this.#at = 0;
    return rest;
  }

  readAll(): Uint8Array {
    return toBytes(this.takeText());
  }

  read(length: number): Uint8Array {
    const text = this.#text();
    const taken = text.slice(this.#at, this.#at + length);
    this.#at += taken.length;
    return toBytes(taken);
  }

  readByte(): string {
    return this.#text()[this.#at++] ?? "";
  }

  #text(): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join("")];
    return this.#pieces[0] ?? "";
  }
}

/** An open file with the place up to which it was read or written. */
export class FileDescription implements Description {
  readonly #file: OpenFile;
  readonly #access: "read" | "write" | "append" | "read-write";
  readonly #meter: Meter;
  #offset = 0;
  #block = "";
  #blockAt = 0;

  constructor(file: OpenFile, access: "read" | "write" | "append" | "read-write", meter: Meter) {
    this.#file = file;
    this.#access = access;
    this.#meter = meter;
  }

  readAll(): Uint8Array {
    return this.read(Number.MAX_SAFE_INTEGER);
  }

  read(length: number): Uint8Array {
    if (!this.#mayRead()) return NOTHING;
    this.#leaveBlock();
    const bytes = this.#file.readAt(this.#offset, Math.min(length, this.#file.status.size));
    this.#offset += bytes.length;
    this.#meter.work(bytes.length);
    return bytes;
  }

  readByte(): string {
    // To `read`, a folder is at its end.
    if (!this.#mayRead() || this.#file.status.kind === "directory") return "";
    if (this.#blockAt >= this.#block.length) {
      this.#leaveBlock();
      this.#block = fromBytes(this.#file.readAt(this.#offset, 4096));
      this.#offset += this.#block.length;
    }
    return this.#block[this.#blockAt++] ?? "";
  }

  write(content: string | Uint8Array): void {
    if (this.#access === "read") return;
    this.#leaveBlock();
    const bytes = typeof content === "string" ? toBytes(content) : content;
    if (this.#access === "append") this.#offset = this.#file.status.size;
    this.#meter.work(bytes.length);
    this.#file.writeAt(this.#offset, bytes);
    this.#offset += bytes.length;
  }

  #mayRead(): boolean {
    return this.#access === "read" || this.#access === "read-write";
  }

  /** What was read ahead for single bytes counts as not read. */
  #leaveBlock(): void {
    this.#offset -= Math.max(0, this.#block.length - this.#blockAt);
    this.#block = "";
    this.#blockAt = 0;
  }
}
