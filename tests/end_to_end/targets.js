/**
 * Return the targets on the page that offer less than `least` by `least` CSS pixels.
 *
 * A target is what reacts: a control, and for a field also its label. Its size is found
 * as a finger finds it: from its middle outwards, as long as the point still belongs to
 * it, so what another element covers does not count, and what reaches beyond the box of
 * the element does.
 *
 * Not a target here: what is disabled, invisible (as a skip link is until it has the
 * focus) or out of reach behind an open dialog. Exempt (WCAG 2.5.8, "Inline"): a link set in
 * a line of text that is not itself a link, because the line's height is given by the
 * text around it.
 */
(least) => {
  const CONTROLS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, " +
    "[role=button], [role=link], [tabindex]:not([tabindex='-1'])";
  const REACH = 2 * least;

  const modal = document.querySelector("dialog:modal, [popover]:popover-open");

  function owner(x, y) {
    const hit = document.elementFromPoint(x, y);
    return hit?.closest(CONTROLS) ?? hit?.closest("label")?.control ?? null;
  }

  function isInvisible(element) {
    if (!element.checkVisibility({ visibilityProperty: true })) return true;
    const { width, height, right, bottom } = element.getBoundingClientRect();
    const isClipped = getComputedStyle(element).clipPath !== "none";
    const isBeside = right + scrollX <= 0 || bottom + scrollY <= 0;
    return isClipped || isBeside || width <= 1 || height <= 1;
  }

  /** The element whose middle is the target's: a hidden field's label stands for it. */
  function face(control) {
    const seen = [control, ...(control.labels ?? [])].filter((one) => !isInvisible(one));
    return seen[0] ?? null;
  }

  function blockOf(link) {
    let block = link.parentElement;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    return block;
  }

  function isInText(link) {
    if (!link.matches("a") || getComputedStyle(link).display !== "inline") return false;
    const texts = document.createTreeWalker(blockOf(link), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { parentElement: parent, data } = texts.currentNode;
      if (data.trim() && !parent.closest(CONTROLS)) return true;
    }
    return false;
  }

  /** How far from a point the target goes on in a direction. */
  function reach(control, x, y, dx, dy) {
    let far = 0;
    while (far < REACH && owner(x + dx * (far + 1), y + dy * (far + 1)) === control) far += 1;
    return far;
  }

  function size(control, shown) {
    shown.scrollIntoView({ block: "center", inline: "center" });
    const { left, top, width, height } = shown.getClientRects()[0];
    const [x, y] = [left + width / 2, top + height / 2];
    if (owner(x, y) !== control) return [0, 0, document.elementFromPoint(x, y)];
    const across = reach(control, x, y, -1, 0) + reach(control, x, y, 1, 0) + 1;
    const down = reach(control, x, y, 0, -1) + reach(control, x, y, 0, 1) + 1;
    return [across, down];
  }

  const tag = (element) => element.cloneNode(false).outerHTML.slice(0, 90);

  const small = [];
  for (const control of document.querySelectorAll(CONTROLS)) {
    if (control.matches(":disabled") || control.closest("[inert]")) continue;
    if (modal && !modal.contains(control)) continue;
    const shown = face(control);
    if (!shown || isInText(control)) continue;
    const [across, down, cover] = size(control, shown);
    if (across >= least && down >= least) continue;
    const words = control.textContent.trim().slice(0, 40);
    const under = cover ? `, under ${tag(cover)}` : "";
    small.push(`${across} × ${down}: ${tag(control)} ${words}${under}`);
  }
  return small;
}
