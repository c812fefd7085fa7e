/** What undoes changes, in the order in which they were made. */
export class Journal {
  #undo: (() => void)[] | undefined;
  #transaction = 0;

  /** Numbers transactions from 1; 0 outside of one. */
  get transaction(): number {
    return this.#undo === undefined ? 0 : this.#transaction;
  }

  begin(): void {
    if (this.#undo !== undefined) throw new Error("a transaction is under way");
    this.#transaction++;
    this.#undo = [];
  }

  note(undo: () => void): void {
    this.#undo?.push(undo);
  }

  commit(): void {
    if (this.#undo === undefined) throw new Error("no transaction is under way");
    this.#undo = undefined;
  }

  rollback(): void {
    const undo = this.#undo;
    if (undo === undefined) throw new Error("no transaction is under way");
    this.#undo = undefined;
    for (const step of undo.toReversed()) step();
  }
}
