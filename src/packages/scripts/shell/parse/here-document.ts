import type { Word } from "../tree.ts";
import { END, type Reader } from "./reader.ts";
import { WordBuilder } from "./word-builder.ts";

const NEWLINE = /\n/g;

/** The text of a here-document whose delimiter is quoted, which stands for itself. */
export function readHereDocument(reader: Reader, delimiter: string, stripsTabs: boolean): Word {
  const builder = new WordBuilder();
  let isFirst = true;
  for (;;) {
    if (stripsTabs) while (reader.startsWith("\t")) reader.skip(1);
    const line = reader.takeUntil(NEWLINE);
    const end = reader.get();
    if (end === "\n") reader.line++;
    else reader.back();
    if (line === delimiter) break;
    builder.quoted(end === "\n" ? `${line}\n` : line);
    if (end === END) break;
    isFirst = false;
  }
  if (isFirst) builder.quoted("");
  return builder.finish();
}
