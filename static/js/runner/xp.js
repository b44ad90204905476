/** XP and level beside the question, and the moment of a new level. Not in an exam. */

import { part, setText } from "./dom.js";
import { levelAt, xpOf, xpWords } from "./rewards.js";

export class XpView {
  constructor(root) {
    this.fact = part(root, "xp");
    this.card = part(root, "level-up");
  }

  /** Bring the XP up to date; there is nothing to see where nobody counts it. */
  update(state) {
    const xp = xpOf(state);
    if (!this.fact || xp === null) return;
    const { level, share } = levelAt(state.standing, xp);
    this.fact.hidden = false;
    setText(part(this.fact, "xp-level"), `Level ${level}`);
    setText(part(this.fact, "xp-words"), xpWords(xp));
    const ring = part(this.fact, "xp-ring");
    ring.setAttribute("stroke-dasharray", `${Math.round(100 * share)} 100`);
  }

  /** Show that a level was reached, until it is put away or the learner moves on. */
  celebrate(state, level) {
    const xp = xpOf(state);
    const { end } = levelAt(state.standing, xp);
    setText(part(this.card, "level"), String(level));
    setText(part(this.card, "level-title"), `You reached level ${level}`);
    const next = `${xpWords(end - xp)} to level ${level + 1}`;
    setText(part(this.card, "level-text"), Number.isFinite(end) ? next : "");
    this.#show("yes");
  }

  /** Put the moment away; return whether it held the focus. */
  hide() {
    if (this.card?.dataset.shown !== "yes") return false;
    const hadFocus = this.card.contains(document.activeElement);
    this.#show("no");
    return hadFocus;
  }

  #show(shown) {
    this.card.dataset.shown = shown;
    this.card.inert = shown === "no";
  }
}
