import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");

test("the runner's page announces every module, so that none is found late", () => {
  const page = read("templates/exams/attempt/_modules.html");
  const listed = [...page.matchAll(/js\/runner\/(\w+\.js)/g)].map((match) => match[1]);
  const modules = readdirSync(new URL("static/js/runner/", root));
  assert.deepEqual(listed.sort(), modules.sort());
});

test("the state and its selectors know neither page nor network nor clock", () => {
  for (const name of ["state", "select", "rewards"]) {
    const code = read(`static/js/runner/${name}.js`);
    assert.doesNotMatch(
      code,
      /\b(document|window|fetch|Date|navigator|localStorage)\b/,
    );
  }
});
