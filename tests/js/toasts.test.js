import assert from "node:assert/strict";
import { test } from "node:test";

import { sortOut } from "../../static/js/toasts.js";

test("what this device has not told yet is fresh, and remembered", () => {
  assert.deepEqual(sortOut(["7", "8"], []), { fresh: ["7", "8"], told: ["7", "8"] });
  assert.deepEqual(sortOut(["7", "8"], ["7"]), { fresh: ["8"], told: ["7", "8"] });
});

test("what it has told is told no more", () => {
  assert.deepEqual(sortOut(["7"], ["6", "7"]), { fresh: [], told: ["6", "7"] });
});

test("only the last hundred are remembered", () => {
  const many = Array.from({ length: 100 }, (_, n) => String(n));
  const { fresh, told } = sortOut(["x"], many);
  assert.deepEqual(fresh, ["x"]);
  assert.equal(told.length, 100);
  assert.equal(told.at(-1), "x");
  assert.ok(!told.includes("0"));
});
