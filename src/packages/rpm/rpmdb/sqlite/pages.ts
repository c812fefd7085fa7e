/** Bytes of a page: what SQLite takes unless it is told otherwise. */
export const PAGE_BYTES = 4096;
/** In front of the first page's own content. */
export const FILE_HEADER_BYTES = 100;

/** The kinds of pages of a tree, as the first byte of one tells them. */
export const pageKinds = {
  indexInterior: 2,
  tableInterior: 5,
  indexLeaf: 10,
  tableLeaf: 13,
} as const;

export type PageKind = (typeof pageKinds)[keyof typeof pageKinds];

/** What a page of a tree holds. */
export interface TreePage {
  readonly kind: PageKind;
  readonly cells: readonly Uint8Array[];
  /** Page of what comes after all cells; of interior pages alone. */
  readonly rightmost?: number;
}

/** The pages of a database on their way into a file; they are numbered from 1. */
export class DatabasePages {
  /** The first is written last, since it says where everything else is. */
  readonly #pages: Buffer[] = [Buffer.alloc(PAGE_BYTES)];

  /** How many there are. */
  get count(): number {
    return this.#pages.length;
  }

  /** A page without content; returns its number. */
  add(): number {
    return this.#pages.push(Buffer.alloc(PAGE_BYTES));
  }

  /** Put a page of a tree at the end; returns its number. */
  addTreePage(page: TreePage): number {
    const number = this.add();
    this.setTreePage(number, page);
    return number;
  }

  setTreePage(number: number, { kind, cells, rightmost }: TreePage): void {
    const page = this.at(number);
    const start = number === 1 ? FILE_HEADER_BYTES : 0;
    let pointer = start + (rightmost === undefined ? 8 : 12);
    let content = PAGE_BYTES;
    for (const cell of cells) {
      content -= cell.length;
      if (content < pointer + 2) throw new Error("the cells do not fit into a page");
      page.set(cell, content);
      pointer = page.writeUInt16BE(content, pointer);
    }
    page.writeUInt8(kind, start);
    page.writeUInt16BE(cells.length, start + 3);
    page.writeUInt16BE(content, start + 5);
    if (rightmost !== undefined) page.writeUInt32BE(rightmost, start + 8);
  }

  at(number: number): Buffer {
    const page = this.#pages[number - 1];
    if (page === undefined) throw new Error(`there is no page ${number}`);
    return page;
  }

  finish(): Buffer {
    return Buffer.concat(this.#pages);
  }
}

/** Bytes that the cells of a page can take, each with two for its place. */
export function roomOf(kind: PageKind, number = 0): number {
  const isInterior = kind === pageKinds.indexInterior || kind === pageKinds.tableInterior;
  return PAGE_BYTES - (isInterior ? 12 : 8) - (number === 1 ? FILE_HEADER_BYTES : 0);
}
