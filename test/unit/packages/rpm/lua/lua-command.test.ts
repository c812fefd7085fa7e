import { describe, expect, test } from "vitest";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import type { Command } from "../../../../../src/packages/scripts/command.ts";
import { LUA_NOW, runLua } from "../../../../support/lua.ts";

describe("the language", () => {
  /** What RPM's own Lua writes for it: `rpm --eval '%{lua: …}'` of rpm 4.18. */
  test("writes what RPM's Lua writes", () => {
    const { outcome, stdout, stderr } = runLua(LANGUAGE);
    expect({ outcome: outcome.type, stderr }).toEqual({ outcome: "ended", stderr: "" });
    expect(stdout).toBe(WRITTEN);
  });

  test.each([
    ["x = = 1", "line 1: a name expected near '='"],
    ["print('a\nb')", "line 1: unfinished string"],
    ["if x then", "line 1: 'end' expected near '<eof>'"],
    ["f(", "line 1: a name expected near '<eof>'"],
    ["local x = nil\nprint(x.y)", "line 2: attempt to index a nil value (field 'y')"],
    ["undefined_function()", "line 1: attempt to call a nil value"],
    ["error('gone', 0)", "gone"],
    ["assert(false)", "assertion failed!"],
    ["for i = 1, 2, 0 do end", "line 1: 'for' step is zero"],
    ["os.exit(0)", "line 1: exit not permitted in this context"],
    ["posix.chmod('/', 'u+z')", "bad argument #2 to 'chmod' (bad mode)"],
    ["select(0)", "bad argument #1 to 'select' (index out of range)"],
    ["return 1 < 'x'", "line 1: attempt to compare number with string"],
    ["print(('x'):rep(-1) .. {})", "line 1: attempt to concatenate a table value"],
    ["string.rep()", "bad argument #1 to 'rep' (string expected, got no value)"],
    ["('x'):find('[a')", "malformed pattern (missing ']')"],
    ["('x'):find('%')", "malformed pattern (ends with '%')"],
    ["('x'):gsub('x', '%9')", "invalid use of '%' in replacement string"],
    ["local b = {('x'):rep(1e6):byte(1, -1)}", "string slice too long"],
    ["table.unpack({}, -1e308, -1e308 + 1)", "too many results to unpack"],
    ["table.unpack({}, 1, 1e309)", "too many results to unpack"],
  ])("%j fails, and nothing stays of it", (text, message) => {
    const { outcome, stderr, root } = runLua(`posix.mkdir("/made"); ${text}`);
    expect(outcome).toMatchObject({ type: "ended", status: 1 });
    expect(stderr).toBe(`${message}\n`);
    expect(root.stat("/made")).toBeUndefined();
  });

  test.each([
    ["setmetatable({}, {})", "setmetatable of Lua"],
    ["x = 1\nreturn 1 / 2", "the operator / of Lua"],
    ["math.floor(1)", "math.floor of Lua"],
    ["io.popen('x')", "io.popen of Lua"],
    ["rpm.define('a b')", "rpm.define of Lua"],
    ["rpm.expand('%{_unknown}')", 'the macro "%_unknown" of rpm'],
    ["print(posix.getprocessid('pid'))", "posix.getprocessid of Lua"],
  ])("%j is not known here", (text, wanted) => {
    const { outcome, line } = runLua(text);
    expect(outcome).toMatchObject({ type: "needs-more", wanted });
    expect(line).toBe(text.split("\n").length);
  });

  test.each([
    ["while true do end", "steps"],
    ["repeat until false", "steps"],
    ["for i = 1, 1e12 do end", "steps"],
    ["local function f() return f() + 1 end f()", "depth"],
    ["local s = 'x' while true do s = s .. s end", "memoryBytes"],
    ["local t = {} for i = 1, 1e9 do t[i] = i end", "steps"],
    ["('a'):rep(3000):find(('a*'):rep(40) .. 'b')", "steps"],
    ["local t = {} for i = 1, 1e5 do table.insert(t, 1, i) end", "steps"],
    ["local f = io.open('/f', 'w') for i = 1, 1e9 do f:write(('x'):rep(1e6)) end", "steps"],
  ])("%j takes too much", (text, limit) => {
    expect(runLua(text).outcome).toMatchObject({ type: "limit-reached", limit });
  });

  test("nothing, however often, is nothing", () => {
    expect(runLua("print(#(''):rep(1e309), #(''):rep(1e12))").stdout).toBe("0\t0\n");
  });

  test("parentheses without an end are refused before the stack is", () => {
    const { stderr } = runLua(`x = ${"(".repeat(100_000)}`);
    expect(stderr).toMatch(/too many nested blocks/);
  });
});

