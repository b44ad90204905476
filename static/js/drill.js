// The order of a drill: every question until it was answered right once. Pure.

/** Return the items in a random order; `random` gives numbers from 0 up to 1. */
export function shuffled(items, random = Math.random) {
  const out = [...items];
  for (let last = out.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [out[last], out[other]] = [out[other], out[last]];
  }
  return out;
}

/** Return whether exactly the right choices were chosen. */
export function isRight(choices, chosen) {
  return choices.every((choice, index) => choice.right === chosen.includes(index));
}

/** Return what stands in line after the first question was answered. */
export function nextInLine(line, right) {
  const [first, ...rest] = line;
  return right ? rest : [...rest, first];
}

/** Return what is said of a choice once the question is answered, or "". */
export function wordFor(choice, chosen) {
  if (choice.right) return chosen ? "Your choice, right" : "The right answer";
  return chosen ? "Your choice, wrong" : "";
}

/** Return a drill's standing as text: the places still in line, and the tries so far. */
export function packed(line, tries) {
  return JSON.stringify({ line: line.map((question) => question.place), tries });
}

/** Return the standing that `packed` made of these questions, or null if it is none. */
export function unpacked(text, questions) {
  const { line: places, tries } = parsed(text) ?? {};
  if (!Array.isArray(places) || new Set(places).size !== places.length) return null;
  const line = places.map((place) => questions.find((one) => one.place === place));
  // Each question that left the line took a try at least.
  const least = questions.length - line.length;
  if (line.includes(undefined) || !Number.isInteger(tries) || tries < least) return null;
  return { line, tries };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Something else's data.
  }
}
