import { Turns } from "../../turns.ts";
import type {
  AccountTemplates,
  InstallRequest,
  LeftScript,
  PlacementRules,
} from "../installation.ts";
import { lendFolders } from "../lent-folders.ts";
import { QclockError } from "../../error.ts";
import { fromText } from "../scripts/bytes.ts";
import { tree } from "../scripts/commands/paths.ts";
import { LimitReached } from "../scripts/limits.ts";
import { RootError } from "../scripts/root.ts";
import { readDatabase, writeDatabase } from "./database.ts";
import type { RpmHeader } from "./header/header.ts";
import { tags } from "./header/tags.ts";
import { baseGroup, basePasswd } from "./install/base-accounts.ts";
import { type ConfigFate, configFates, movesOf, withFates } from "./install/config-files.ts";
import { FileTriggers } from "./install/file-triggers.ts";
import { installOrder } from "./install/order.ts";
import { withOwners } from "./install/owners.ts";
import { PackageTriggers } from "./install/package-triggers.ts";
import type { ScriptletRunner } from "./install/scriptlet-runner.ts";
import { type ScriptletKind, scriptletOf, type ScriptletRun } from "./install/scriptlets.ts";
import { type InstalledRpm, toInstalledRpm } from "./installed.ts";

/** The package that brings the account files. */
const ACCOUNTS = "setup";

/** Setup's files; nobody may read those of passwords, which root does all the same. */
const accounts: AccountTemplates = {
  passwd: "etc/passwd",
  group: "etc/group",
  shadowGroup: 0,
  shadowMode: 0,
};

/** How RPM's packages come beside each other: none takes another one's files away. */
const rules: PlacementRules = { divertedTo: () => undefined, replaces: () => false };

/** From here on up file triggers come before `%post`. Source: rpm 4.16, lib/rpmtriggers.h. */
const EARLY = 10_000;

/**
 * Lay packages down as rpm does in one transaction: `%pretrans` of all, then each one's `%pre`, its
 * files, `%post` and the triggers that it sets off, what it needs first; then `%posttrans` of all,
 * and the triggers of the transaction. Resolves with the scripts that were undone.
 */
export async function install(request: InstallRequest): Promise<readonly LeftScript[]> {
  const { root, packages } = request;
  const installed = packages.map(toInstalledRpm);
  const there: RpmHeader[] = [];
  const runner = request.scripts === "none" ? undefined : await loadRunner(request, there);
  root.changeAs({ type: "step", step: "rpm" });
  const takeFoldersBack = runner === undefined ? undefined : lendFolders(root, installed);
  await new Transaction(request, { installed, there, runner }).run();
  root.changeAs({ type: "step", step: "rpm" });
  takeFoldersBack?.();
  return runner?.left ?? [];
}

/** Loaded here: an image whose scripts are left alone needs no interpreter. */
async function loadRunner(
  request: InstallRequest,
  there: readonly RpmHeader[],
): Promise<ScriptletRunner> {
  const { ScriptletRunner: Runner } = await import("./install/scriptlet-runner.ts");
  return new Runner(request, there);
}

class Transaction {
  readonly #request: InstallRequest;
  readonly #runner: ScriptletRunner | undefined;
  readonly #there: RpmHeader[];
  readonly #order: readonly InstalledRpm[];
  readonly #packageTriggers = new PackageTriggers();
  readonly #fileTriggers = new FileTriggers();
  readonly #fates = new Map<InstalledRpm, ReadonlyMap<string, ConfigFate>>();
  readonly #turns = new Turns();

  constructor(
    request: InstallRequest,
    packages: {
      readonly installed: readonly InstalledRpm[];
      /** Gets each package when it is there, those of the layers below first. */
      readonly there: RpmHeader[];
      readonly runner: ScriptletRunner | undefined;
    },
  ) {
    this.#request = request;
    this.#runner = packages.runner;
    this.#there = packages.there;
    this.#order = installOrder(packages.installed);
    for (const header of this.#database(() => readDatabase(request.root))) {
      const owner = { name: header.text(tags.name) ?? "", header };
      this.#there.push(header);
      this.#packageTriggers.add(owner);
      this.#fileTriggers.addBelow(owner);
    }
  }