const LANGUAGE = String.raw`
print(("lib/foo.so.12"):match("^(.*)/(.-)%.so%.(%d+)$"))
print(("a,b,,c"):gsub(",", ";"))
print(("hello world"):gsub("o", {o = "0"}), ("abc"):gsub("", "-"))
print(("hello"):gsub("l+", function(s) return #s end), ("x = 1"):gsub("(%w+) = (%w+)", "%2 = %1"))
print(("THE (quick) fox"):find("%((%a+)%)"), ("f(a(b)c)d"):match("%b()"), ("THE (q) fox"):gsub("%f[%a]%a+", "W"))
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do io.write(k, ":", v, " ") end print()
print(("%d|%5d|%-5d|%05d|%x|%s|%10.3s|%%"):format(1, 2, 3, 4, 255, "s", "abcdef"))
print(#"abc", -3 % 5, 7 // 2, -7 // 2, 2 * 3 + 4, 1 < 2, "a" < "b", not nil)
print(("abc"):sub(2), ("abc"):sub(-2, -2), ("abc"):byte(1, -1), string.char(65, 66), ("ab"):rep(3, "-"), ("abc"):reverse(), ("aBc"):upper())
local t = {5, 2, 8, n = 1} table.sort(t) table.insert(t, 9) table.insert(t, 1, 0) print(table.concat(t, ","), #t, table.remove(t), table.remove(t, 1), #t)
local function f(...) local a, b = ... return select("#", ...), a, b end print(f(1, nil, 3))
print(pcall(function() error({1}) end) == false, pcall(error, "x", 0))
local r = 0 for i = 10, 1, -3 do r = r + i end print(r)
local i = 0 repeat local j = i i = i + 1 until j >= 3 print(i)
while true do i = i + 1 if i > 10 then break end end print(i)
goto_ = 1 print(goto_, tostring(nil), tostring(true), type(print), tonumber("0x10"), tonumber("z", 36), tonumber("1e2") == 100, tonumber("x"))
print([[
long
text]], "\65\x42\z
   C\
D", 'q"')
print(next({}), rawlen({1, 2}), select(-1, 1, 2, 3), (select(2, "a", "b", "c")))
local s = 0 for _, v in ipairs({1, 2, nil, 4}) do s = s + v end print(s)
print(("a.b-c"):gsub("%W", "%%%0"), ("x"):rep(0), ("k"):find("k", 1, true), ("a+b"):find("+", 1, true), ("abc"):find("b", -1))
print(({pcall(function() local x = nil; return x.y end)})[1], 1 == 1.0, "1" == 1, 0x7f)
`;

const WRITTEN = `lib	foo	12
a;b;;c	3
hell0 w0rld	-a-b-c-	4
he2o	1 = x	1
5	(a(b)c)	W (W) W	3
a:1 b:2 
1|    2|3    |00004|ff|s|       abc|%
3	2	3	-4	10	true	true	true
bc	b	97	AB	ab-ab-ab	cba	ABC
0,2,5,8,9	5	9	0	3
3	1	nil
true	false	x
22
4
11
1	nil	true	function	16	35	true	nil
long
text	ABC
D	q"
nil	2	3	b
3
a%.b%-c		1	2	nil
false	true	false	127
`;

