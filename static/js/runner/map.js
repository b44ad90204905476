/** The question map: every place with what is known of it, by icon and by word. */

import { icon, make } from "./dom.js";
import { marks } from "./select.js";

const WORDS = { right: "right", wrong: "wrong", partly: "partly right" };

/** A place in words: "Question 4, answered, flagged". Never a verdict in an exam. */
export function placeWords(place, { answered, flagged, verdict, current }) {
  const words = [`Question ${place + 1}`];
  if (current) words.push("current");
  words.push(WORDS[verdict] ?? (answered ? "answered" : "not answered"));
  if (flagged) words.push("flagged");
  return words.join(", ");
}

export class MapView {
  #shown = [];

  /** `go(place)` is called when a place is chosen. */
  constructor(list, state, go) {
    this.buttons = state.order.map((_, place) => {
      const button = make("button", "runner__place");
      button.type = "button";
      return button;
    });
    list.addEventListener("click", ({ target }) => {
      const place = this.buttons.indexOf(target.closest("button"));
      if (place >= 0) go(place);
    });
    this.list = list;
    list.replaceChildren(...this.buttons.map((button) => make("li", "", button)));
    this.update(state);
  }

  update(state) {
    this.buttons.forEach((button, place) => {
      const mark = marks(state, place);
      const words = placeWords(place, mark);
      if (this.#shown[place] === words) return;
      this.#shown[place] = words;
      this.#draw(button, place, mark, words);
    });
  }

  /** Scroll the list, and nothing else, to a button outside of it. */
  #reveal({ offsetTop, offsetHeight }) {
    const { list } = this;
    const isAbove = offsetTop < list.scrollTop;
    const isBelow = offsetTop + offsetHeight > list.scrollTop + list.clientHeight;
    if (isAbove || isBelow) list.scrollTop = offsetTop - list.clientHeight / 2;
  }

  #draw(button, place, mark, words) {
    button.setAttribute("aria-label", words);
    button.toggleAttribute("data-answered", mark.answered);
    if (mark.current) {
      button.setAttribute("aria-current", "true");
      // When the page is laid out anyway; asking now would do it once more.
      requestAnimationFrame(() => this.#reveal(button));
    } else button.removeAttribute("aria-current");
    const state = mark.verdict === "partly" ? "wrong" : mark.verdict;
    const picture = state ?? (mark.answered ? "answered" : null);
    button.dataset.verdict = state ?? "";
    button.textContent = place + 1;
    if (picture) button.append(icon(picture));
    if (mark.flagged)
      button.append(make("span", "runner__place-flag", icon("flagged")));
  }
}
