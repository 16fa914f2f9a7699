// The request of the tab `price` as a form: a model, a day, quantities, and values of dimensions.

const ROOM = 8; // so many quantities and dimensions are shown at once
const SHOWN = 4; // of more, so many quantities

function element(tag, given, ...children) {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...children);
  return made;
}

function choice(name, values, chosen) {
  const select = element("select", { name });
  for (const value of values) select.append(new Option(value, value, false, value === chosen));
  return select;
}

const labelled = (text, field) => element("label", {}, element("span", { textContent: text }), field);

/** Fills a form for a book; `request` is what it says. */
export function fillForm(form, { models, meters, dimensions }, request) {
  const names = models.includes(request.model) ? models : [request.model, ...models];
  const day = element("input", { name: "at", value: request.at ?? "", placeholder: "today", size: 10 });
  const counted = meters.map(({ name, unit }) => {
    const value = request.usage[name] ?? "";
    return labelled(name, element("input", { name: `use ${name}`, value, placeholder: `${unit}s`, inputMode: "text" }));
  });
  const valued = dimensions.map(({ name, values, default: usual }) =>
    labelled(name, choice(`is ${name}`, values, request.dimensions[name] ?? usual)),
  );
  const first = element("div", { className: "fields" }, labelled("model", choice("model", names, request.model)));
  first.append(labelled("day", day));
  if (counted.length + valued.length <= ROOM) {
    first.append(...counted, ...valued);
    form.replaceChildren(first);
    return;
  }
  const said = Object.keys(request.dimensions).length + meters.slice(SHOWN).filter(({ name }) => request.usage[name]).length;
  const more = element("details", { open: form.querySelector("details")?.open || said > 0 });
  more.append(element("summary", { textContent: "More of the request" }));
  more.append(element("div", { className: "fields" }, ...counted.slice(SHOWN), ...valued));
  first.append(...counted.slice(0, SHOWN));
  form.replaceChildren(first, more);
}

/** What a form says. A dimension at its default says nothing. */
export function readForm(form, { dimensions }) {
  const given = new FormData(form);
  const usual = Object.fromEntries(dimensions.map((one) => [one.name, one.default]));
  const request = { model: given.get("model"), at: given.get("at").trim(), usage: {}, dimensions: {} };
  for (const [key, value] of given) {
    const [kind, name] = key.split(" ");
    if (kind === "use" && value.trim()) request.usage[name] = value.trim();
    if (kind === "is" && value !== usual[name]) request.dimensions[name] = value;
  }
  return request;
}
