/** How the inspector's page looks. Colour means something: green is well, amber waits for somebody away, red needs a person. */

export const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f4; --sheet: #ffffff; --ink: #1b1c1e; --soft: #62656b; --faint: #8d9097; --edge: #e3e3df; --hover: #f2f2ef; --chosen: #ecebe6;
  --good: #1f8a53; --wait: #a86700; --bad: #c62f35; --bad-ground: #fdf0ef;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121315; --sheet: #1a1c1f; --ink: #ececea; --soft: #a3a6ad; --faint: #777b83; --edge: #2a2d31; --hover: #212428; --chosen: #292c31;
    --good: #4cc38a; --wait: #e0a43a; --bad: #ff7b78; --bad-ground: #2b1d1e;
  }
}
* { box-sizing: border-box; margin: 0; padding: 0; }
[hidden] { display: none !important; }
body { background: var(--ground); color: var(--ink); font: 15px/1.45 var(--sans); padding: 0 24px 48px; max-width: 1360px; margin: auto; }
ol { list-style: none; }
button, input { font: inherit; color: inherit; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
:focus-visible { outline: 2px solid var(--ink); outline-offset: -2px; }

header { display: flex; align-items: center; justify-content: space-between; gap: 16px; padding: 22px 0 18px; }
h1 { font-size: 19px; font-weight: 650; letter-spacing: -.01em; }
h1 span { color: var(--faint); font-weight: 400; }
#line { display: flex; align-items: center; gap: 8px; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
#line i { width: 8px; height: 8px; border-radius: 50%; background: var(--wait); }
#line[data-is=live] i { background: var(--good); }
#line[data-is=bad] i { background: var(--bad); }
#line[data-is=bad] { color: var(--bad); }

#glance { display: grid; grid-template-columns: repeat(8, 1fr); background: var(--sheet); border: 1px solid var(--edge); border-radius: 12px; overflow: hidden; }
#glance div { padding: 13px 16px 11px; border-left: 1px solid var(--edge); margin-left: -1px; min-width: 0; }
#glance dt { color: var(--soft); font-size: 13px; }
#glance .number { font-size: 27px; line-height: 1.25; font-weight: 600; letter-spacing: -.02em; font-variant-numeric: tabular-nums; white-space: nowrap; }
#glance .note { color: var(--faint); font-size: 12px; min-height: 1.45em; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
#glance [data-is=bad] .number { color: var(--bad); }

#search { margin: 16px 0 4px; }
#find { width: 100%; background: var(--sheet); border: 1px solid var(--edge); border-radius: 10px; padding: 10px 14px; }
#find::placeholder { color: var(--faint); opacity: 1; }

#columns { display: grid; grid-template-columns: minmax(0, 1fr) 420px; gap: 28px; align-items: start; }
h2 { font-size: 14px; font-weight: 650; padding: 22px 0 8px; display: flex; gap: 8px; align-items: baseline; }
h2 small { color: var(--faint); font-size: 13px; font-weight: 400; }
section ol { background: var(--sheet); border: 1px solid var(--edge); border-radius: 12px; overflow: hidden; }
section ol:empty { display: none; }
.empty { color: var(--soft); border: 1px dashed var(--edge); border-radius: 12px; padding: 18px; font-size: 14px; text-align: center; }

.row { display: grid; grid-template-columns: 104px auto minmax(0, 1fr) auto; column-gap: 10px; align-items: baseline; width: 100%; text-align: left; background: none; border: 0; border-top: 1px solid var(--edge); padding: 10px 16px; cursor: pointer; }
li:first-child .row { border-top: 0; }
.row:hover { background: var(--hover); }
li[data-chosen=true] .row { background: var(--chosen); }
.row span { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.type, .user { font-weight: 600; }
.user { max-width: 22ch; }
.type + .user { font-weight: 400; color: var(--soft); }
.id { font: 12px var(--mono); color: var(--faint); }
.age, .state { grid-column: 4; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
.reason { grid-row: 2; grid-column: 2 / -1; color: var(--soft); font-size: 13px; }
.row .reason { white-space: normal; overflow-wrap: anywhere; }
.stage { grid-row: 2; grid-column: 1; font-size: 12px; color: var(--soft); display: flex; align-items: center; gap: 7px; }
.stage::before { content: ""; flex: none; width: 34px; height: 4px; border-radius: 2px; background: linear-gradient(90deg, var(--soft) var(--far, 33%), var(--edge) 0); }
[data-stage=started] .stage { --far: 66%; }
[data-stage=replied] .stage, [data-stage=settled] .stage { --far: 100%; }
[data-stuck=true] .row { background: var(--bad-ground); box-shadow: inset 3px 0 var(--bad); }
[data-stuck=true] .reason, [data-stuck=true] .age { color: var(--bad); }
[data-stuck=true] .stage::before { background: linear-gradient(90deg, var(--bad) var(--far, 33%), var(--edge) 0); }
[data-stuck=false][data-away=true] .reason { color: var(--wait); }
#sessions .row, #connections .row { grid-template-columns: auto minmax(0, 1fr) auto; }
#sessions .reason, #connections .reason { grid-column: 1 / 3; }
#sessions .reason:empty { display: none; }
#sessions .state, #connections .age { grid-column: 3; text-align: right; }
.state::before { content: ""; display: inline-block; width: 7px; height: 7px; border-radius: 50%; background: var(--wait); margin-right: 7px; vertical-align: 1px; }
[data-attached=true] .state::before { background: var(--good); }
.bytes { grid-row: 2; grid-column: 3; color: var(--wait); font-size: 13px; text-align: right; }

#trace { position: sticky; top: 16px; margin-top: 22px; background: var(--sheet); border: 1px solid var(--edge); border-radius: 12px; padding: 18px 20px; max-height: calc(100vh - 32px); overflow: auto; outline: 0; }
#trace h2 { padding: 0 32px 0 0; font-size: 16px; overflow-wrap: anywhere; unicode-bidi: isolate; }
#trace-id { font: 12px var(--mono); color: var(--faint); overflow-wrap: anywhere; unicode-bidi: isolate; }
#trace-text { margin-top: 10px; font-size: 14px; overflow-wrap: anywhere; unicode-bidi: isolate; }
#trace-text:empty { display: none; }
#trace-facts { margin: 14px 0 6px; font-size: 13px; }
#trace-facts:empty { display: none; }
#trace-facts div { display: grid; grid-template-columns: 92px minmax(0, 1fr); padding: 3px 0; }
#trace-facts dt { color: var(--soft); }
#trace-facts dd { overflow-wrap: anywhere; unicode-bidi: isolate; }
#close { position: absolute; right: 12px; top: 10px; width: 32px; height: 32px; border: 0; border-radius: 8px; background: none; font-size: 20px; line-height: 1; color: var(--soft); cursor: pointer; }
#close:hover { background: var(--hover); }
#records { margin-top: 12px; font-size: 13px; }
#records li { display: grid; grid-template-columns: 92px 16px minmax(0, 1fr) auto; gap: 6px; padding: 5px 0; border-top: 1px solid var(--edge); align-items: baseline; }
#records time { font: 12px var(--mono); color: var(--faint); }
#records .direction { color: var(--faint); }
#records .what { overflow-wrap: anywhere; unicode-bidi: isolate; }
#records .more { color: var(--soft); margin-left: 6px; }
#records .link { color: var(--faint); font-size: 12px; }
#records [data-bad=true] .what b, #records [data-bad=true] .more { color: var(--bad); }
body[data-chosen=false] #trace > :not(.empty) { display: none; }
body[data-chosen=false] #trace { border-style: dashed; background: none; }
#trace .empty { border: 0; padding: 12px 0; }

@media (max-width: 1020px) {
  #glance { grid-template-columns: repeat(4, 1fr); }
  #glance div { border-top: 1px solid var(--edge); margin-top: -1px; }
  #columns { display: block; }
  body[data-chosen=false] #trace { display: none; }
  #trace { position: fixed; inset: auto 0 0 0; margin: 0; max-height: 64vh; border-width: 1px 0 0; border-radius: 16px 16px 0 0; padding-bottom: 28px; box-shadow: 0 -12px 40px rgb(0 0 0 / .18); }
  body[data-chosen=true] { padding-bottom: 66vh; }
}
@media (max-width: 600px) {
  body { padding: 0 14px 40px; font-size: 16px; }
  header { padding: 16px 0 14px; }
  #glance div { padding: 9px 10px 7px; }
  #glance dt, #glance .note { font-size: 11px; }
  #glance .number { font-size: 19px; }
  #find { font-size: 16px; }
  .row { padding: 11px 14px; }
  #columns .row { column-gap: 8px; }
  #records li { grid-template-columns: 88px 14px minmax(0, 1fr) auto; }
}
@media (prefers-reduced-motion: no-preference) {
  #line[data-is=live] i { animation: beat 1s ease-in-out infinite alternate; }
  @keyframes beat { from { opacity: .45; } to { opacity: 1; } }
}
`
