/** The verdict: a strip above the bar, and the reasons below the choices. */

import { icon, make, part, setText } from "./dom.js";
import { reasons } from "./question.js";
import { xpWords } from "./rewards.js";
import { letters, phase, questionAt, verdictWord } from "./select.js";

const WORDS = { right: "Right", wrong: "Wrong", partly: "Partly right" };

const pictureOf = (word) => (word === "right" ? "right" : "wrong");

/** What a verdict says in one sentence, for the strip and for screen readers. */
export function verdictSentence(state) {
  const verdict = state.verdicts[questionAt(state)];
  const many = verdict.key.length > 1;
  if (verdict.right) return "";
  const words = many ? "Right answers" : "Right answer";
  return `${words}: ${letters(state, state.place, verdict.key)}`;
}

export class VerdictView {
  #told = null;
  #reward = null;

  constructor(root) {
    this.strip = part(root, "strip");
    this.icon = part(root, "verdict-icon");
    this.word = part(root, "verdict-word");
    this.more = part(root, "verdict-more");
    this.earned = part(root, "earned");
    this.see = part(root, "see");
    this.why = part(root, "why");
    this.title = part(root, "why-title");
    this.explanation = part(root, "explanation");
    this.reasons = part(root, "reasons");
    this.tip = part(root, "tip");
    this.tipText = part(root, "tip-text");
    this.domain = part(root, "domain");
    this.reference = part(root, "reference");
    this.see.addEventListener("click", () => this.#scroll());
    this.#watch();
  }

  /** The strip steps aside when the reasons, which repeat it, are before the eyes. */
  #watch() {
    const seen = ([{ isIntersecting }]) => {
      this.strip.dataset.read = isIntersecting ? "yes" : "no";
    };
    // Bar and strip together; on a phone only after scrolling to them.
    const rootMargin = innerWidth < 768 ? "0px 0px -40%" : "0px 0px -150px";
    new IntersectionObserver(seen, { rootMargin }).observe(this.title);
  }

  /** Show what is known of the current question; `waits` says that it takes longer. */
  update(state, waits) {
    const now = phase(state);
    const isTold = now === "told";
    this.strip.dataset.shown = isTold || (now === "sent" && waits) ? "yes" : "no";
    this.strip.inert = this.strip.dataset.shown === "no";
    this.why.hidden = !isTold;
    this.see.hidden = !isTold;
    if (isTold) this.#tell(state);
    else this.#wait(now);
  }

  #wait(now) {
    this.#told = null;
    this.earned.hidden = true;
    if (now !== "sent") return;
    this.#strip("waiting", "waiting", "Kept on this device");
    setText(this.more, "The verdict comes with the connection.");
  }

  #tell(state) {
    const verdict = state.verdicts[questionAt(state)];
    const reward = state.rewards[questionAt(state)];
    if (this.#told === verdict && this.#reward === reward) return;
    this.#told = verdict;
    this.#reward = reward;
    const word = verdictWord(verdict);
    this.#strip(word, pictureOf(word), WORDS[word]);
    setText(this.more, verdictSentence(state));
    this.earned.hidden = !reward;
    setText(this.earned, reward ? `+${xpWords(reward.xp)}` : "");
    this.title.dataset.verdict = word;
    this.title.replaceChildren(
      icon(pictureOf(word)),
      `${WORDS[word]}. ${verdictSentence(state)}`.trim(),
      ...(reward ? [make("span", this.earned.className, this.earned.textContent)] : []),
    );
    this.explanation.innerHTML = verdict.explanation;
    this.reasons.replaceChildren(...reasons(state));
    this.tip.hidden = !verdict.tip;
    setText(this.tipText, verdict.tip);
    setText(this.domain, verdict.domain);
    this.#refer(verdict.reference);
  }

  #strip(name, picture, word) {
    this.strip.dataset.verdict = name;
    this.icon.replaceChildren(icon(picture));
    setText(this.word, word);
  }

  #refer({ title, url }) {
    const isSafe = /^https?:\/\//.test(url);
    this.reference.hidden = !isSafe;
    if (!isSafe) return;
    this.reference.href = url;
    const hint = make("span", "visually-hidden", " (opens a new tab)");
    this.reference.lastElementChild.replaceChildren(title || url, hint);
  }

  /** Bring the first line of it into view, and move no more than that. */
  reveal() {
    this.title.scrollIntoView({ block: "nearest" });
  }

  #scroll() {
    this.why.scrollIntoView();
    this.title.focus({ preventScroll: true });
  }
}
