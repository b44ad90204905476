import assert from "node:assert/strict";
import { test } from "node:test";

import { Shortcuts, commandFor, isTaken, listen } from "../../static/js/runner/keyboard.js";

const command = (key, lines = 4, more = {}) => commandFor({ key, ...more }, lines);

test("digits and letters choose the line they name", () => {
  assert.deepEqual(command("1"), { command: "choose", line: 0 });
  assert.deepEqual(command("d"), { command: "choose", line: 3 });
  assert.deepEqual(command("D"), { command: "choose", line: 3 });
});

test("a line that the question does not have is not chosen", () => {
  assert.equal(command("5"), null);
  assert.equal(command("e"), null);
  assert.equal(command("0"), null);
});

test("F flags, except where it names the sixth line; with Shift it flags always", () => {
  assert.equal(command("f").command, "flag");
  assert.deepEqual(command("f", 6), { command: "choose", line: 5 });
  assert.equal(command("F", 6, { shiftKey: true }).command, "flag");
});

test("the other keys", () => {
  assert.equal(command("Enter").command, "proceed");
  assert.equal(command("ArrowLeft").command, "previous");
  assert.equal(command("ArrowRight").command, "next");
  assert.equal(command("m").command, "map");
  assert.equal(command("?", 4, { shiftKey: true }).command, "help");
  for (const key of ["Tab", " ", "ArrowDown", "Escape", "x"]) {
    assert.equal(command(key), null);
  }
});

test("a key that is held down repeats only as an arrow", () => {
  assert.equal(command("Enter", 4, { repeat: true }), null);
  assert.equal(command("1", 4, { repeat: true }), null);
  assert.equal(command("ArrowRight", 4, { repeat: true }).command, "next");
});

/** An element that answers `closest` for the selectors that name its tag. */
const element = (...tags) => ({
  closest: (selectors) =>
    selectors.split(/,\s*/).some((one) => tags.includes(one.split("[")[0])) || null,
});
const page = (dialog = null) => ({ querySelector: () => dialog, body: element() });
const press = (key, target = element(), more = {}) => ({ key, target, ...more });

test("Enter belongs to a link or a button that has the focus", () => {
  assert.equal(isTaken(press("Enter", element("a")), page()), true);
  assert.equal(isTaken(press("Enter", element("button")), page()), true);
  assert.equal(isTaken(press("2", element("button")), page()), false);
  assert.equal(isTaken(press("Enter"), page()), false);
});

test("arrows belong to what scrolls sideways", () => {
  assert.equal(isTaken(press("ArrowLeft", element("pre")), page()), true);
  assert.equal(isTaken(press("ArrowLeft"), page()), false);
});

test("keys belong to text controls, open dialogs and the browser's shortcuts", () => {
  assert.equal(isTaken(press("f", element("textarea")), page()), true);
  assert.equal(isTaken(press("f"), page({})), true);
  assert.equal(isTaken(press("f", element(), { ctrlKey: true }), page()), true);
  assert.equal(isTaken(press("f", element(), { metaKey: true }), page()), true);
  assert.equal(isTaken(press("f", element(), { isComposing: true }), page()), true);
  assert.equal(
    isTaken(press("f", element(), { defaultPrevented: true }), page()),
    true,
  );
});

/** A check box, and what a device keeps of it. */
function makeSwitch(kept = {}) {
  const box = new EventTarget();
  const storage = {
    getItem: (key) => kept[key] ?? null,
    setItem: (key, value) => (kept[key] = value),
  };
  const shortcuts = new Shortcuts(box, () => storage);
  const turn = (on) => {
    box.checked = on;
    box.dispatchEvent(new Event("change"));
  };
  return { shortcuts, turn, kept };
}

test("shortcuts are on until this device is told otherwise, and it remembers", () => {
  const { shortcuts, turn, kept } = makeSwitch();
  assert.equal(shortcuts.areOn, true);
  turn(false);
  assert.equal(makeSwitch(kept).shortcuts.areOn, false);
  turn(true);
  assert.equal(makeSwitch(kept).shortcuts.areOn, true);
});

test("the switch works where the browser keeps nothing", () => {
  const box = new EventTarget();
  const shortcuts = new Shortcuts(box, () => {
    throw new Error("denied");
  });
  assert.equal(shortcuts.areOn, true);
  box.checked = false;
  box.dispatchEvent(new Event("change"));
  assert.equal(shortcuts.areOn, false);
});

test("a key does nothing while shortcuts are off", () => {
  const { shortcuts, turn } = makeSwitch();
  const here = Object.assign(new EventTarget(), { querySelector: () => null });
  here.body = element();
  const heard = [];
  const commands = { next: () => heard.push("next") };
  listen(commands, () => 4, shortcuts, here);
  const type = () =>
    here.dispatchEvent(Object.assign(new Event("keydown"), { key: "ArrowRight" }));
  turn(false);
  type();
  assert.deepEqual(heard, []);
  turn(true);
  type();
  assert.deepEqual(heard, ["next"]);
});