  async run(): Promise<void> {
    const { addAccounts } = this.#request;
    const hasOwn = this.#order.some(({ name }) => name === ACCOUNTS);
    const usual = { passwd: basePasswd, group: baseGroup };
    if (!hasOwn) addAccounts(this.#order.length === 0 ? accounts : { ...accounts, usual });
    for (const item of this.#order) this.#scriptlet(item, "pretrans");
    const { root } = this.#request;
    const below = [...this.#there];
    for (const item of this.#order) this.#fates.set(item, configFates(item, { root, below }));
    for (const item of this.#order) {
      await this.#breathe();
      this.#install(item);
      if (item.name === ACCOUNTS) addAccounts(accounts);
    }
    for (const item of this.#order) this.#scriptlet(item, "posttrans");
    await this.#breathe();
    for (const run of this.#fileTriggers.ofTransaction()) this.#run(run);
    this.#request.root.changeAs({ type: "step", step: "rpm" });
    if (this.#order.length > 0)
      this.#database(() => writeDatabase(this.#request.root, this.#order, this.#request.now));
  }

  /** Throws `package-corrupt` where the database of the layers below is none. */
  #database<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof RootError || error instanceof LimitReached) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new QclockError(
        "package-corrupt",
        `The packages cannot be entered into the database of RPM: ${reason}.`,
        {
          cause: error,
          hint: "Build the image below anew, or leave out what writes into /var/lib/rpm there.",
        },
      );
    }
  }

  #install(item: InstalledRpm): void {
    for (const run of this.#packageTriggers.before(item)) this.#run(run);
    this.#scriptlet(item, "pre");
    this.#place(item);
    // From here on a scriptlet that asks rpm finds it.
    this.#there.push(item.header);
    this.#packageTriggers.add(item);
    const fileTriggers = this.#fileTriggers.add(item);
    for (const run of fileTriggers) if (run.priority >= EARLY) this.#run(run);
    this.#scriptlet(item, "post");
    for (const run of this.#packageTriggers.after(item)) this.#run(run);
    for (const run of fileTriggers) if (run.priority < EARLY) this.#run(run);
  }

  #place(item: InstalledRpm): void {
    const { root, place } = this.#request;
    const fates = this.#fates.get(item) ?? new Map();
    root.changeAs({ type: "step", step: "rpm" });
    for (const [from, to] of movesOf(fates)) {
      // A layer with a copy of a file is made from that file: it is looked at.
      for (const each of tree(root, from)) root.lstat(each);
      root.rename(from, to);
    }
    const entries = withFates(withOwners(item, root), fates);
    place({ name: item.name, entries }, rules);
    // Of several packages that have a folder the last one says what it is like.
    root.changeAs({ type: "step", step: "rpm" });
    for (const { type, path, mode, uid, gid, excluded } of entries) {
      if (type !== "directory" || excluded || path === "") continue;
      const at = `/${fromText(path)}`;
      const status = root.lstat(at);
      if (status?.kind !== "directory") continue;
      if (status.uid !== uid || status.gid !== gid) root.chown(at, { uid, gid });
      if (status.mode !== mode) root.chmod(at, mode);
    }
  }

  #scriptlet({ name, header }: InstalledRpm, kind: ScriptletKind): void {
    const scriptlet = scriptletOf(header, kind);
    // The number is how many versions of the package are there with this one.
    if (scriptlet !== undefined) this.#run({ package: name, kind, scriptlet, args: ["1"] });
  }

  #run(run: ScriptletRun): void {
    this.#runner?.run(run);
  }

  async #breathe(): Promise<void> {
    this.#request.signal.throwIfAborted();
    if (this.#turns.isOver()) await this.#turns.next();
  }
}
