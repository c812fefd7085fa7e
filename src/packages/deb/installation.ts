import type {
  AccountTemplates,
  InstallRequest,
  LeftScript,
  PlacementRules,
} from "../installation.ts";
import { Turns } from "../../turns.ts";
import { lendFolders } from "../lent-folders.ts";
import { addInfo, addStatus, readDatabase, scriptBelow } from "./database.ts";
import { baseGroup, basePasswd } from "./install/base-accounts.ts";
import { Diversions } from "./install/diversions.ts";
import type { MaintainerScript, MaintainerScripts } from "./install/maintainer-scripts.ts";
import { installOrder } from "./install/order.ts";
import { addMachineId, addMergedFolders, addRunFolders } from "./install/skeleton.ts";
import { Triggers } from "./install/triggers.ts";
import { type InstalledDeb, toInstalledDeb } from "./installed.ts";
import { type FileOwner, replaces } from "./replaces.ts";

/**
 * The package that owns the skeleton of folders, and whose script turns some of them into links.
 */
const SKELETON = "base-files";
const ACCOUNTS = "base-passwd";

/** base-passwd's templates, and Debian's number of the group `shadow`. */
const accounts: AccountTemplates = {
  passwd: "usr/share/base-passwd/passwd.master",
  group: "usr/share/base-passwd/group.master",
  shadowGroup: 42,
};

/** How often a package is told of triggers: some set each other off. dpkg breaks such circles. */
const MOST_TRIGGERED = 20;

/**
 * Lay packages down as dpkg does: each one's `preinst`, its files, and when all of them are there
 * its configuration files, its `config` and `postinst`, what it depends on first; then the
 * triggers. Resolves with the
 * scripts that were undone.
 */
export async function install(request: InstallRequest): Promise<readonly LeftScript[]> {
  const { packages, isFirst, root } = request;
  const installed = packages.map(toInstalledDeb);
  root.changeAs({ type: "step", step: "usr-merge" });
  if (isFirst && installed.length > 0) addMergedFolders(root);
  const scripts = request.scripts === "none" ? undefined : await loadScripts(request);
  const takeFoldersBack = scripts === undefined ? undefined : lendFolders(root, installed);
  const installer = new Installer(request, installed, scripts);
  await installer.unpackAll();
  await installer.configureAll();
  await installer.runTriggers();
  takeFoldersBack?.();
  return scripts?.left ?? [];
}

/** Loaded here: an image whose scripts are left alone needs no interpreter. */
async function loadScripts(request: InstallRequest): Promise<MaintainerScripts> {
  const { MaintainerScripts: Scripts } = await import("./install/maintainer-scripts.ts");
  return new Scripts(request);
}

function endless(name: string): LeftScript {
  const reason = "triggers set each other off without an end";
  return { package: name, script: "postinst", reason, effects: [] };
}

