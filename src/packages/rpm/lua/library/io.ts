import { fromBytes, toBytes } from "../../../scripts/bytes.ts";
import type { OpenFile, OpenOptions } from "../../../scripts/root.ts";
import {
  LuaError,
  type LuaFunction,
  type LuaHandle,
  type LuaTable,
  type LuaValue,
  toText,
} from "../value.ts";
import { counted, type LuaWorld, pathIn, unknown } from "../world.ts";
import { type Arguments, libraryOf } from "./arguments.ts";
import { orFailed } from "./failed.ts";

const ACCESS: Readonly<Record<string, OpenOptions["access"]>> = {
  r: "read",
  w: "write",
  a: "append",
  "r+": "read-write",
  "w+": "write",
  "a+": "append",
};

/** `io`, for files of the root. Source: Lua 5.4 Reference Manual, 6.8. */
export function ioLibrary(world: LuaWorld): LuaTable {
  const opened = (path: string, mode: string): readonly LuaValue[] => {
    const access = ACCESS[mode.replace("b", "")];
    if (access === undefined) throw new LuaError("bad argument #2 to 'open' (invalid mode)");
    const at = pathIn(world, path);
    return orFailed(path, () => {
      const { root } = world.call;
      const kind = root.stat(at)?.kind;
      // A folder can be opened to read, and reading it fails; scripts only ask whether it is there.
      if (kind === "directory") return unknown(world, "a folder that is read as a file");
      if (mode.startsWith("r") && kind === undefined) root.read(at);
      const file = root.open(at, { access, mode: 0o666 & ~world.umask });
      return [handleOf(world, new LuaFile(file, mode))];
    });
  };
  const library = libraryOf({
    open: (args) => opened(args.text(1), args.text(2, "r")),
    lines: (args) => {
      const path = args.text(1);
      const [handle, message] = opened(path, "r");
      if (typeof handle !== "object" || handle.type !== "handle") {
        const reason = toText(message)?.slice(`${path}: `.length);
        throw new LuaError(`cannot open file '${path}' (${reason})`);
      }
      return [linesFunction(handle)];
    },
    type: (args) => {
      const value = args.value(1);
      return [typeof value === "object" && value.type === "handle" ? "file" : undefined];
    },
    write: (args) => {
      world.call.stdout.write(textOf(world, args, 1));
      return [library.get("stdout")];
    },
  });
  for (const name of ["stdout", "stderr"] as const)
    library.set(
      name,
      streamOf(world, (text) => world.call[name].write(text)),
    );
  for (const name of ["close", "input", "output", "popen", "read", "stdin", "tmpfile"])
    library.set(name, () => unknown(world, `io.${name}`));
  return library;
}

/** What is written after one another, as one text. */
function textOf(world: LuaWorld, args: Arguments, from: number): string {
  return counted(
    world,
    args
      .from(from)
      .map((_, index) => args.text(from + index))
      .join(""),
  );
}

function streamOf(world: LuaWorld, write: (text: string) => void): LuaHandle {
  const methods = libraryOf({
    write: (args) => {
      write(textOf(world, args, 2));
      return [args.value(1)];
    },
    flush: (args) => [args.value(1)],
    close: () => [true],
    setvbuf: () => [true],
  });
  return { type: "handle", methods };
}

/** A file and where in it the next byte is read or written. */
class LuaFile {
  position = 0;
  isOpen = true;
  readonly file: OpenFile;
  readonly #mode: string;

  constructor(file: OpenFile, mode: string) {
    this.file = file;
    this.#mode = mode.replace("b", "");
  }

  get canRead(): boolean {
    return this.#mode.startsWith("r") || this.#mode.endsWith("+");
  }

  get canWrite(): boolean {
    return this.#mode !== "r";
  }

  write(text: string): void {
    if (this.#mode.startsWith("a")) this.position = this.file.status.size;
    this.file.writeAt(this.position, toBytes(text));
    this.position += text.length;
  }

  read(length: number): string {
    const text = fromBytes(this.file.readAt(this.position, length));
    this.position += text.length;
    return text;
  }

  /** Undefined at the end. */
  line(): string | undefined {
    const rest = this.file.readAt(this.position, this.file.status.size);
    if (rest.length === 0) return undefined;
    const end = rest.indexOf(0x0a);
    return this.read(end === -1 ? rest.length : end + 1);
  }
}

function handleOf(world: LuaWorld, file: LuaFile): LuaHandle {
  const open = (): LuaFile => {
    if (!file.isOpen) throw new LuaError("attempt to use a closed file");
    return file;
  };
  const denied: readonly LuaValue[] = [undefined, "Bad file descriptor", 9];
  const methods = libraryOf({
    close: () => {
      open().isOpen = false;
      return [true];
    },
    flush: (args) => [args.value(1)],
    lines: (args) => {
      const format = args.text(2, "l");
      return [() => [readAs(world, open(), format)]];
    },
    read: (args) => {
      if (!open().canRead) return denied;
      const formats = args.count < 2 ? ["l"] : args.from(2);
      const values: LuaValue[] = [];
      for (const format of formats) {
        const value = readAs(world, file, format);
        values.push(value);
        if (value === undefined) break;
      }
      return values;
    },
    seek: (args) => {
      const [whence, offset] = [args.text(2, "cur"), args.number(3, 0)];
      const { size } = open().file.status;
      const start = { set: 0, cur: file.position, end: size }[whence];
      if (start === undefined || start + offset < 0 || start + offset > size)
        return unknown(world, "seek to where nothing is");
      file.position = start + offset;
      return [file.position];
    },
    setvbuf: () => [true],
    write: (args) => {
      if (!open().canWrite) return denied;
      file.write(textOf(world, args, 2));
      return [args.value(1)];
    },
  });
  return { type: "handle", methods };
}

function linesFunction(handle: LuaHandle): LuaFunction {
  const lines = handle.methods.get("lines");
  const [next] = typeof lines === "function" ? lines([handle]) : [];
  return typeof next === "function" ? next : () => [];
}

function readAs(world: LuaWorld, file: LuaFile, format: LuaValue): LuaValue {
  if (typeof format === "number") {
    const text = counted(world, file.read(format));
    return text === "" ? undefined : text;
  }
  switch (toText(format)?.replace(/^\*/, "")[0]) {
    case "a":
      return counted(world, file.read(file.file.status.size));
    case "l":
    case "L": {
      const line = file.line();
      if (line === undefined) return undefined;
      counted(world, line);
      return toText(format)?.endsWith("L") === true ? line : line.replace(/\n$/, "");
    }
    default:
      return unknown(world, "a format of read");
  }
}