describe("the root", () => {
  test("files are written, read and moved as the kernel has it", () => {
    const { stdout, root } = runLua(String.raw`
      posix.mkdir("/etc")
      local f = io.open("/etc/shells", "a+")
      f:write("/bin/sh\n")
      f:close()
      f = io.open("/etc/shells", "a+")
      local before = f:read("*a")
      f:write("/bin/bash\n")
      f:close()
      io.write(before)
      for line in io.lines("/etc/shells") do print("line", line) end
      f = io.open("/etc/shells")
      print(f:read(), f:read("L"), f:read(), f:seek("set", 1), f:read(3))
      print(io.open("/etc/none"))
      print(os.rename("/etc/shells", "/etc/moved"), os.remove("/etc/none"))
      print(posix.symlink("moved", "/etc/link"), posix.readlink("/etc/link"), posix.stat("/etc/link", "type"))
      posix.chmod("/etc/moved", 0444) posix.chmod("/etc", "go-w")
      print(posix.stat("/etc/moved").mode, posix.stat("/etc/moved").size, posix.stat("/none"))
      for name in posix.files("/etc") do io.write(name, " ") end print()
      print(posix.access("/etc/moved", "x"), posix.unlink("/etc"), posix.rmdir("/etc"))
    `);
    expect(stdout).toBe(
      [
        "/bin/sh",
        "line\t/bin/sh",
        "line\t/bin/bash",
        "/bin/sh\t/bin/bash",
        "\tnil\t1\tbin",
        "nil\t/etc/none: No such file or directory\t2",
        "true\tnil\t/etc/none: No such file or directory\t2",
        "0\tmoved\tlink",
        "r--r--r--\t18\tnil\t/none: No such file or directory\t2",
        ". .. link moved ",
        "nil\tnil\tnil\t/etc: Directory not empty\t39",
        "",
      ].join("\n"),
    );
    expect(root.readlink("/etc/link")).toBe("moved");
  });

  test("a child process runs a program, and the script goes on as the parent", () => {
    const calls: string[] = [];
    const program: Command = ({ args, stdout }) => {
      calls.push(args.join(" "));
      stdout.write("not seen\n");
      return 0;
    };
    const { outcome, stdout } = runLua(
      `
      function run(program, ...)
        local pid = posix.fork()
        if pid == 0 then
          posix.redirect2null(1)
          posix.exec(program, ...)
          assert(nil)
        elseif pid > 0 then
          posix.wait(pid)
        end
        return "parent"
      end
      print(run("/sbin/ldconfig", "-X"), run("/sbin/ldconfig"))
    `,
      { commands: new Map([["ldconfig", program]]) },
    );
    expect(outcome).toMatchObject({ type: "ended", status: 0 });
    expect(calls).toEqual(["-X", ""]);
    expect(stdout).toBe("parent\tparent\n");
  });

  test.each([
    ["local pid = posix.fork() if pid == 0 then x = 1 end", "changes variables"],
    ["local pid = posix.fork()", "runs no program"],
    ["if posix.fork() == 0 then end", "posix.fork in an expression"],
    ["posix.exec('/bin/true')", "posix.exec without a child process"],
  ])("%j is refused, since processes are not there", (text, wanted) => {
    const { outcome } = runLua(text);
    expect(outcome).toMatchObject({
      type: "needs-more",
      wanted: expect.stringContaining(wanted),
    });
  });

  test("os.execute is a shell in the root", () => {
    const root = new MemoryRoot({ now: LUA_NOW });
    const { stdout } = runLua(
      `print(os.execute("mkdir /a && echo made > /a/b")) print(os.execute("exit 3"))`,
      { root },
    );
    expect(stdout).toBe("true\texit\t0\nnil\texit\t3\n");
    expect(Buffer.from(root.read("/a/b")).toString()).toBe("made\n");
  });

  test("arguments, macros and the files of a trigger are given", () => {
    const { stdout } = runLua(
      `print(arg[1], arg[2], arg[2] + 1, rpm.expand("%{_libdir}/x%%"))
       local f = rpm.next_file() while f do io.write(f, " ") f = rpm.next_file() end`,
      { files: ["/usr/a", "/usr/b"] },
    );
    expect(stdout).toBe("<lua>\t1\t2\t/usr/lib64/x%\n/usr/a /usr/b ");
  });
});
