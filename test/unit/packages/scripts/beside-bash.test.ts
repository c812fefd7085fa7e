import { expect, test } from "vitest";
import { runText } from "../../../support/shell-commands.ts";

/** Scripts, and what bash 5.2 of Debian 12 prints for them. */
const scripts: readonly (readonly [string, string])[] = [
  [
    "x=abcdef; echo ${x:2} ${x:0:1} ${x:1:3} ${x:2:0}- ${x:1:-1} ${x: -2} ${x: -2:1} ${x:9}- ${x:5:9} ${x:1+1:4/2}",
    "cdef a bcd - bcde ef e - f cd\n",
  ],
  [
    "x=abcabc; echo ${x/b/X} ${x//b/X} ${x/#a/X} ${x/%c/X} ${x/#b/X} ${x/%b/X} ${x/b} ${x//b} ${x//[ab]/-} ${x/b*/X} ${x/z/X} ${x//?/.}",
    "aXcabc aXcaXc Xbcabc abcabX abcabc abcabc acabc acac --c--c aX abcabc ......\n",
  ],
  [
    'x=\'a b*\'; echo "${x/ /_}" "${x/\\*/S}" "${x//[! ]/x}"; y=/; z=a/b/c; echo ${z//\\//.} ${z//$y/-} ${z/\\/*/}',
    "a_b* a bS x xx\na.b.c a-b-c a\n",
  ],
  [
    'x=abC; echo ${x^} ${x^^} ${x,} ${x,,}; x=ABc; echo ${x^} ${x^^} ${x,} ${x,,}; x=1a; echo ${x^} ${x^^}; x=; echo "[${x^^}]"',
    "AbC ABC abC abc\nABc ABC aBc abc\n1a 1A\n[]\n",
  ],
  [
    'a=(x \'y z\' w); echo ${#a[@]} ${#a[1]} ${a[0]} "${a[1]}" ${a[2]} "${a[5]}" $a ${#a} "${a[*]}"; for i in "${a[@]}"; do echo "<$i>"; done; for i in ${a[@]}; do echo "($i)"; done',
    "3 3 x y z w  x 1 x y z w\n<x>\n<y z>\n<w>\n(x)\n(y)\n(z)\n(w)\n",
  ],
  [
    'a=(); echo ${#a[@]} "${a[@]}" end; for i in "${a[@]}"; do echo never; done; a=(${a[@]} b); echo ${a[@]} ${a[@]-none}; unset b; echo ${b[@]-none} ${#b[@]}; c=s; echo ${c[0]} ${c[@]} ${#c[@]} "${c[1]}"',
    "0 end\nb b\nnone 0\ns s 1 \n",
  ],
  [
    "set -- a 'b c' d e; echo ${@:2} ${@:2:2} ${@:1:1} \"${@:4}\"; echo ${@: -1}; n=2; echo ${!n}; v=w w=deep; echo ${!v}",
    "b c d e b c d a e\ne\nb c\ndeep\n",
  ],
  ["a=(ab cb db); echo ${a[1]%b} ${a[1]#c}", "c b\n"],
  [
    '[[ a == a ]] && echo 1; [[ a == b ]] || echo 2; [[ abc == a* ]] && echo 3; [[ abc == "a*" ]] || echo 4; [[ a != b ]] && echo 5; [[ a < b ]] && echo 6; [[ b > a ]] && echo 7; [[ b < a ]] || echo 8; [[ a = a ]] && echo 9; p=\'a*\'; [[ abc == $p ]] && echo 10; [[ abc == "$p" ]] || echo 11',
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n",
  ],
  [
    "[[ -n a ]] && echo 1; [[ -z '' ]] && echo 2; [[ a ]] && echo 3; [[ '' ]] || echo 4; [[ ! a ]] || echo 5; [[ a && '' ]] || echo 6; [[ '' || a ]] && echo 7; [[ ( '' || a ) && b ]] && echo 8; [[ ! ( a && b ) ]] || echo 9; [[ a && b || '' ]] && echo 10; [[ '' && a || b ]] && echo 11",
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n",
  ],
  [
    "[[ 1 -eq 1 ]] && echo 1; [[ 2 -gt 10 ]] || echo 2; [[ 2 -lt 10 ]] && echo 3; [[ 3 -ge 3 ]] && echo 4; [[ 3 -le 2 ]] || echo 5; [[ 3 -ne 3 ]] || echo 6; x=4; [[ x -eq 4 ]] && echo 7; [[ 2+2 -eq 4 ]] && echo 8; [[ -e / && -d / && ! -f / ]] && echo 9; [[ -v x ]] && echo 10; y='a b'; [[ $y == 'a b' ]] && echo 11; [[ -n $y ]] && echo 12; [[ $u ]] || echo 13",
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n",
  ],
  [
    "let x=3; echo $x $?; let x-=3; echo $x $?; let 'x = 5' y=x*2; echo $x $y $?; let x==5; echo $?; let x==6; echo $?",
    "3 0\n0 1\n5 10 0\n0\n1\n",
  ],
  ["declare -a arr; arr[1]=b; echo ${arr[1]}", "b\n"],
  [
    "echo $'a\\tb\\nc\\\\d\\'e\\\"f\\x41\\101\\e[0m\\u00e9\\qz' $'x'y; echo $'\\x4' $'\\7' $'\\1018' $'\\xZ'",
    "a\tb\nc\\d'e\"fAA\u001b[0m\u00c3\u00a9\\qz xy\n\u0004 \u0007 A8 \\xZ\n",
  ],
  [
    "echo -e 'a\\tb\\0101\\cX' z; echo; echo -n -e 'x\\n'; echo -E 'a\\tb'; echo 'a\\tb'; echo -ne 'y\\n'; echo -neE 'z\\n'; echo; echo -en; echo -x; echo -e; echo - a",
    "a\tbA\nx\na\\tb\na\\tb\ny\nz\\n\n-x\n\n- a\n",
  ],
  [
    "read -r a b <<<'x y z'; echo \"$a|$b\"; read <<<'sp x'; echo \"[$REPLY]\"; read -d : c <<<'one:two'; echo $c; read -p prompt d <<<v; echo $d; cat <<<\"a $a\"; cat <<<'$a'",
    "x|y z\n[sp x]\none\nv\na x\n$a\n",
  ],
  [
    "f() { echo out; echo err >&2; }; f &>o; cat o; f &>>o; cat o",
    "out\nerr\nout\nerr\nout\nerr\n",
  ],
  [
    "function f { echo f$1; }; f 1; function g() { echo g; return 2; }; g; echo $?; function h\n{ echo h; }; h",
    "f1\ng\n2\nh\n",
  ],
  [
    "x=1; x+=2; echo $x; a=(1); a+=(2 3); echo ${a[@]}; a[1]+=x; echo ${a[1]}; s+=new; echo $s",
    "12\n1 2 3\n2x\nnew\n",
  ],
  [
    "set -o pipefail; false | true; echo $?; true | false; echo $?; true | true; echo $?; set +o pipefail; false | true; echo $?",
    "1\n1\n0\n0\n",
  ],
  [
    "source /dev/null; echo $?; . /dev/null; echo $?; [ a == a ] && echo eq; test a == b || echo ne; printf -v v '%03d' 5; echo $v; echo ${#FUNCNAME[@]}; f() { local x=1 y; x=2; echo $x; }; f; echo ${x-unset}",
    "0\n0\neq\nne\n005\n0\n2\nunset\n",
  ],
  [
    "for i in a b; do echo $i; done; i=5; while ((i > 3)); do ((i-=1)); echo $i; done; until ((i > 4)); do ((i+=1)); done; echo $i",
    "a\nb\n4\n3\n5\n",
  ],
  [
    "declare x=1; echo $x; declare -x y=2; sh -c 'echo $y'; declare -r z=3; echo $z; typeset w=4 v; echo $w ${v-unset}; n='a b'; declare m=$n; echo \"$m\"; command declare c=1; echo $c",
    "1\n2\n3\n4 unset\na b\n1\n",
  ],
  [
    "x=0; f() { declare x=5; echo $x; declare -x k=6; sh -c 'echo $k'; declare -r q=7; echo $q; typeset t=8; echo $t; declare x; echo $x; }; f; echo $x ${k-unset} ${q-unset} ${t-unset}",
    "5\n6\n7\n8\n5\n0 unset unset unset\n",
  ],
  [
    "x=0; g() { declare x; echo ${x-unset}; declare -g h=9; x=2; }; g; echo $x $h; p() { declare x=1; q; echo $x; }; q() { echo $x; x=2; }; p; echo $x; if declare u=$(false); then echo zero; fi",
    "unset\n0 9\n1\n2\n0\nzero\n",
  ],
  [
    "echo {a,b} x{a,b}y {a,{b,c}d} {1..3} {3..1} {01..10..3} {-5..05..5} {a..e..2} {e..a} {1..10..0} {1..3}{a,b} pre{,fix} {,a}; echo {+1..3} {1..1} a{1..2}b{3..4}c",
    "a b xay xby a bd cd 1 2 3 3 2 1 01 04 07 10 -5 00 05 a c e e d c b a 1 2 3 4 5 6 7 8 9 10 1a 1b 2a 2b 3a 3b pre prefix a\n1 2 3 1 a1b3c a1b4c a2b3c a2b4c\n",
  ],
  [
    "echo {} {a} a{}b {a,b {a,b}} {{a,b}} {a{b,c}d} {1..{2,3}} {1..} {..2} {a..b..c} {1..b} {1..2..} {1...3} {,} x{,} {{,a},b} a{b},c {{a},b} {}{a,b} {},a}",
    "{} {a} a{}b {a,b a} b} {a} {b} {abd} {acd} 1..2 1..3 {1..} {..2} {a..b..c} {1..b} {1..2..} {1...3} x x a b a{b},c {a} b {}a {}b {},a}\n",
  ],
  [
    'echo "{a,b}" \'{1..2}\' \\{a,b} {a\\,b,c} {a,"b,c"} {"a b",c} "x"{1,2}"y z" {a,b\\}}',
    "{a,b} {1..2} {a,b} a,b c a b,c a b c x1y z x2y z a b}\n",
  ],
  [
    'x=5; y=\'p q\'; echo {1..$x} {$x,$y} {"$x","$y"} ${x}{1,2} {$(echo s),`echo t`}; set -- {a..c}; echo $# $2; for i in {1..3} {x,y}; do echo -n $i.; done; echo; a=({1..4} z); echo ${#a[@]} ${a[3]}',
    "{1..5} 5 p q 5 p q 51 52 s t\n3 b\n1.2.3.x.y.\n5 4\n",
  ],
  [
    'x={a,b}; echo $x; x=({a,b}c); echo ${x[1]}; declare y={c,d}; echo $y; export z={e,f}; echo $z; case {a,b} in {a,b}) echo case;; esac; [[ {a,b} == "{a,b}" ]] && echo cond; cat <<<{a,b}; {echo,run}',
    "{a,b}\nbc\nd\nf\ncase\ncond\n{a,b}\nrun\n",
  ],
  [
    "mkdir d; cd d; for f in {a,b}{1,2}.{c,h}; do : >$f; done; echo {a,b}*.c; echo {b,z}?.h; mkdir {x,y}; echo ?; echo ~/{u,v} {~,/}w; (echo no >{p,q}) 2>/dev/null || echo ambiguous; echo *q*",
    "a1.c a2.c b1.c b2.c\nb1.h b2.h z?.h\nx y\n/root/u /root/v ~w /w\nambiguous\n*q*\n",
  ],
  [
    'x=5 xa=6 xb=7 x1=8; echo $x{a,b} ${x}{a,b} "$x"{a,b} $x{1..1}. $x{.a,} {$x,y}a $x',
    "6 7 5a 5b 5a 5b 8. 5.a 5 6 ya 5\n",
  ],
  [
    'set -- ab \'b c\' \'\'; x="${@:1:2}"; echo "$x"; printf \'<%s>\\n\' "${@:1:2}" "${@#a}" "${*:1}" ${@:2} "${@/b/X}" "${@^}" "${*%b}" ${*#a} "${*/b/Y}"; IFS=,; echo "${*:1:2}" "${*%b}" ${*%c}; y=${@:1:2}; echo "$y"; a=(1 2); echo "${a[*]}" "${a[@]}"; z="${a[@]}"; echo "$z"',
    "ab b c\n<ab>\n<b c>\n<b>\n<b c>\n<>\n<ab b c >\n<b>\n<c>\n<aX>\n<X c>\n<>\n<Ab>\n<B c>\n<>\n<a b c >\n<b>\n<b>\n<c>\n<aY Y c >\nab,b c a,b c, ab b \nab b c\n1,2 1 2\n1 2\n",
  ],
  [
    "while read; do echo \"[$REPLY]\"; done <<<$'  two  \\n\\ttab\\t\\na\\\\ b '; read -r <<<'  a\\b  '; echo \"[$REPLY]\"; IFS=: read <<<':a:'; echo \"[$REPLY]\"; read x <<<'  y  '; echo \"[$x]\"",
    "[  two  ]\n[\ttab\t]\n[a b ]\n[  a\\b  ]\n[:a:]\n[y]\n",
  ],
  [
    "echo -e '\\x41\\x4a\\x4g\\xZZ\\x' '\\E[0m\\e[0m' '\\101\\0101\\018\\18' '\\q\\\\n'; echo -e '\\x41b\\cd'; echo; printf '%b\\n' '\\x41\\101\\0101\\E'; printf '\\x41\\x4g\\E\\n'",
    "AJ\u0004g\\xZZ\\x \u001b[0m\u001b[0m \\101A\u00018\\18 \\q\\n\nAb\nAAA\u001b\nA\u0004g\u001b\n",
  ],
  [
    "f() { echo out; echo err >&2; }; f >& p; cat p; f >&q; cat q; n=1; echo to >&$n; f 2>&1 >t; cat t; f 1>& u; cat u; (echo no 2>& v) 2>/dev/null || echo ambiguous",
    "out\nerr\nout\nerr\nto\nerr\nout\nout\nerr\nambiguous\n",
  ],
  [
    'set -- a b \'c d\'; echo ${!#} "${!#}" $#; b=x; x=y; echo ${!b}; : & wait ${!}; echo "$?"',
    "c d c d 3\ny\n0\n",
  ],
  [
    'set -- a \'b c\' d \'e f\'; for i in "${@:2:2}"; do echo "<$i>"; done; for i in "${@:1}" "x${@:3}y"; do echo "($i)"; done; for i in "${@:9}"; do echo never; done; set -- \'\'; for i in "${@:1}" "${@/a/b}"; do echo "[$i]"; done',
    "<b c>\n<d>\n(a)\n(b c)\n(d)\n(e f)\n(xd)\n(e fy)\n[]\n[]\n",
  ],
  [
    "f() { printf '%s' x >>log; return 1; }; [[ a == b && $(f) ]] ; [[ a == a || $(f) ]] ; [[ '' && -n $(f) ]]; [[ a || -z $(f) ]]; [[ '' && $(f) == x ]]; [[ a || $(f) -eq 1 ]]; [ -e log ] || echo untouched; [[ '' || $(f) ]] || echo reached; cat log",
    "untouched\nreached\nx",
  ],
  [
    "[[ a && ( '' || b ) && ! '' ]]; echo $?; [[ ! ( a && b ) || c ]]; echo $?; [[ ( a ) ]]; echo $?; [[ ! ! a ]]; echo $?; [[ a && ! b || '' ]]; echo $?; [[ '' || '' || a ]]; echo $?; [[ a && b && '' ]]; echo $?; [[ -n a && -z '' && a != b ]]; echo $?",
    "0\n0\n0\n0\n1\n0\n1\n0\n",
  ],
  [
    "[[ -t 0 ]]; echo $?; x=; [[ -v x ]]; echo $?; [[ -v nosuch ]]; echo $?; [[ -n x ]]; echo $?; [[ -z x ]]; echo $?; : >f; mkdir d; [[ -f f && -d d && ! -f d && -e f ]]; echo $?; [[ f -ef f ]]; echo $?; [[ f -nt nosuch ]]; echo $?; [[ nosuch -ot f ]]; echo $?; [[ nosuch -nt f ]]; echo $?; [[ f -ot nosuch ]]; echo $?; [[ f -ef nosuch ]]; echo $?; [[ a > b ]]; echo $?; [[ b > a ]]; echo $?; [[ a < a ]]; echo $?; [[ 1 -ge 1 && 2 -gt 1 && 1 -le 1 && 1 -ne 2 ]]; echo $?",
    "1\n0\n1\n0\n1\n0\n0\n0\n0\n1\n1\n1\n1\n0\n1\n0\n",
  ],
  [
    "x='a b'; [[ $x == 'a b' ]]; echo $?; [[ $x == a* ]]; echo $?; [[ $x == \"a*\" ]]; echo $?; [[ $x != *b ]]; echo $?; p='a*'; [[ $x == $p ]]; echo $?; [[ $x == \"$p\" ]]; echo $?; [[ a = [abc] ]]; echo $?; [[ d = [!abc] ]]; echo $?; [[ '' == '' ]]; echo $?; [[ a\\*b == a\\*b ]]; echo $?; [[ [ == [[] ]]; echo $?",
    "0\n0\n1\n1\n0\n1\n0\n0\n0\n0\n0\n",
  ],
  [
    'x=abcdef; echo ${x:0} ${x:3} ${x:6}- ${x:7}- ${x:1:0}- ${x:0:-2} ${x:2:-2} ${x: -3} ${x: -3:2} ${x: -3:-1} ${x:(-2)} ${x:1+1:2*1}; i=2; echo ${x:i} ${x:i:1} ${x:$i:${i}}; y=; echo "[${y:0:3}]" "[${z:1}]"; set -- a b c d; echo ${@:2} - ${@:2:2} - ${@: -1} - ${@:0:1} - ${*:3} - ${@:5} - ${@:1:0}-',
    "abcdef def - - - abcd cd def de de ef cd\ncdef c cd\n[] []\nb c d - b c - d - ../script - c d - - -\n",
  ],
  [
    'x=hello; y=x; echo ${!y}; z=nosuch; echo "[${!z}]"; echo ${x^} ${x^^} ${x/l/L} ${x//l/L} ${x/#h/H} ${x/%o/O} ${x//} ${x/l} ${x//l} ${x//[aeiou]/v} ${x/l*/-} ${x//?/.}; p=l; echo ${x/$p/} ${x//"l"/"<>"}; x=a/b/c; echo ${x//\\//-} ${x/\\//-}; x=\'a*b\'; echo ${x/\\*/-} ${x/\'*\'/+}; X=HeLLo; echo ${X,} ${X,,}',
    "hello\n[]\nHello HELLO heLlo heLLo Hello hellO hello helo heo hvllv he- .....\nhelo he<><>o\na-b-c a-b/c\na-b a+b\nheLLo hello\n",
  ],
  [
    "let x=5; echo $x $?; let x-=5; echo $x $?; let 'y = 2 * 3' z=y+1; echo $y $z; ((x = 3)); y=4; echo $x $y $?; ((0)); echo $?; ((x > 2 && y < 9)); echo $?; ((x += 2)); echo $x; for i in {1..3}; do ((x -= i)); done; echo $x; while ((x < 2)); do ((x += 1)); done; echo $x; if ((x == 2)); then echo two; fi; echo $((x > 1 ? 5 : 6)) ",
    "5 0\n0 1\n6 7\n3 4 0\n1\n0\n5\n-1\n2\ntwo\n5\n",
  ],
  [
    'cat <<<a; cat <<<"b c"; cat <<<$\'t\\tu\'; x=\'d  e\'; cat <<<$x; cat <<<"$x"; read a b <<<"1 2 3"; echo "$a|$b"; read -r l <<<\'a\\b\'; echo "$l"; while read i; do echo "<$i>"; done <<<$\'1\\n2\'; IFS=: read p q <<<x:y:z; echo $p $q; read -d \'\' z <<<\'whole\' ; echo "[$z]"; echo',
    "a\nb c\nt\tu\nd  e\nd  e\n1|2 3\na\\b\n<1>\n<2>\nx y:z\n[whole]\n\n",
  ],
  [
    "echo $'a\\nb' $'\\'' $'\\x41\\u0042' $'\\101' $'\\e' | cat; echo $\"text\"; printf '%s\\n' $'tab\\there'; printf -v v '%03d-%s' 7 x; echo $v; echo -e 'a\\tb\\c' z; echo; echo -n -e 'x\\n'; echo -ne 'a\\\\b\\n'; echo -E 'a\\tb'",
    "a\nb ' AB A \u001b\ntext\ntab\there\n007-x\na\tb\nx\na\\b\na\\tb\n",
  ],
  [
    'f() { echo "$1"; return 3; }; x=$(f a) ; echo $? $x; local=1; echo $local; set -o pipefail; false | true; echo $?; true | true; echo $?; exit_() { (exit 4); }; exit_; echo $?; ! false; echo $?; set -e; false || echo caught; if false; then :; fi; x=$(true); echo $x end; (set +e; false; echo inner); f b || echo $?',
    "3 a\n1\n1\n0\n4\n0\ncaught\nend\ninner\nb\n3\n",
  ],
  [
    'echo {a,b}{1,2} {1..5..2} {5..1..2} {a..e..2} {z..x} x{1..2}y {,x} {a,{b,c}} {1..1} {01..03} {-1..1} {3..-1} {001..2}; echo {a,b {a} a{} {..} {1..} {a..} \\{a,b} "{a,b}" {a\\,b,c} {\'a,b\',c} $(echo {x,y}) "$(echo {x,y})"; for i in {1..3}; do echo -n $i; done; echo; mkdir -p {p,q}; ls=({p,q}); echo ${#ls[@]}',
    "a1 a2 b1 b2 1 3 5 5 3 1 a c e z y x x1y x2y x a b c 1 01 02 03 -1 0 1 3 2 1 0 -1 001 002\n{a,b {a} a{} {..} {1..} {a..} {a,b} {a,b} a,b c a,b c x y x y\n123\n2\n",
  ],
  [
    'a=1; a+=2; echo $a; declare b=x; b+=y; echo $b; export c=1; c+=2; env | while read l; do [[ $l == c=* ]] && echo $l; done; readonly d=4; echo $d; declare -r e=5; (e=6) 2>/dev/null || echo readonly; declare -x f=7; echo $f; typeset g=8; echo $g; unset a b; echo ${a-unset}; declare h; echo "${h-unset}"; h=1; declare h; echo $h',
    "12\nxy\nc=12\n4\nreadonly\n7\n8\nunset\nunset\n1\n",
  ],
  [
    'x=\'a  b\'; for i in $x; do echo "<$i>"; done; for i in "$x"; do echo "<$i>"; done;  echo "${x//  / }"; set -- $x; echo $#; echo "${#x}" ${#@} $#; y=("$x" c); echo ${#y[@]}; echo "${y[0]}" ${y[0]}; echo ~ | cat; echo "~"; echo ${x:+"q r"}; unset x; echo "${x:-"d e"}" ${x:-\'f g\'}',
    "<a>\n<b>\n<a  b>\na b\n2\n4 2 2\n2\na  b a b\n/root\n~\nq r\nd e f g\n",
  ],
  [
    'a=(); echo "${a[0]-none}" "${a[1]-none}"; a=(x); echo "${a[0]-none}" "${a[1]-none}"; s=v; echo "${s[0]-none}" "${s[1]-none}"',
    "none none\nx none\nv none\n",
  ],
];

test.each(scripts)("bash prints the same: %s", (text, printed) => {
  expect(runText(`#!/bin/bash\n${text}\n`)).toMatchObject({
    type: "ended",
    status: 0,
    out: printed,
  });
});
