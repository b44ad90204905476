import assert from "node:assert/strict";
import { test } from "node:test";

import { commandFor, isTaken } from "../../static/js/runner/keyboard.js";

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
