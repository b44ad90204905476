import assert from "node:assert/strict";
import { test } from "node:test";

import { PAUSES, patiently } from "../../static/js/result.js";

/** Ask somebody who gives these answers, one a time; an Error is thrown. */
async function meet(answers) {
  const waits = [];
  let asked = 0;
  const ask = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const html = await patiently(ask, async (wait) => waits.push(wait));
  return { html, waits, asked };
}

test("what is counted already comes at once", async () => {
  const told = await meet([{ html: "<p>+10 XP</p>" }]);
  assert.deepEqual(told, { html: "<p>+10 XP</p>", waits: [], asked: 1 });
});

test("what is being counted is asked for again, with growing pauses", async () => {
  const again = { again: true };
  const told = await meet([again, again, new Error("offline"), { html: "there" }]);
  assert.equal(told.html, "there");
  assert.deepEqual(told.waits, PAUSES.slice(0, 3));
  assert.deepEqual(
    PAUSES,
    [...PAUSES].sort((a, b) => a - b),
  );
});

test("after the last pause it gives up", async () => {
  const told = await meet([{ again: true }]);
  assert.deepEqual(told, { html: null, waits: PAUSES, asked: PAUSES.length + 1 });
});

test("who is refused does not ask again", async () => {
  const told = await meet([{}]);
  assert.deepEqual(told, { html: null, waits: [], asked: 1 });
});
