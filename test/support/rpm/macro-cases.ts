/** A file of macros, in the forms that packages' files have them. */
export const MACRO_FILE = String.raw`# %_comment a comment
%_plain plain text
%_empty
  %_indented indented
%_spaces    a   b  	
%_slash a\
b
%_braces %{expand:
a
b
}
%_nested <%{_plain}|%_plain|%{?_plain}>
%_two %_nested%{_nested}
%_percent 100%% and %
%_unknown_inside [%{_not_there}]
%_question %{?_plain:yes}%{!?_plain:no}%{?_not_there:yes}%{!?_not_there:no}
%_marks %{!!?_plain:a}%{?!_plain:b}%{!?_plain}%{??_plain}
%_deep %{?_plain:%{?_plain:%{_plain} deep}}
%_plain_2 two
%_lua %{lua:print(1 + 1)}%{lua:print("a", "b") print("c")}
%_lua_macro %{lua:print(rpm.expand("%{_plain}"))}
%_tab	tab
%_twice first
%_twice second
%abc long enough
not a macro
%_last last
`;

/** What is expanded by them. */
export const MACRO_TEXTS: readonly string[] = [
  "",
  "text",
  "%",
  "%%",
  "%%%%",
  "a%",
  "100%%",
  "%_plain",
  "%{_plain}",
  "x%{_plain}y",
  "x%_plain-y",
  "%_plain%_plain",
  "%_plain_2",
  "%{_plain}_2",
  "[%_empty]",
  "%_indented",
  "[%_spaces]",
  "%_slash",
  "%_braces",
  "%_nested",
  "%_two",
  "%_percent",
  "%_unknown_inside",
  "%_question",
  "%_marks",
  "%_deep",
  "%_lua",
  "%_lua_macro",
  "%_tab",
  "%_twice",
  "%abc",
  "%_last",
  "%_comment",
  "%_not_there",
  "%{_not_there}",
  "%{_not_there}%{_plain}",
  "%{?_not_there}",
  "%{!?_not_there}",
  "%{?_plain}",
  "%{!?_plain}",
  "%?_plain",
  "%!?_plain",
  "%?_not_there|",
  "%{?_plain:yes}",
  "%{!?_plain:no}",
  "%{?_plain:}",
  "%{?_plain:a:b}",
  "%{?_plain:{a}}",
  "%{?_not_there:%{_plain}}",
  "%{!?_not_there:%{_plain}}",
  "%{!!?_plain:a}",
  "%{?!_plain:a}",
  "%{!!!?_plain:a}",
  "%{?_plain:%{!?_not_there:%{?_plain}}}",
  "%{expand:%%{_plain}}",
  "%{expand:%{_plain} %%_plain}",
  "%{expand:a}",
  "%{lua:print('x')}",
  "%{lua:for i = 1, 3 do print(i) end}",
  "%{lua:print(rpm.expand('%_plain'))}",
  "a %{lua:} b",
  "%1",
  "%{1}",
  "%é",
  "%_plain é",
  "50% off",
  "%a",
  "% _plain",
  "%{_plain }",
  "%.x",
  "%/x",
];