/** Paths of a package's configuration files, without a leading slash. Source: deb-conffiles(5). */
function conffilesOf({ controlFiles }: InstalledDeb): ReadonlySet<string> {
  const lines = (controlFiles.get("conffiles") ?? "").split("\n");
  return new Set(lines.map((line) => line.trim().replace(/^\//, "")).filter((path) => path !== ""));
}

class Installer {
  readonly #request: InstallRequest;
  readonly #scripts: MaintainerScripts | undefined;
  readonly #order: ReturnType<typeof installOrder>;
  readonly #byName: ReadonlyMap<string, FileOwner>;
  readonly #own: ReadonlyMap<string, InstalledDeb>;
  readonly #unpacked = new Set<string>();
  readonly #configured = new Set<string>();
  readonly #diversions: Diversions;
  readonly #triggers: Triggers;
  readonly #rules: PlacementRules;
  readonly #turns = new Turns();

  constructor(
    request: InstallRequest,
    installed: readonly InstalledDeb[],
    scripts: MaintainerScripts | undefined,
  ) {
    const { root, resolve } = request;
    this.#request = request;
    this.#scripts = scripts;
    const below = readDatabase(root);
    this.#own = new Map(installed.map((item) => [item.name, item]));
    this.#byName = new Map<string, FileOwner>([...below, ...this.#own]);
    this.#order = installOrder(installed);
    this.#diversions = new Diversions(root, resolve);
    this.#diversions.refresh();
    this.#step("dpkg");
    this.#triggers = new Triggers(
      root,
      (name) => this.#configured.has(name) || (below.has(name) && !this.#own.has(name)),
    );
    if (installed.length > 0) addStatus(root, installed);
    this.#rules = {
      divertedTo: (path, owner) => this.#diversions.divertedTo(path, owner),
      replaces: (name, other) => {
        const [one, two] = [this.#byName.get(name), this.#byName.get(other)];
        return one !== undefined && two !== undefined && replaces(one, two);
      },
    };
  }

  async unpackAll(): Promise<void> {
    const { root, addAccounts } = this.#request;
    const usual = { passwd: basePasswd, group: baseGroup };
    if (this.#own.size === 0) addAccounts(accounts);
    else if (!this.#own.has(ACCOUNTS)) addAccounts({ ...accounts, usual });
    for (const item of this.#order.packages) {
      await this.#breathe();
      for (const needed of this.#order.before(item)) this.#configure(needed);
      if (item.name === SKELETON) {
        this.#step(SKELETON);
        addRunFolders(root);
      }
      this.#unpack(item);
      if (item.name === ACCOUNTS) addAccounts(accounts);
    }
    if (this.#own.has(SKELETON)) {
      this.#step("machine-id");
      addMachineId(root);
    }
  }

  async configureAll(): Promise<void> {
    for (const item of this.#order.packages) {
      await this.#breathe();
      this.#configure(item);
    }
  }

  async runTriggers(): Promise<void> {
    const runs = new Map<string, number>();
    for (let next = this.#triggers.next(); next !== undefined; next = this.#triggers.next()) {
      const count = (runs.get(next.package) ?? 0) + 1;
      runs.set(next.package, count);
      await this.#breathe();
      if (count <= MOST_TRIGGERED) this.#runTriggered(next.package, next.triggers);
      else if (count === MOST_TRIGGERED + 1) this.#scripts?.left.push(endless(next.package));
    }
  }

  #unpack(item: InstalledDeb): void {
    const { root, place } = this.#request;
    this.#run({
      owner: item,
      kind: "preinst",
      text: item.controlFiles.get("preinst"),
      args: ["install"],
    });
    const conffiles = conffilesOf(item);
    place(
      { ...item, entries: item.entries.filter((each) => !conffiles.has(each.path)) },
      this.#rules,
    );
    this.#step("dpkg");
    addInfo(root, item);
    this.#unpacked.add(item.name);
    this.#triggers.unpacked(item);
  }

  #configure(item: InstalledDeb): void {
    const { name, controlFiles, entries } = item;
    if (this.#configured.has(name) || !this.#unpacked.has(name)) return;
    this.#configured.add(name);
    // Until now it lay beside its place, where no script of another package takes it for its own.
    const conffiles = conffilesOf(item);
    if (conffiles.size > 0) {
      const own = entries.filter(({ path }) => conffiles.has(path));
      this.#request.place({ name, entries: own }, this.#rules);
    }
    this.#triggers.configuring(item);
    const args = ["configure", ""];
    // It only asks: where it cannot, the templates' defaults and the manifest's answers stand.
    this.#run({ owner: item, kind: "config", text: controlFiles.get("config"), args });
    this.#run({ owner: item, kind: "postinst", text: controlFiles.get("postinst"), args });
  }

  #runTriggered(name: string, triggers: readonly string[]): void {
    const owner = this.#byName.get(name);
    if (owner === undefined) return;
    const text =
      this.#own.get(name)?.controlFiles.get("postinst") ??
      scriptBelow(this.#request.root, owner, "postinst");
    this.#run({ owner, kind: "postinst", text, args: ["triggered", triggers.join(" ")] });
  }

  #run({
    text,
    ...script
  }: Omit<MaintainerScript, "text"> & { readonly text: string | undefined }): void {
    if (text === undefined || this.#scripts === undefined) return;
    this.#scripts.run({ ...script, text });
    this.#diversions.refresh();
    this.#step("dpkg");
    this.#triggers.collect();
  }

  #step(step: string): void {
    this.#request.root.changeAs({ type: "step", step });
  }

  async #breathe(): Promise<void> {
    this.#request.signal.throwIfAborted();
    if (this.#turns.isOver()) await this.#turns.next();
  }
}
