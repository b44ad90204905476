// Practising the missed questions of a finished attempt. Nothing is sent; the tab keeps
// what is still in line, so that a reload goes on where it was.
import { isRight, nextInLine, packed, shuffled, unpacked, wordFor } from "./drill.js";

const NUMBER_WORDS = ["no", "one", "two", "three", "four", "five"];
const drill = document.querySelector("[data-drill]");
const card = drill.querySelector("[data-card]");
const questions = JSON.parse(document.getElementById("drill-questions").textContent);

const KEY = `testprep:drill:${drill.dataset.drill}`;

let { line, tries } = kept() ?? { line: shuffled(questions), tries: 0 };

function kept() {
  try {
    return unpacked(sessionStorage.getItem(KEY), questions);
  } catch {
    return null; // Storage is forbidden here: start afresh.
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEY, packed(line, tries));
  } catch {
    // Full or forbidden: the line lasts as long as the page.
  }
}

function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Forbidden: then there is nothing to forget.
  }
}

function make(id) {
  return document.getElementById(id).content.cloneNode(true).firstElementChild;
}

function part(element, name) {
  return element.querySelector(`[data-${name}]`);
}

function put(element, focus) {
  card.replaceChildren(element);
  const done = questions.length - line.length;
  drill.querySelector("progress").value = done;
  part(drill, "count").textContent = `${done} of ${questions.length} right`;
  if (focus) focus.focus({ preventScroll: true });
  if (focus) drill.scrollIntoView({ block: "start" });
}

function choiceLine(question, choice, index) {
  const label = make("drill-choice");
  const input = label.querySelector("input");
  input.type = question.choose > 1 ? "checkbox" : "radio";
  input.value = index;
  // Cleaned when the test was published.
  label.querySelector("span").innerHTML = choice.html;
  return label;
}

function ask(isFirst) {
  if (!line.length) return end();
  const question = line[0];
  const choices = shuffled(question.choices);
  const form = make("drill-question");
  part(form, "title").textContent = `Question ${question.place} of your attempt`;
  part(form, "stem").innerHTML = question.stem;
  part(form, "choices").append(
    ...choices.map((choice, index) => choiceLine(question, choice, index)),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form).getAll("choices").map(Number);
    if (chosen.length === question.choose) return tell(question, choices, chosen);
    const problem = part(form, "problem");
    const wanted = NUMBER_WORDS[question.choose] ?? question.choose;
    problem.querySelector("span").textContent = `Choose ${wanted}, then check your answer.`;
    problem.hidden = false;
  });
  put(form, isFirst ? null : part(form, "title"));
}

function answerLine(choice, chosen) {
  const item = make("drill-answer");
  const state = choice.right ? "right" : chosen ? "wrong" : "none";
  for (const name of ["right", "wrong", "none"]) {
    part(item, `icon-${name}`).hidden = name !== state;
  }
  if (state !== "none") item.classList.add(`answer--${state}`);
  item.querySelector(".answer__text").innerHTML = choice.html;
  item.querySelector(".answer__word").textContent = wordFor(choice, chosen);
  item.querySelector(".answer__why").innerHTML = choice.why;
  return item;
}

function tell(question, choices, chosen) {
  const right = isRight(choices, chosen);
  tries += 1;
  line = nextInLine(line, right);
  keep();
  const verdict = make("drill-verdict");
  part(verdict, "title").textContent = `Question ${question.place} of your attempt`;
  part(verdict, "right").hidden = !right;
  part(verdict, "wrong").hidden = right;
  part(verdict, "stem").innerHTML = question.stem;
  part(verdict, "choices").append(
    ...choices.map((choice, index) => answerLine(choice, chosen.includes(index))),
  );
  part(verdict, "explanation").innerHTML = question.explanation;
  part(verdict, "tip").hidden = !question.tip;
  part(verdict, "tip-text").textContent = question.tip;
  const link = part(verdict, "reference").querySelector("a");
  link.href = question.reference.url;
  link.textContent = question.reference.title;
  part(verdict, "domain").textContent = question.domain;
  part(verdict, "next").addEventListener("click", () => ask(false));
  put(verdict, part(verdict, right ? "right" : "wrong"));
}

function end() {
  forget(); // Whoever comes back practises them all again.
  const done = make("drill-end");
  part(done, "summary").textContent =
    tries === questions.length
      ? "Each of them at the first try. That is how it looks when it sticks."
      : `It took ${tries} tries for ${questions.length} questions. Tomorrow it will take fewer.`;
  put(done, part(done, "title"));
}

drill.hidden = false;
keep();
ask(true);
