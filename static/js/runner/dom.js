/** The few things done to the page over and over. */

/** Find an element by its data attribute: `part(root, "stem")` is `[data-stem]`. */
export function part(root, name) {
  return root.querySelector(`[data-${name}]`);
}

/** Make an element with a class and children (nodes or text; nothing for null). */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A copy of one of the page's icons. */
export function icon(name) {
  const template = document.querySelector(`template[data-icon="${name}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

/** Trusted HTML: what the server rendered and sanitised. */
export function rich(tag, className, html) {
  const element = make(tag, className);
  element.innerHTML = html;
  return element;
}

/** Change an element's text only if it differs, so that nothing is announced twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** "1 question", "2 questions". */
export function plural(n, word) {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}
