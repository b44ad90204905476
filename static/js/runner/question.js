/** The question on the screen: stem, choices, and what is marked on them. */

import { icon, make, part, rich, setText } from "./dom.js";
import {
  LETTERS,
  chosen,
  isFlagged,
  phase,
  publicQuestion,
  questionAt,
} from "./select.js";

const NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven"];

const MARKS = {
  right: ["right", "Your answer, right"],
  wrong: ["wrong", "Your answer, wrong"],
  missed: ["right", "Right answer"],
};

/** How a choice is marked once the verdict is known: right, wrong, missed or "". */
export function markOf(choice, choices, key) {
  if (choices.includes(choice)) return key.includes(choice) ? "right" : "wrong";
  return key.includes(choice) ? "missed" : "";
}

export function markWords(mark) {
  const [picture, words] = MARKS[mark];
  return [icon(picture), words];
}

export class QuestionView {
  constructor(root) {
    this.stem = part(root, "stem");
    this.text = part(root, "text");
    this.place = part(root, "place");
    this.asks = part(root, "asks");
    this.ask = part(root, "ask");
    this.choices = part(root, "choices");
    this.clear = part(root, "clear");
    this.template = part(root, "choice");
  }

  /** Put the state's current question on the screen. */
  show(state) {
    const question = publicQuestion(state);
    this.text.innerHTML = question.stem;
    const many = question.choose > 1;
    const number = NUMBERS[question.choose] ?? question.choose;
    setText(this.asks, `Answers, choose ${number}`);
    setText(this.ask, `Choose ${number}.`);
    const lines = state.lines[state.place];
    this.choices.replaceChildren(
      ...lines.map((choice, line) => this.#line(question, choice, line, many)),
    );
    this.update(state);
  }

  #line(question, choice, line, many) {
    const label = this.template.content.firstElementChild.cloneNode(true);
    const input = label.querySelector("input");
    input.type = many ? "checkbox" : "radio";
    input.value = choice;
    part(label, "letter").textContent = LETTERS[line];
    part(label, "words").innerHTML = question.choices[choice];
    return label;
  }

  /** Bring what is marked up to date. */
  update(state) {
    const now = phase(state);
    const choices = chosen(state);
    const verdict = now === "told" ? state.verdicts[questionAt(state)] : null;
    for (const label of this.choices.children) {
      const input = label.querySelector("input");
      const choice = Number(input.value);
      input.checked = choices.includes(choice);
      input.disabled = now === "sent" || now === "told";
      this.#mark(label, verdict ? markOf(choice, choices, verdict.key) : "");
    }
    // It keeps its room until the reasons take it: a shorter page would jump.
    this.clear.hidden = now === "told";
    this.clear.disabled = now === "sent" || choices.length === 0;
    const flagged = isFlagged(state) ? ", flagged" : "";
    setText(this.place, `Question ${state.place + 1} of ${state.length}${flagged}`);
  }

  #mark(label, mark) {
    if (label.dataset.mark === mark) return;
    label.dataset.mark = mark;
    const place = part(label, "words").nextElementSibling;
    place.replaceChildren(...(mark ? markWords(mark) : []));
  }

  focusLine(line, options) {
    this.choices.children[line].querySelector("input").focus(options);
  }

  /** Let the reader, and the keyboard, begin at the top of the question. */
  focus() {
    scrollTo(0, 0);
    this.stem.focus({ preventScroll: true });
  }
}

/** The choices of a told question with the reason for each, in this learner's order. */
export function reasons(state) {
  const question = questionAt(state);
  const { choices } = publicQuestion(state, question);
  const { key, whys } = state.verdicts[question];
  return state.lines[state.place].map((choice, line) => {
    const mark = markOf(choice, chosen(state, question), key);
    const words = mark
      ? make("span", "runner__reason-mark", ...markWords(mark))
      : make("span", "visually-hidden", "Not right");
    const head = make(
      "div",
      "runner__reason-head",
      make("span", "runner__letter", LETTERS[line]),
      rich("span", "inline-prose runner__reason-choice", choices[choice]),
      words,
    );
    const item = make("li", "runner__reason", head, rich("div", "prose", whys[choice]));
    item.dataset.mark = mark;
    return item;
  });
}
