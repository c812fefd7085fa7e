import { expect, test } from "vitest";
import { usedCommands } from "../../../../src/packages/scripts/used-commands.ts";

test.each([
  ["grep -q x file && sed -i s/x/y/ file || exit 1", ["grep", "sed", "exit"]],
  ["a=$(cat f | tr x y); b=`head -n 1 f`", ["cat", "tr", "head"]],
  [
    "for i in $(ls); do stat $i; done; while read x; do cut; done <$(find)",
    ["ls", "stat", "read", "cut", "find"],
  ],
  ['case "$(uname)" in Linux) awk ;; esac; if [ -e x ]; then wc; fi', ["uname", "awk", "[", "wc"]],
  ["exec nice -n tail; command -v sort; command cat; X=1 uniq", ["tail", "cat", "uniq"]],
  ["own() { dirname x; }\nown; ( basename x ) & ! cmp", ["dirname", "basename", "cmp"]],
  ['"$program" x; ${1:-$(id)} "$(printf "$(date)")"; $x', ["id", "printf", "date"]],
  ["first\nif then\nsecond", ["first"]],
  ["# grep\necho 'sed'; cat <<END\ntr\nEND\n", ["echo", "cat"]],
])("%s", (script, expected) => {
  expect([...usedCommands(script, "dash")].toSorted()).toEqual(expected.toSorted());
});

test("bash's own forms are looked through where the script is of bash", () => {
  const script = "function f { sed; }\n[[ $(grep x) == y ]] && (( $(wc) )) && cat <<<$(tr)";

  expect([...usedCommands(script, "bash")].toSorted()).toEqual(["cat", "grep", "sed", "tr", "wc"]);
});
